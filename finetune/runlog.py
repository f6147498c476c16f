"""The log of a run, one JSON object for each optimiser step, beside its settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from finetune.files import write_text

CONFIG_FILE = "config.json"
LOG_FILE = "log.jsonl"


class StepRecord(BaseModel):
    """What one optimiser step did.

    `step` counts from 1. `loss` and `eval_loss` are nats for an answer token, the first over the step's own batch,
    the second over held-out examples after the step. `scores` are the task metrics of graphs written for held-out
    recipes. `seconds` leave evaluation out; `time` is seconds since 1970.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: int
    loss: float
    learning_rate: float
    grad_norm: float
    tokens: int
    seconds: float
    tokens_per_second: float
    time: float
    eval_loss: float | None = None
    scores: dict[str, float] | None = None


def append(run: Path, record: StepRecord) -> None:
    """Add `record` to the log of `run`."""
    with (run / LOG_FILE).open("a", encoding="utf-8") as file:
        file.write(record.model_dump_json(exclude_none=True) + "\n")


def read_log(run: Path) -> list[StepRecord]:
    """The records of `run`; a line that a kill left unfinished is passed over."""
    log = run / LOG_FILE
    if not log.is_file():
        return []
    records = []
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            records.append(StepRecord.model_validate_json(line))
        except ValidationError:
            continue
    return records


def keep_until(run: Path, step: int) -> None:
    """Drop the records after `step`: their work is lost and will be done again."""
    kept = [record for record in read_log(run) if record.step <= step]
    write_text(run / LOG_FILE, "".join(record.model_dump_json(exclude_none=True) + "\n" for record in kept))


def evaluations_without_gain(records: Sequence[StepRecord]) -> int:
    """How many evaluations have passed since the one with the lowest loss."""
    losses = [record.eval_loss for record in records if record.eval_loss is not None]
    return len(losses) - 1 - losses.index(min(losses)) if losses else 0
