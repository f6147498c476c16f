"""Soft targets: what a larger trained model, the teacher, holds possible at each place of an answer.

A small model that is shown the same recipes again and again begins to learn them by heart. What the teacher believes
beside an answer's own token says how sure one can be, so the small model learns more from the same recipes
(Hinton, Vinyals and Dean 2015, https://arxiv.org/abs/1503.02531).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import torch
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from finetune.dataset import Example, SoftTargets
from finetune.errors import DataError, InputError, reason
from finetune.files import write_text

CHOICES = 8
"""How many tokens are kept at each place: those that the teacher finds likeliest."""


class Teacher(BaseModel):
    """Whose beliefs a file holds; its first line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str
    adapter_sha256: str


class Beliefs(BaseModel):
    """What the teacher believes of one example: for each token of the answer `CHOICES` tokens with probabilities."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    answer: list[int]
    tokens: list[list[int]]
    probabilities: list[list[float]]

    @model_validator(mode="after")
    def _rectangular(self) -> Self:
        for name, rows in (("tokens", self.tokens), ("probabilities", self.probabilities)):
            if len(rows) != len(self.answer) or any(len(row) != CHOICES for row in rows):
                raise ValueError(f"{name} must be {CHOICES} for each of the {len(self.answer)} tokens of the answer")
        return self

    def as_targets(self, share: float) -> SoftTargets:
        """These beliefs for `share` and the answer itself for the rest.

        Where the teacher did not think of the answer, it takes the place of the least likely token.
        """
        answer = torch.tensor(self.answer)[:, None]
        tokens, beliefs = torch.tensor(self.tokens), torch.tensor(self.probabilities)
        unthought = (tokens != answer).all(1)
        tokens[unthought, -1] = answer[unthought, 0]
        beliefs[unthought, -1] = 0.0
        beliefs = beliefs / beliefs.sum(1, keepdim=True)
        return SoftTargets(tokens, share * beliefs + (1 - share) * (tokens == answer))


def begin(path: Path, teacher: Teacher) -> None:
    """Begin the file at `path`, or go on with it: a line that a kill left unfinished is dropped.

    Raises InputError when it holds the beliefs of another teacher.
    """
    first = teacher.model_dump_json()
    if not path.is_file():
        write_text(path, first + "\n")
        return
    head, _, lines = path.read_text(encoding="utf-8").partition("\n")
    if head != first:
        raise InputError(f"{path}: holds what another teacher believes ({head[:200]}). Name another file.")
    whole = lines[: lines.rfind("\n") + 1]
    write_text(path, f"{first}\n{whole}")


def append(path: Path, beliefs: Sequence[Beliefs]) -> None:
    """Add `beliefs` to the file at `path`."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(own.model_dump_json() + "\n" for own in beliefs)


def read(path: Path) -> Iterator[Beliefs]:
    """The beliefs in the file at `path`; raises DataError with the line that cannot be read."""
    if not path.is_file():
        raise DataError(path, "there is no such file", "Make it with `python -m finetune teach`.")
    with path.open(encoding="utf-8") as lines:
        next(lines, None)  # the teacher
        for number, line in enumerate(lines, 2):
            try:
                yield Beliefs.model_validate_json(line)
            except ValidationError as error:
                raise DataError(path, reason(error), "Run `python -m finetune teach` again.", number) from error


def with_soft_targets(examples: Sequence[Example], path: Path, share: float) -> list[Example]:
    """`examples` with the soft targets that the file at `path` has for them; those that it lacks stay as they are.

    Raises DataError when it tells of another answer than an example has.
    """
    by_key = {own.key: own for own in read(path)}
    return [
        _taught(example, by_key[example.key], path, share) if example.key in by_key else example for example in examples
    ]


def _taught(example: Example, beliefs: Beliefs, path: Path, share: float) -> Example:
    if beliefs.answer != list(example.answer):
        raise DataError(
            path,
            f"{example.key!r} had another answer when the teacher read it",
            "Make the file anew with `python -m finetune teach`.",
        )
    return replace(example, soft=beliefs.as_targets(share))
