"""What a run tells while it works: the events that the graph streams."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["waiting", "reading", "writing", "revising", "recalled", "planned"]
_SECONDS_BETWEEN = 0.25


@dataclass(frozen=True)
class DishProgress:
    """How far one dish is. `tokens` counts what the model wrote for it, `tokens_per_second` how fast."""

    dish: str
    stage: Stage
    tokens: int = 0
    tokens_per_second: float = 0.0
    tasks: int = 0


@dataclass(frozen=True)
class DinnerProgress:
    """What happens with the dinner as a whole, in a sentence."""

    sentence: str


Progress = DishProgress | DinnerProgress


@dataclass
class TokenMeter:
    """Counts the pieces of an answer as they come and emits a few events a second."""

    dish: str
    stage: Stage
    emit: Callable[[Progress], None]
    tokens: int = 0
    _first: float = field(default=0.0, init=False)
    _last: float = field(default=0.0, init=False)

    def __call__(self, _piece: str) -> None:
        now = time.monotonic()
        self._first = self._first or now
        self.tokens += 1
        if now - self._last >= _SECONDS_BETWEEN:
            self._last = now
            passed = now - self._first
            speed = (self.tokens - 1) / passed if passed else 0.0
            self.emit(DishProgress(self.dish, self.stage, self.tokens, speed))
