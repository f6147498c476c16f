"""Soft targets: what a larger trained model, the teacher, holds possible at each place of an answer.

A small model that is shown the same recipes again and again begins to learn them by heart. What the teacher believes
beside an answer's own token says how sure one can be, so the small model learns more from the same recipes
(Hinton, Vinyals and Dean 2015, https://arxiv.org/abs/1503.02531).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import torch
from pydantic import BaseModel, ConfigDict, NonNegativeFloat, NonNegativeInt, ValidationError, model_validator

from finetune.dataset import Example, SoftTargets
from finetune.errors import DataError, InputError, reason
from finetune.files import write_text

CHOICES = 8
"""How many tokens are kept at each place: those that the teacher finds likeliest."""


class Teacher(BaseModel):
    """Whose beliefs a file holds; its first line. `base_sha256` is empty for a base that is not one file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: str
    base_sha256: str
    adapter_sha256: str


class Beliefs(BaseModel):
    """What the teacher believes of one example: for each token of the answer `CHOICES` tokens with probabilities.

    `digest` is that of the prompt and the answer which the teacher read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    digest: str
    answer: list[NonNegativeInt]
    tokens: list[list[NonNegativeInt]]
    probabilities: list[list[NonNegativeFloat]]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name, rows in (("tokens", self.tokens), ("probabilities", self.probabilities)):
            if len(rows) != len(self.answer) or any(len(row) != CHOICES for row in rows):
                raise ValueError(f"{name} must be {CHOICES} for each of the {len(self.answer)} tokens of the answer")
        if any(len(set(row)) != CHOICES for row in self.tokens):
            raise ValueError("the tokens of a place must differ from each other")
        if any(not 0 < sum(row) < math.inf for row in self.probabilities):
            raise ValueError("the probabilities of a place must not all be 0")
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


def digest_of(example: Example) -> str:
    """A digest of what the model is shown of the example, and of the answer that it learns."""
    return hashlib.sha256(json.dumps([list(example.prompt), list(example.answer)]).encode()).hexdigest()[:16]


def begin(path: Path, teacher: Teacher) -> set[str]:
    """Begin the file at `path`, or go on with it; returns the digests of the examples that it holds.

    Lines that a kill left unfinished or that are damaged are dropped. Raises InputError when it holds the beliefs of
    another teacher.
    """
    first = teacher.model_dump_json()
    if not path.is_file():
        write_text(path, first + "\n")
        return set()
    head, *lines = path.read_bytes().splitlines()
    if head != first.encode():
        raise InputError(
            f"{path}: holds what another teacher believes ({head[:200].decode(errors='replace')}). Name another file."
        )
    good = {line: beliefs.digest for line in lines if (beliefs := _parsed(line))}
    write_text(path, "".join(f"{line}\n" for line in (first, *(line.decode() for line in good))))
    return set(good.values())


def append(path: Path, beliefs: Sequence[Beliefs]) -> None:
    """Add `beliefs` to the file at `path`."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(own.model_dump_json() + "\n" for own in beliefs)


def read(path: Path) -> Iterator[Beliefs]:
    """The beliefs in the file at `path`; raises DataError with the line that cannot be read."""
    if not path.is_file():
        raise DataError(path, "there is no such file", "Make it with `python -m finetune teach`.")
    with path.open("rb") as lines:
        next(lines, None)  # the teacher
        for number, line in enumerate(lines, 2):
            try:
                yield Beliefs.model_validate_json(line)
            except ValidationError as error:
                raise DataError(path, reason(error), "Run `python -m finetune teach` again.", number) from error


def _parsed(line: bytes) -> Beliefs | None:
    try:
        return Beliefs.model_validate_json(line)
    except ValidationError:
        return None


def with_soft_targets(examples: Sequence[Example], path: Path, share: float) -> list[Example]:
    """`examples` with the soft targets that the file at `path` has for them; the others stay as they are.

    What the teacher read under another prompt or with another answer does not count.
    """
    wanted = {digest_of(example) for example in examples}
    targets = {own.digest: own.as_targets(share) for own in read(path) if own.digest in wanted}
    return [replace(example, soft=targets.get(digest_of(example))) for example in examples]
