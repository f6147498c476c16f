"""How far one task is, and how more work and a break change that."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

TaskState = Literal["waiting", "running", "paused", "done", "skipped"]


class Progress(BaseModel):
    """How far one task is.

    `started` and `ended` are the last stretch of work; `expected` is when a running task should end,
    `remaining_minutes` what a paused one still needs, `extra_minutes` what one that waits will need beyond its recipe,
    `planned_extra_minutes` so many of them as the plan in force has already. `oven_factor`: in a cold oven it takes so
    many times as long. `runs` counts the times it was begun anew.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: TaskState = "waiting"
    started: datetime | None = None
    ended: datetime | None = None
    expected: datetime | None = None
    cook: str | None = None
    extra_minutes: int = 0
    planned_extra_minutes: int = 0
    oven_factor: float = 1.0
    remaining_minutes: int | None = None
    runs: int = 1


def needing(before: Progress, minutes: int, at: datetime) -> Progress:
    """`before`, with `minutes` more to do from `at` on, or from its expected end when that is later."""
    if before.state == "running" and before.expected:
        return before.model_copy(update={"expected": max(before.expected, at) + timedelta(minutes=minutes)})
    if before.state == "paused":
        return before.model_copy(update={"remaining_minutes": (before.remaining_minutes or 0) + minutes})
    return before.model_copy(update={"extra_minutes": before.extra_minutes + minutes})


def pause(before: Progress, at: datetime) -> Progress:
    """`before`, stopped at `at`: what it still needs is what was left until its expected end, a minute at least."""
    left = math.ceil(((before.expected or at) - at).total_seconds() / 60)
    return before.model_copy(
        update={"state": "paused", "ended": at, "expected": None, "remaining_minutes": max(1, left)}
    )
