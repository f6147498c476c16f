"""Write what a trained model believes of the answers that a smaller one is to learn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from finetune import soft_targets
from finetune.bases import base_file
from finetune.batches import read_batches
from finetune.config import TrainConfig
from finetune.dataset import Example, micro_batches, pack
from finetune.errors import InputError
from finetune.files import sha256_of
from finetune.model import AnswerModel, adapter_file, adapter_rank, as_served, load, load_adapter
from finetune.parallel import gathered, join, shares
from finetune.soft_targets import CHOICES, Beliefs, Teacher, digest_of

_EXAMPLES_AT_ONCE = 16
_DIGITS = 6


def teach(config: TrainConfig, base: str, adapter: Path, watch: Callable[[int, int], None]) -> None:
    """Write what `adapter` on `base` believes of every example that the run of `config` will be shown.

    It goes into `soft_targets_file`, and what is there already is not made again. `watch` is told how many examples
    are read and how many there are to read. Raises InputError when `config` names no such file, or one with the
    beliefs of another teacher, and for an adapter that cannot be read.
    """
    path = config.soft_targets_file
    if path is None:
        raise InputError("soft_targets_file = None: there is nowhere to write to. Add --soft_targets_file FILE.")
    if config.threads:
        torch.set_num_threads(config.threads)
    team = join(use_gpu=config.base_precision != "int8-cpu")
    lora = config.lora.model_copy(update={"rank": adapter_rank(adapter) or config.lora.rank})
    teacher, tokenizer = load(config.model_copy(update={"base": base, "lora": lora}), team.device)
    load_adapter(teacher, adapter)
    known = soft_targets.begin(path, _described(base, adapter)) if team.leads else set[str]()
    wanted = _unread(config, tokenizer, gathered(team, known)[0])
    with as_served(teacher):
        for start in range(0, len(wanted), _EXAMPLES_AT_ONCE):
            group = wanted[start : start + _EXAMPLES_AT_ONCE]
            own = shares(group, team.size)[team.rank]
            parts = gathered(team, list(_beliefs(teacher, own, config.row_tokens)))
            if team.leads:
                soft_targets.append(path, [beliefs for part in parts for beliefs in part])
                watch(start + len(group), len(wanted))


def _described(base: str, adapter: Path) -> Teacher:
    file = base_file(base)
    return Teacher(
        base=base, base_sha256=sha256_of(file) if file else "", adapter_sha256=sha256_of(adapter_file(adapter))
    )


def _unread(config: TrainConfig, tokenizer: Any, known: set[str]) -> list[Example]:
    """The examples of the run that the file lacks, each once and in the order in which the run comes to them."""
    batches = read_batches(config.model_copy(update={"soft_targets_file": None}), tokenizer)
    shown = {digest_of(example): example for step in range(config.all_steps) for example in batches.at(step)}
    return [example for digest, example in shown.items() if digest not in known]


def _beliefs(teacher: AnswerModel, examples: Sequence[Example], row_tokens: int) -> Iterator[Beliefs]:
    for group in micro_batches(examples, row_tokens):
        lengths = [len(example.answer) for example in group]
        tokens, probabilities = (torch.split(part.cpu(), lengths) for part in teacher.likeliest(pack(group), CHOICES))
        for example, own_tokens, own_probabilities in zip(group, tokens, probabilities, strict=True):
            yield Beliefs(
                key=example.key,
                digest=digest_of(example),
                answer=list(example.answer),
                tokens=own_tokens.tolist(),
                probabilities=[[round(value, _DIGITS) for value in row] for row in own_probabilities.tolist()],
            )
