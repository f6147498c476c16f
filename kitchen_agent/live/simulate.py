"""A session that plays by itself: every task is started and finished by the plan, with seeded delays here and there.

The clock is the simulation's own; it runs as fast as asked, or as fast as the machine can.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Happening
from kitchen_agent.live.report import told_lines
from kitchen_agent.live.session import Session
from kitchen_agent.live.sessions import Sessions
from kitchen_agent.live.wording import sentence
from kitchen_agent.plan import DinnerPlan

TROUBLE_SHARE: Final = 0.15
"""The share of the tasks that need more minutes than planned."""
BY: Final = "simulation"


@dataclass
class Clock:
    """A clock that is set by hand, and that lets real time pass when it is moved."""

    moment: datetime
    speed: float
    sleep: Callable[[float], None] = time.sleep

    def __call__(self) -> datetime:
        return self.moment

    def move(self, moment: datetime) -> None:
        """Go on to `moment`, if that is later, `speed` times as fast as real time; 0: at once."""
        ahead = (moment - self.moment).total_seconds()
        if ahead > 0:
            if self.speed > 0:
                self.sleep(ahead / self.speed)
            self.moment = moment


def simulate(sessions: Sessions, clock: Clock, plan: DinnerPlan, seed: int = 0) -> Iterator[str]:
    """Open a session for `plan` and cook it to its end; one line for each thing that happens."""
    name = sessions.open(plan)
    sessions.approve(name, BY)
    rng, delayed = random.Random(seed), set[str]()
    yield f"Session {name}"
    while not (session := sessions.kitchen.session(name)).finished:
        moment, what = _next(session)
        clock.move(moment)
        task = getattr(what, "task", "")
        if isinstance(what, happen.TaskDone) and task not in delayed and rng.random() < TROUBLE_SHARE:
            what = happen.NeedsMinutes(task=task, minutes=rng.randint(3, 10))
        delayed.add(task if not isinstance(what, happen.TaskStarted) else "")
        words = sentence(session, what)
        told = sessions.tell(name, what, f"simulated after {sessions.kitchen.newest(name)}", BY)
        yield f"{_words(session, clock.moment)}  {words}"
        after = sessions.kitchen.session(name)
        if told.trouble or after.plan != session.plan:
            yield from (f"           {line}" for line in told_lines(session, after, told))
    for dish in sessions.kitchen.session(name).plan.dishes:
        yield f"{_words(session, dish.served)}  served: {dish.name}, {dish.late_minutes} minutes late"


def _next(session: Session) -> tuple[datetime, Happening]:
    """What happens next when everybody does as planned: the earliest end of what runs, or start of what waits."""
    coming: list[tuple[datetime, int, str, Happening]] = []
    for item in (item for item in session.plan.items if item.kind == "task"):
        progress = session.progress(item.id)
        if progress.state == "running" and progress.expected is not None:
            coming.append((progress.expected, 0, item.id, happen.TaskDone(task=item.id)))
        elif progress.state in ("waiting", "paused"):
            coming.append((item.start, 1, item.id, happen.TaskStarted(task=item.id)))
    moment, _, _, what = min(coming, key=lambda entry: entry[:3])
    return moment, what


def _words(session: Session, moment: datetime) -> str:
    return f"{moment.astimezone(session.first.serve_at.tzinfo):%H:%M}"
