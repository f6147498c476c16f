"""Train a LoRA adapter: a plain loop that a kill at any moment only sends back to the last checkpoint."""

from __future__ import annotations

import json
import logging
import math
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file

from finetune import checkpoints
from finetune.config import OptimizerSettings, TrainConfig
from finetune.dataset import Example, batch_at, micro_batches, pack, read_examples
from finetune.files import write_text
from finetune.model import AnswerModel, load, save_adapter

logger = logging.getLogger(__name__)


def learning_rate(settings: OptimizerSettings, step: int, max_steps: int) -> float:
    """The learning rate of `step` (from 0): a linear rise, then half a cosine down to the final fraction."""
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    done = (step - settings.warmup_steps) / max(1, max_steps - settings.warmup_steps)
    low = settings.final_fraction
    return settings.learning_rate * (low + (1 - low) * (1 + math.cos(math.pi * done)) / 2)


def train(config: TrainConfig, run: Path) -> Path:
    """Train as `config` says inside the folder `run`, going on from its last good checkpoint; returns the adapter folder."""
    if config.threads:
        torch.set_num_threads(config.threads)
    run.mkdir(parents=True, exist_ok=True)
    write_text(run / "config.json", config.model_dump_json(indent=1))
    model, tokenizer = load(config)
    examples = read_examples(config.train_file, tokenizer, config.max_tokens)
    held_out = read_examples(config.eval_file, tokenizer, config.max_tokens) if config.eval_file else []
    held_out = held_out[: config.eval_examples]
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = make_optimizer(config.optimizer, parameters)
    start = resume(run, model, optimizer)
    log = run / "log.jsonl"
    began = time.monotonic()
    for step in range(start, config.max_steps):
        batch = [examples[i] for i in batch_at(len(examples), config.batch_examples, config.seed, step)]
        rate = learning_rate(config.optimizer, step, config.max_steps)
        for group in optimizer.param_groups:
            group["lr"] = rate
        tick = time.monotonic()
        loss, norm = optimise(model, optimizer, parameters, batch, config)
        seconds = time.monotonic() - tick
        tokens = sum(map(len, batch))
        record = {
            "step": step + 1, "loss": loss, "learning_rate": rate, "grad_norm": norm, "tokens": tokens,
            "seconds": round(seconds, 3), "tokens_per_second": round(tokens / seconds, 1), "time": round(time.time(), 1),
        }  # fmt: skip
        if (step + 1) % config.save_every == 0 or step + 1 == config.max_steps:
            checkpoints.save(run, step + 1, lambda folder: _write_state(folder, model, optimizer), config.keep_checkpoints)
        if held_out and ((step + 1) % config.eval_every == 0 or step + 1 == config.max_steps):
            record["eval_loss"] = evaluate(model, held_out, config)
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        remaining = (time.monotonic() - began) / (step + 1 - start) * (config.max_steps - step - 1)
        logger.info("%s left %.0f min", json.dumps(record), remaining / 60)
    save_adapter(model, run / "adapter")
    return run / "adapter"


def optimise(
    model: AnswerModel,
    optimizer: torch.optim.Optimizer,
    parameters: list[torch.nn.Parameter],
    batch: Sequence[Example],
    config: TrainConfig,
) -> tuple[float, float]:
    """One optimiser step on `batch`; returns the mean loss of an answer token and the norm of the gradient."""
    weight = sum(len(example.answer) * example.weight for example in batch)
    optimizer.zero_grad(set_to_none=True)
    total = 0.0
    for group in micro_batches(batch, config.row_tokens):
        loss = model(pack(group)) / weight
        loss.backward()
        total += loss.item()
    norm = torch.nn.utils.clip_grad_norm_(parameters, config.optimizer.clip_norm)
    optimizer.step()
    return total, float(norm)


@torch.no_grad()
def evaluate(model: AnswerModel, examples: Sequence[Example], config: TrainConfig) -> float:
    """The mean cross-entropy (nats) of an answer token over `examples`."""
    tokens = sum(len(example.answer) for example in examples)
    return sum(float(model(pack(group))) for group in micro_batches(examples, config.row_tokens)) / tokens


def make_optimizer(settings: OptimizerSettings, parameters: list[torch.nn.Parameter]) -> torch.optim.Optimizer:
    """The optimiser that `settings` name."""
    options: dict[str, Any] = {
        "lr": settings.learning_rate,
        "betas": (0.9, settings.beta2),
        "weight_decay": settings.weight_decay,
    }
    if settings.name == "adamw":
        return torch.optim.AdamW(parameters, **options)
    from bitsandbytes.optim import PagedAdamW8bit

    optimizer: torch.optim.Optimizer = PagedAdamW8bit(parameters, **options)
    return optimizer


def resume(run: Path, model: AnswerModel, optimizer: torch.optim.Optimizer) -> int:
    """Load the last good checkpoint of `run`, if there is one; returns the number of finished steps."""
    folder = checkpoints.latest(run)
    if folder is None:
        return 0
    set_peft_model_state_dict(model.peft_model, load_file(folder / "adapter_model.safetensors"))
    state = torch.load(folder / "trainer.pt", weights_only=True)
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["torch_random"])
    version, internal, gauss = json.loads(state["python_random"])
    random.setstate((version, tuple(internal), gauss))
    step = int(folder.name.removeprefix("step-"))
    _drop_later_records(run / "log.jsonl", step)
    logger.info("going on from %s", folder)
    return step


def _write_state(folder: Path, model: AnswerModel, optimizer: torch.optim.Optimizer) -> None:
    save_adapter(model, folder)
    state = {
        "optimizer": optimizer.state_dict(),
        "torch_random": torch.get_rng_state(),
        "python_random": json.dumps(random.getstate()),
    }
    torch.save(state, folder / "trainer.pt")


def _drop_later_records(log: Path, step: int) -> None:
    if not log.is_file():
        return
    kept = []
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            if json.loads(line)["step"] <= step:
                kept.append(line)
        except ValueError:
            continue
    write_text(log, "".join(line + "\n" for line in kept))
