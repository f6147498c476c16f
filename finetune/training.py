"""Train a LoRA adapter: a plain loop that a kill at any moment only sends back to the last checkpoint."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from finetune import checkpoints, runlog
from finetune.batches import Batches, read_batches
from finetune.config import TrainConfig
from finetune.curves import save_picture
from finetune.dataset import Example, read_examples
from finetune.errors import WorkError, reason
from finetune.files import make_folder
from finetune.model import AnswerModel, as_served, load, load_adapter, save_adapter
from finetune.optimizer import learning_rate, make_optimizer
from finetune.parallel import Team, add_up, join, shard_frozen, share_rows, summed
from finetune.progress import Watcher, silent
from finetune.runlog import StepRecord, evaluations_without_gain
from finetune.runstate import alone_in, claim, restore, seed_step, write_state
from finetune.task_scores import Scorer, make_scorer

ADAPTER_FOLDER = "adapter"
BEST_FOLDER = "best"
CURVE_FILE = "loss.png"


@dataclass(frozen=True)
class _Work:
    """What the steps of a run have in common."""

    config: TrainConfig
    run: Path
    team: Team
    model: AnswerModel
    parameters: list[nn.Parameter]
    optimizer: torch.optim.Optimizer
    batches: Batches
    held_out: Sequence[Example]
    scorer: Scorer | None


def train(config: TrainConfig, run: Path, watch: Watcher = silent) -> list[StepRecord]:
    """Train as `config` says inside the folder `run`, going on from its last good checkpoint.

    Leaves `adapter` (the last state), `best` (the lowest evaluation loss), `log.jsonl` and `loss.png` there and
    returns the log. Raises InputError for settings or data that cannot be used and for a folder that another process
    trains in, WorkError when the loss is no longer a number or the memory is not enough.
    """
    if config.threads:
        torch.set_num_threads(config.threads)
    team = join(use_gpu=config.base_precision != "int8-cpu")
    make_folder(run)
    with alone_in(run) if team.leads else nullcontext():
        try:
            return _train(config, run, team, watch)
        except torch.OutOfMemoryError as error:
            raise WorkError(
                f"out of memory ({reason(error)}). Lower row_tokens, set gradient_checkpointing, or see what "
                "`python -m finetune plan-memory` advises; the same command then goes on from the last checkpoint."
            ) from error


def _train(config: TrainConfig, run: Path, team: Team, watch: Watcher) -> list[StepRecord]:
    if team.leads:
        claim(run, config)
    work = _prepare(config, run, team)
    start = restore(run, work.model, work.optimizer)
    records = [record for record in runlog.read_log(run) if record.step <= start]
    if team.leads:
        runlog.keep_until(run, start)
    began = time.monotonic()
    for step in range(start, config.all_steps):
        if config.patience and evaluations_without_gain(records) >= config.patience:
            break
        records.append(_step(work, step))
        if team.leads:
            _keep(work, records)
            seconds_left = (time.monotonic() - began) / (step + 1 - start) * (config.all_steps - step - 1)
            watch(records[-1], config.all_steps, seconds_left)
    if team.leads:
        save_adapter(work.model, run / ADAPTER_FOLDER)
        save_picture(run / CURVE_FILE, {run.name: records})
    return records


def _prepare(config: TrainConfig, run: Path, team: Team) -> _Work:
    # A base that is too large for one card is read into main memory and goes to the cards layer by layer.
    model, tokenizer = load(config, torch.device("cpu") if config.shard_frozen else team.device)
    if config.start_from:
        load_adapter(model, config.start_from)
    if config.shard_frozen:
        shard_frozen(model, list(model.decoder.layers), team.device)
        model.move(team.device)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    batches = read_batches(config, tokenizer)
    held_out = _held_out(config, tokenizer)
    optimizer = make_optimizer(config.optimizer, parameters)
    scorer = make_scorer(config, tokenizer) if config.score_examples and team.leads else None
    return _Work(config, run, team, model, parameters, optimizer, batches, held_out, scorer)


def _held_out(config: TrainConfig, tokenizer: Any) -> list[Example]:
    if config.eval_file is None:
        return []
    return read_examples(config.eval_file, tokenizer, config.max_tokens)[: config.eval_examples]


def _step(work: _Work, step: int) -> StepRecord:
    config = work.config
    batch = work.batches.at(step)
    rate = learning_rate(config.optimizer, step, config.max_steps, config.end.steps if config.end else 0)
    for group in work.optimizer.param_groups:
        group["lr"] = rate
    seed_step(config.seed, step, work.team.rank)
    began = time.monotonic()
    loss, norm = optimise(work, batch)
    if not math.isfinite(loss):
        raise WorkError(f"step {step + 1}: the loss is {loss}. Lower optimizer.learning_rate and start a new run.")
    seconds = time.monotonic() - began
    tokens = sum(map(len, batch))
    due = (step + 1) % config.eval_every == 0 or step + 1 == config.all_steps
    return StepRecord(
        step=step + 1,
        loss=loss,
        learning_rate=rate,
        grad_norm=norm,
        tokens=tokens,
        seconds=round(seconds, 3),
        tokens_per_second=round(tokens / seconds, 1),
        time=round(time.time(), 1),
        eval_loss=evaluate(work) if due and work.held_out else None,
        scores=work.scorer(work.model) if due and work.scorer else None,
    )


def optimise(work: _Work, batch: Sequence[Example]) -> tuple[float, float]:
    """One optimiser step on `batch`; returns the mean loss of an answer token and the norm of the gradient."""
    weight = sum(sum(example.weights) for example in batch)
    work.optimizer.zero_grad(set_to_none=True)
    total = 0.0
    for row in share_rows(batch, work.team, work.config.row_tokens, even=work.config.shard_frozen):
        loss = work.model(row) / weight
        loss.backward()
        total += loss.item()
    total = add_up(work.team, work.parameters, total)
    norm = nn.utils.clip_grad_norm_(work.parameters, work.config.optimizer.clip_norm)
    work.optimizer.step()
    return total, float(norm)


@torch.no_grad()
def evaluate(work: _Work) -> float:
    """The mean cross-entropy (nats) of an answer token over the held-out examples."""
    weight = sum(sum(example.weights) for example in work.held_out)
    rows = share_rows(work.held_out, work.team, work.config.row_tokens, even=work.config.shard_frozen)
    with as_served(work.model):
        return summed(work.team, sum(float(work.model(row)) for row in rows)) / weight


def _keep(work: _Work, records: Sequence[StepRecord]) -> None:
    record, config = records[-1], work.config
    runlog.append(work.run, record)
    if record.eval_loss is not None and evaluations_without_gain(records) == 0:
        save_adapter(work.model, work.run / BEST_FOLDER)
    if record.eval_loss is not None and record.step < config.all_steps:
        save_picture(work.run / CURVE_FILE, {work.run.name: records})
    if record.step % config.save_every == 0 or record.step == config.all_steps:
        checkpoints.save(
            work.run,
            record.step,
            lambda folder: write_state(folder, work.model, work.optimizer),
            config.keep_checkpoints,
        )
