"""The optimiser of the adapter and its learning rate."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from finetune.config import OptimizerSettings


def learning_rate(settings: OptimizerSettings, step: int, max_steps: int, end_steps: int = 0) -> float:
    """The learning rate of `step` (from 0): a linear rise, then half a cosine down to the final fraction.

    After `max_steps` come `end_steps` that take it along half a cosine from there to nothing.
    """
    low = settings.final_fraction
    if step >= max_steps:
        return settings.learning_rate * low * _falling((step - max_steps) / max(1, end_steps))
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / settings.warmup_steps
    done = (step - settings.warmup_steps) / max(1, max_steps - settings.warmup_steps)
    return settings.learning_rate * (low + (1 - low) * _falling(done))


def _falling(done: float) -> float:
    return (1 + math.cos(math.pi * done)) / 2


def make_optimizer(settings: OptimizerSettings, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    """The optimiser that `settings` name over `parameters`."""
    options: dict[str, Any] = {
        "lr": settings.learning_rate,
        "betas": (0.9, settings.beta2),
        "weight_decay": settings.weight_decay,
    }
    if settings.name == "adamw":
        return torch.optim.AdamW(parameters, **options)
    from bitsandbytes.optim import PagedAdamW8bit  # loads CUDA libraries, which only this path needs

    optimizer: torch.optim.Optimizer = PagedAdamW8bit(parameters, **options)
    return optimizer
