"""The batches of a run: annotated examples, and a settled share of silver labels in each.

There may be a thousand times as many silver labels as annotated examples. Shuffled together they would be nearly all
that the model is shown; so each batch has its places for them, and only those that the run comes to are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from finetune.chat import read_chats
from finetune.config import TrainConfig
from finetune.dataset import Example, batch_at, read_examples, tell_left_out, tokenised
from finetune.errors import DataError
from finetune.soft_targets import with_soft_targets


@dataclass(frozen=True)
class SilverLabels:
    """The labels in a file of `lines`, those that a run needs and that are short enough by their line from 0."""

    lines: int
    by_line: Mapping[int, Example]


@dataclass(frozen=True)
class Batches:
    """What each optimiser step is shown: a function of the seed and the step.

    Of a batch's `batch_examples` the last `silver_places` are for silver labels; one that is too long leaves its place
    empty. From step `end_from` on the batches are those of `end`, if there is one.
    """

    examples: Sequence[Example]
    batch_examples: int
    seed: int
    silver_places: int = 0
    silver: SilverLabels = field(default_factory=lambda: SilverLabels(0, {}))
    end: Batches | None = None
    end_from: int = 0

    def at(self, step: int) -> list[Example]:
        """The examples of step `step`, from 0."""
        if self.end and step >= self.end_from:
            return self.end.at(step - self.end_from)
        order = batch_at(len(self.examples), self.batch_examples - self.silver_places, self.seed, step)
        batch = [self.examples[index] for index in order]
        if self.silver_places:
            drawn = silver_at(self.silver.lines, self.silver_places, self.seed, step)
            batch += [self.silver.by_line[line] for line in drawn if line in self.silver.by_line]
        return batch


def read_batches(config: TrainConfig, tokenizer: Any) -> Batches:
    """The batches of the run that `config` describes; raises DataError for a file that cannot be used."""
    batches = _annotated(config, config.train_file, tokenizer)
    if config.silver_file:
        places = config.silver_places
        silver = _read_silver(config, config.silver_file, places, tokenizer)
        batches = replace(batches, silver_places=places, silver=silver)
    if config.end:
        end = _annotated(config, config.end.train_file, tokenizer)
        batches = replace(batches, end=end, end_from=config.max_steps)
    if config.soft_targets_file:
        _refuse_untaught(batches, config.all_steps, config.soft_targets_file)
    return batches


def _annotated(config: TrainConfig, path: Path, tokenizer: Any) -> Batches:
    examples = read_examples(path, tokenizer, config.max_tokens, config.name_weight)
    if config.soft_targets_file:
        examples = with_soft_targets(examples, config.soft_targets_file, config.soft_share)
    return Batches(examples, config.batch_examples, config.seed)


def _refuse_untaught(batches: Batches, steps: int, path: Path) -> None:
    untaught = {example.key for step in range(steps) for example in batches.at(step) if not example.soft}
    if untaught:
        raise DataError(
            path,
            f"lacks {len(untaught)} of the examples that the run will be shown, {min(untaught)!r} among them",
            "Run `python -m finetune teach` with the settings of the run.",
        )


def silver_at(lines: int, places: int, seed: int, step: int) -> list[int]:
    """The lines of the silver labels of step `step`, each once before any comes again."""
    return batch_at(lines, places, f"silver-{seed}", step)


def _read_silver(config: TrainConfig, path: Path, places: int, tokenizer: Any) -> SilverLabels:
    lines = _count_lines(path)
    wanted = {line for step in range(config.max_steps) for line in silver_at(lines, places, config.seed, step)}
    read = (tokenised(chat, tokenizer, config.name_weight) for chat in read_chats(path, wanted))
    by_line = {
        line: example for line, example in zip(sorted(wanted), read, strict=True) if len(example) <= config.max_tokens
    }
    if not by_line:
        raise DataError(path, f"no label has at most {config.max_tokens} tokens", "Raise max_tokens.")
    tell_left_out(path, len(wanted) - len(by_line), len(wanted), config.max_tokens)
    return SilverLabels(lines, by_line)


def _count_lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            lines = sum(1 for _ in file)
    except OSError as error:
        raise DataError(path, "there is no such file", "Make it with `python -m finetune prepare --silver`.") from error
    if not lines:
        raise DataError(path, "holds no label", "Make it with `python -m finetune prepare --silver`.")
    return lines
