"""The lines of the live view: the clock, each cook's now and next, and the tasks that can be acted on."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from kitchen_agent.live.session import Session
from kitchen_agent.live.wording import task_name
from kitchen_agent.plan import Item


def headline(session: Session, now: datetime) -> str:
    """The time, the dinner, and when it is served."""
    zone = session.first.serve_at.tzinfo
    serve = (session.serve_at or session.first.serve_at).astimezone(zone)
    done = "  (nothing left to do)" if session.finished else ""
    return f"{now.astimezone(zone):%H:%M:%S}  {session.plan.title}, served at {serve:%H:%M}{done}"


def cook_lines(session: Session, now: datetime, width: int) -> list[str]:
    """One line for each cook, now and next side by side, in `width` columns."""
    name = max((len(cook.name) for cook in session.plan.cooks), default=0)
    column = max(10, (width - name - 4) // 2)
    lines = []
    for cook in session.plan.cooks:
        own = session.plan.of_cook(cook.name)
        running = [item for item in own if session.progress(item.id).state == "running"]
        doing = ", ".join(timer(session, item, now) for item in running) or "free"
        following = min((item for item in own if _waits(session, item)), key=lambda item: item.start, default=None)
        then = f"next {_clock(session, following.start)} {following.name}" if following else "nothing more"
        lines.append(f"{cook.name:{name}}  {_fit(doing, column)}  {_fit(then, column)}".rstrip())
    return lines


def task_lines(session: Session, now: datetime) -> tuple[tuple[str, str], ...]:
    """Ids and lines of the tasks that are not finished: what runs first, then the rest by their start."""
    tasks = [item for item in session.plan.items if item.kind == "task"]
    rows = [
        (item.id, f"> {_who(session, item)}  {timer(session, item, now)} ({session.plan.dish_name(item.dish)})")
        for item in sorted(tasks, key=lambda item: (item.end, item.id))
        if session.progress(item.id).state == "running"
    ]
    for item in sorted(tasks, key=lambda item: (item.start, item.id)):
        if _waits(session, item):
            late = "LATE " if item.start < now - timedelta(minutes=1) else ""
            paused = "PAUSED " if session.progress(item.id).state == "paused" else ""
            start, who = _clock(session, item.start), _who(session, item)
            rows.append((item.id, f"  {start} {who}  {late}{paused}{task_name(session, item.id)}"))
    return tuple(rows)


def timer(session: Session, item: Item, now: datetime) -> str:
    """The task after the time that is left of it, by the clock."""
    expected = session.progress(item.id).expected
    if expected is None:
        return item.name
    seconds = math.ceil((expected - now).total_seconds())
    words = f"{abs(seconds) // 60}:{abs(seconds) % 60:02d}"
    return f"{words} left {item.name}" if seconds >= 0 else f"{words} OVER {item.name}"


def _waits(session: Session, item: Item) -> bool:
    return item.kind == "task" and session.progress(item.id).state in ("waiting", "paused")


def _who(session: Session, item: Item) -> str:
    """The cooks of a task, as wide as the longest name."""
    width = max((len(cook.name) for cook in session.plan.cooks), default=0)
    return f"{'+'.join(item.cooks):{width}}"


def _clock(session: Session, moment: datetime) -> str:
    return f"{moment.astimezone(session.first.serve_at.tzinfo):%H:%M}"


def _fit(words: str, width: int) -> str:
    return f"{words if len(words) <= width else words[: width - 1] + '…':{width}}"
