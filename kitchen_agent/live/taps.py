"""Keys that are pressed twice by a wet hand: what a doubled tap means counts once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from kitchen_agent.live.events import Happening
from kitchen_agent.live.session import Session

DOUBLED: Final = timedelta(seconds=1.5)
"""A second tap of a key for the same task within this time is the same one."""


@dataclass(frozen=True)
class Tap:
    """A key that was pressed at `at`, and the tasks that do not hear it again for a moment."""

    at: datetime
    tasks: Collection[str | None]

    def is_doubled_by(self, task: str, now: datetime) -> bool:
        """Whether a key for `task` at `now` is the second half of this tap."""
        return task in self.tasks and timedelta() <= now - self.at < DOUBLED


def key_of(session: Session, what: Happening, drawn: int) -> str:
    """An idempotency key: the same for what is told twice of a screen that was drawn once, with the event `drawn`."""
    runs = session.progress(getattr(what, "task", "")).runs
    return sha256(f"{what.model_dump_json()} {runs} {drawn}".encode()).hexdigest()[:40]
