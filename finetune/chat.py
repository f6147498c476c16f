"""What the training files hold; importing it loads no torch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from finetune.errors import DataError, reason
from finetune.files import replacing


class ChatMessage(BaseModel):
    """One message of a prompt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    content: str


class ChatExample(BaseModel):
    """One line of a training file: the prompt as chat messages, and the answer to learn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    messages: tuple[ChatMessage, ...] = Field(min_length=1)
    answer: str = Field(min_length=1)
    weight: float = Field(default=1.0, gt=0)


def read_chats(path: Path, only: Collection[int] | None = None) -> Iterator[ChatExample]:
    """The examples of the JSON Lines file `path`, in its order; with `only` those on these lines, counted from 0.

    Raises DataError with the line that cannot be read.
    """
    if not path.is_file():
        raise DataError(path, "there is no such file", "Make it with `python -m finetune prepare`.")
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if only is not None and number - 1 not in only:
                continue
            try:
                yield ChatExample.model_validate_json(line)
            except ValidationError as error:
                raise DataError(path, reason(error), "Make the file again with `prepare`.", number) from error


def write_chats(path: Path, examples: Iterable[ChatExample]) -> None:
    """Write `examples` as JSON Lines to `path`, one at a time and all or nothing."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.writelines(example.model_dump_json() + "\n" for example in examples)
