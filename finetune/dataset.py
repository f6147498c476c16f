"""Tokenised chat examples whose loss is on the answer, and the order in which training sees them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from torch import Tensor

from finetune.errors import DataError
from finetune.packing import positions


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


@dataclass(frozen=True)
class Example:
    """Token ids of one example; the answer ends with the end-of-turn token."""

    key: str
    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    weight: float = 1.0

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


@dataclass(frozen=True)
class Packed:
    """Examples one after the other in a single row, without padding.

    `tokens` and `positions` are (1, total); `predicting` are the places whose next token is part of an answer,
    `targets` those tokens and `weights` their share in the loss, all (answer tokens).
    """

    tokens: Tensor
    positions: Tensor
    lengths: tuple[int, ...]
    predicting: Tensor
    targets: Tensor
    weights: Tensor


def read_examples(path: Path, tokenizer: Any, max_tokens: int) -> list[Example]:
    """The examples of the JSON Lines file `path`, tokenised with the model's own chat template.

    Examples longer than `max_tokens` are left out: a cut answer would teach the model to stop early.
    Raises DataError with the line that cannot be read, or when no example is left.
    """
    if not path.is_file():
        raise DataError(path, "there is no such file", "Make it with `python -m finetune prepare`.")
    examples = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                chat = ChatExample.model_validate_json(line)
            except ValidationError as error:
                raise DataError(path, str(error), "Make the file again with `prepare`.", number) from error
            examples.append(tokenised(chat, tokenizer))
    short = [example for example in examples if len(example) <= max_tokens]
    if not short:
        raise DataError(path, f"no example has at most {max_tokens} tokens", "Raise max_tokens.")
    return short


def tokenised(chat: ChatExample, tokenizer: Any) -> Example:
    """`chat` as token ids: the rendered prompt, then the answer and the end of the assistant's turn."""
    messages = [message.model_dump() for message in chat.messages]
    prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=True, return_dict=False)
    answer = tokenizer.encode(chat.answer, add_special_tokens=False)
    return Example(chat.key, tuple(prompt), (*answer, tokenizer.eos_token_id), chat.weight)


def epoch_batches(count: int, batch_examples: int, seed: int, epoch: int) -> list[list[int]]:
    """The batches of one epoch as indices: a function of its arguments, so a resumed run sees the same order.

    The last batch of an epoch may be smaller.
    """
    order = list(range(count))
    random.Random(f"{seed}-{epoch}").shuffle(order)
    return [order[start : start + batch_examples] for start in range(0, count, batch_examples)]


def batch_at(count: int, batch_examples: int, seed: int, step: int) -> list[int]:
    """The indices of the batch of optimiser step `step`, from 0, over as many epochs as it takes."""
    per_epoch = -(-count // batch_examples)
    epoch, place = divmod(step, per_epoch)
    return epoch_batches(count, batch_examples, seed, epoch)[place]


def micro_batches(examples: Sequence[Example], max_tokens: int) -> Iterator[list[Example]]:
    """`examples` from short to long in groups of at most `max_tokens` tokens (a longer example is alone)."""
    group: list[Example] = []
    for example in sorted(examples, key=len):
        if group and sum(map(len, group)) + len(example) > max_tokens:
            yield group
            group = []
        group.append(example)
    if group:
        yield group


def pack(examples: Sequence[Example]) -> Packed:
    """`examples` in one row."""
    tokens: list[int] = []
    predicting: list[int] = []
    targets: list[int] = []
    weights: list[float] = []
    for example in examples:
        first = len(tokens) + len(example.prompt)
        predicting += range(first - 1, first - 1 + len(example.answer))
        targets += example.answer
        weights += [example.weight] * len(example.answer)
        tokens += example.prompt + example.answer
    lengths = tuple(map(len, examples))
    return Packed(
        torch.tensor([tokens]),
        positions(lengths),
        lengths,
        torch.tensor(predicting),
        torch.tensor(targets),
        torch.tensor(weights),
    )


def write_examples(path: Path, examples: Sequence[ChatExample]) -> None:
    """Write `examples` as JSON Lines to `path`."""
    from finetune.files import write_text

    write_text(path, "".join(json.dumps(e.model_dump(), ensure_ascii=False) + "\n" for e in examples))
