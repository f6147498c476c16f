"""What is new in a session for somebody who looks at it: what others told, and what new plans change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kitchen_agent.live.difference import changes
from kitchen_agent.live.events import PlanAdopted, Recorded, SubstituteProposed
from kitchen_agent.live.report import news_lines
from kitchen_agent.live.session import Session
from kitchen_agent.live.wording import sentence
from kitchen_agent.plan import DinnerPlan


class News:
    """Knows how far somebody has seen a session: the plan, the number of the newest event, and the own events' keys."""

    def __init__(self, plan: DinnerPlan, newest: int) -> None:
        self._plan, self._newest = plan, newest
        self._own: set[str] = set()

    @property
    def newest(self) -> int:
        """The number of the last event that was looked at."""
        return self._newest

    def own(self, key: str) -> str:
        """`key`, of an event that whoever looks tells and so knows."""
        self._own.add(key)
        return key

    def seen(self, plan: DinnerPlan) -> None:
        """A plan whose changes were said."""
        self._plan = plan

    def lines(self, session: Session, events: Sequence[Recorded], now: datetime) -> list[str]:
        """What to say of `events`, which came after the newest that was looked at, and of the plan in force."""
        before, self._plan = self._plan, session.plan
        others = [entry for entry in events if entry.event.key not in self._own and not _by_itself(entry)]
        if events:
            self._newest = events[-1].seq
        if before != session.plan and (lines := news_lines(changes(before, session.plan, now), session)):
            return lines
        return [f"{entry.event.by}: {sentence(session, entry.event.what)}" for entry in others]


def _by_itself(entry: Recorded) -> bool:
    return isinstance(entry.event.what, PlanAdopted | SubstituteProposed)
