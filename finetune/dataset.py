"""Tokenised chat examples whose loss is on the answer, and the order in which training sees them."""

from __future__ import annotations

import logging
import random
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from finetune.chat import ChatExample, read_chats
from finetune.errors import DataError
from finetune.packing import positions
from kitchen_agent.lineformat import name_spans

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SoftTargets:
    """Tokens that may stand at each place of an answer, all different, and the shares in which they are wanted.

    Both are (answer tokens x choices), and the shares of a place sum to 1.
    """

    tokens: Tensor
    shares: Tensor


@dataclass(frozen=True)
class Example:
    """Token ids of one example; the answer ends with the end-of-turn token.

    In the loss an answer token counts `weight`, times its own of `token_weights` where there are any. With `soft`
    targets the loss is against these instead of the answer's tokens alone.
    """

    key: str
    prompt: Sequence[int]
    answer: Sequence[int]
    weight: float = 1.0
    token_weights: tuple[float, ...] = ()
    soft: SoftTargets | None = None

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)

    @property
    def weights(self) -> list[float]:
        """What each answer token counts in the loss."""
        return [self.weight * own for own in self.token_weights or (1.0,) * len(self.answer)]

    @property
    def targets(self) -> SoftTargets:
        """What is wanted at each answer token: its soft targets, or the token and nothing else."""
        if self.soft:
            return self.soft
        answer = torch.tensor(list(self.answer))[:, None]
        return SoftTargets(answer, torch.ones(answer.shape))


@dataclass(frozen=True)
class Packed:
    """Examples one after the other in a single row, without padding.

    `tokens` and `positions` are (1, total); `predicting` are the places whose next token is part of an answer and
    `weights` what these tokens count in the loss, both (answer tokens); `targets` and `shares` are what is wanted
    there, both (answer tokens x choices).
    """

    tokens: Tensor
    positions: Tensor
    lengths: tuple[int, ...]
    predicting: Tensor
    targets: Tensor
    shares: Tensor
    weights: Tensor

    def to(self, device: torch.device) -> Packed:
        """The same row on `device`."""
        return Packed(
            self.tokens.to(device),
            self.positions.to(device),
            self.lengths,
            self.predicting.to(device),
            self.targets.to(device),
            self.shares.to(device),
            self.weights.to(device),
        )


def read_examples(path: Path, tokenizer: Any, max_tokens: int, name_weight: float = 1.0) -> list[Example]:
    """The examples of the JSON Lines file `path`, tokenised with the model's own chat template.

    The tokens of a task's name count `name_weight` in the loss, all others 1. Examples longer than `max_tokens` are
    left out: a cut answer would teach the model to stop early.
    Raises DataError with the line that cannot be read, or when no example is left.
    """
    examples = [tokenised(chat, tokenizer, name_weight) for chat in read_chats(path)]
    short = [example for example in examples if len(example) <= max_tokens]
    if not examples:
        raise DataError(path, "holds no example", "Make it with `python -m finetune prepare`.")
    if not short:
        raise DataError(path, f"no example has at most {max_tokens} tokens", "Raise max_tokens.")
    tell_left_out(path, len(examples) - len(short), len(examples), max_tokens)
    return short


def tell_left_out(path: Path, left_out: int, examples: int, max_tokens: int) -> None:
    """Warn about examples that are too long to be trained on."""
    if left_out:
        logger.warning(
            "%s: %d of %d examples are longer than %d tokens and left out. Raise max_tokens to keep them.",
            path,
            left_out,
            examples,
            max_tokens,
        )


def tokenised(chat: ChatExample, tokenizer: Any, name_weight: float = 1.0) -> Example:
    """`chat` as token ids: the rendered prompt, then the answer and the end of the assistant's turn.

    They are arrays of 4 bytes a token: as Python's own numbers millions of silver labels would fill the memory.
    """
    messages = [message.model_dump() for message in chat.messages]
    prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=True, return_dict=False)
    encoded = tokenizer(chat.answer, add_special_tokens=False, return_offsets_mapping=True)
    answer = array("i", (*encoded["input_ids"], tokenizer.eos_token_id))
    token_weights: tuple[float, ...] = ()
    if name_weight != 1:
        names = name_spans(chat.answer)
        inside = [any(low <= start and end <= high for low, high in names) for start, end in encoded["offset_mapping"]]
        token_weights = (*(name_weight if within else 1.0 for within in inside), 1.0)
    return Example(chat.key, array("i", prompt), answer, chat.weight, token_weights)


def epoch_batches(count: int, batch_examples: int, seed: int, epoch: int) -> list[list[int]]:
    """The batches of one epoch as indices: a function of its arguments, so a resumed run sees the same order.

    The last batch of an epoch may be smaller.
    """
    order = _order(count, f"{seed}-{epoch}")
    return [list(order[start : start + batch_examples]) for start in range(0, count, batch_examples)]


def batch_at(count: int, batch_examples: int, seed: int | str, step: int) -> list[int]:
    """The indices of the batch of optimiser step `step`, from 0, over as many epochs as it takes."""
    per_epoch = -(-count // batch_examples)
    epoch, place = divmod(step, per_epoch)
    return list(_order(count, f"{seed}-{epoch}")[place * batch_examples : (place + 1) * batch_examples])


@lru_cache(maxsize=2)  # that of the annotated examples, and that of the silver ones
def _order(count: int, seed: str) -> Sequence[int]:
    order = array("i", range(count))
    random.Random(seed).shuffle(order)
    return order


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
    """`examples` in one row; all of them have soft targets of one number of choices, or none has any."""
    tokens: list[int] = []
    predicting: list[int] = []
    weights: list[float] = []
    for example in examples:
        first = len(tokens) + len(example.prompt)
        predicting += range(first - 1, first - 1 + len(example.answer))
        weights += example.weights
        tokens += example.prompt
        tokens += example.answer
    lengths = tuple(map(len, examples))
    targets = [example.targets for example in examples]
    return Packed(
        torch.tensor([tokens]),
        positions(lengths),
        lengths,
        torch.tensor(predicting),
        torch.cat([target.tokens for target in targets]),
        torch.cat([target.shares for target in targets]),
        torch.tensor(weights),
    )
