"""What happened last in a session and what the newest plan changed, read from its events: the same on every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kitchen_agent.live import events as happen
from kitchen_agent.live.difference import changes
from kitchen_agent.live.events import Recorded
from kitchen_agent.live.kitchen import BY_ITSELF, Opening, Told
from kitchen_agent.live.report import NOTHING_NEW, told_lines
from kitchen_agent.live.screen import shortened
from kitchen_agent.live.session import Session, apply
from kitchen_agent.live.store import SessionStore
from kitchen_agent.live.wording import sentence

LINES_MAX: Final = 8


@dataclass
class Latest:
    """A session as far as it was read: what people told last, and what the plan of event `plan` changed and why."""

    session: Session
    last: int = 0
    told: str = ""
    told_at: datetime | None = None
    plan: int = 0
    changed: tuple[str, ...] = ()

    def read(self, recorded: Recorded) -> None:
        """Go on with the next event."""
        event, before = recorded.event, self.session
        self.session, self.last = apply(before, event), recorded.seq
        if isinstance(event.what, happen.PlanAdopted):
            self.plan = recorded.seq
            found = changes(before.plan, self.session.plan, event.at)
            lines = told_lines(before, self.session, Told(recorded, True, found))
            if before.approved and lines != [NOTHING_NEW]:
                self.changed = tuple(shortened(lines, LINES_MAX))
        elif event.by != BY_ITSELF:
            self.told, self.told_at = f"{event.by}: {sentence(before, event.what)}", event.at


def read_on(store: SessionStore, session: str, known: Latest | None) -> Latest:
    """What happened last in `session`, read on from what is `known`."""
    if known is None:
        opening = Opening.model_validate_json(store.opening(session))
        known = Latest(Session(first=opening.plan, plan=opening.plan, now=opening.opened_at))
    for recorded in store.events(session, known.last):
        known.read(recorded)
    return known
