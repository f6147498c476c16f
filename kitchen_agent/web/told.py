"""What a page may send: the frozen types of its requests."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kitchen_agent.live.events import Happening
from kitchen_agent.live.typed import KINDS

SENTENCE_MAX: Final = 300
_TOLD: Final = frozenset(KINDS) - {"dish_added"}
"""The kinds of events that people tell; a dish is wished for, and planned by the kitchen."""
Who = Annotated[str, Field(max_length=100)]


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tells(_Request):
    """What one tap tells: `events` in their order, or the name of a dish of the cookbook that is wanted as well."""

    events: Annotated[tuple[Happening, ...], Field(max_length=10)] = ()
    wish: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _is_for_people(self) -> Self:
        if bool(self.events) == bool(self.wish):
            raise ValueError("give events or a wish")
        for what in self.events:
            if what.kind not in _TOLD:
                raise ValueError(f"{what.kind!r} is not for people to tell")
        return self


class Tapped(_Request):
    """A tap; two with the same `key` count once. `by` is the cook of the page, or empty."""

    key: Annotated[str, Field(min_length=1, max_length=80)]
    by: Who = ""
    tells: Tells


class Said(_Request):
    """A sentence; when it lacked an amount, also the event with a gap that was understood, and the amount."""

    sentence: Annotated[str, Field(min_length=1, max_length=SENTENCE_MAX)]
    line: Annotated[str, Field(max_length=SENTENCE_MAX)] = ""
    amount: Annotated[str, Field(max_length=SENTENCE_MAX)] = ""


class Approval(_Request):
    """Somebody says yes to the plan."""

    by: Who = ""
