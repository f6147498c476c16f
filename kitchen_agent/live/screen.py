"""The lines of the live view: the clock, each cook's now and next, and the tasks that can be acted on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from kitchen_agent.live.alarms import alarms
from kitchen_agent.live.session import Session
from kitchen_agent.live.wording import task_name
from kitchen_agent.plan import Item

ALARMS_MAX: Final = 4
Look = Literal["decide", "over", "running", "late", "due", "waiting", "done"]


@dataclass(frozen=True)
class Row:
    """A task in the list; `look` says how urgent it is."""

    task: str
    words: str
    look: Look


def headline(session: Session, now: datetime) -> str:
    """The time, the dinner, and when it is served."""
    zone = session.first.serve_at.tzinfo
    serve = (session.serve_at or session.first.serve_at).astimezone(zone)
    done = "  (nothing left to do)" if session.finished else ""
    return f"{now.astimezone(zone):%H:%M:%S}  {session.plan.title}, served at {serve:%H:%M}{done}"


def alarm_lines(session: Session, now: datetime, trouble: str) -> list[str]:
    """What a person has to know at once; `trouble` is why there is no plan, or empty."""
    words = [*([trouble] if trouble else []), *(alarm.sentence for alarm in alarms(session, now))]
    return [f"! {line}" for line in shortened(words, ALARMS_MAX)]


def shortened(lines: Sequence[str], most: int) -> list[str]:
    """The first of `lines`, `most` in all, the last of which says how many more there are."""
    left = len(lines) - most
    return list(lines) if left <= 0 else [*lines[: most - 1], f"and {left + 1} more"]


def cook_lines(session: Session, now: datetime, width: int) -> list[str]:
    """One line for each cook, now and next side by side, in `width` columns; what is due is now, begun or not."""
    name = max((len(cook.name) for cook in session.plan.cooks), default=0)
    column = max(10, (width - name - 4) // 2)
    lines = []
    for cook in session.plan.cooks:
        own = session.plan.of_cook(cook.name)
        doing = [timer(session, item, now) for item in own if session.progress(item.id).state == "running"]
        coming = sorted((item for item in own if _waits(session, item)), key=lambda item: (item.start, item.id))
        if not doing and coming and coming[0].start <= now:
            doing = [f"NOW {coming.pop(0).name}"]
        then = f"next {_clock(session, coming[0].start)} {coming[0].name}" if coming else "nothing more"
        lines.append(f"{cook.name:{name}}  {_fit(', '.join(doing) or 'free', column)}  {_fit(then, column)}".rstrip())
    return lines


def task_rows(session: Session, now: datetime) -> tuple[Row, ...]:
    """The tasks as a cook needs them: what asks for a decision, what runs, what is to come, and what was done last."""
    tasks = [item for item in session.plan.items if item.kind == "task"]
    state = {item.id: session.progress(item.id).state for item in tasks}
    waited = {alarm.task for alarm in alarms(session, now) if alarm.kind == "waited"}
    done = [item for item in tasks if state[item.id] == "done"]
    done.sort(key=lambda item: (session.progress(item.id).ended or item.end, item.id), reverse=True)
    running = sorted((item for item in tasks if state[item.id] == "running"), key=lambda item: (item.end, item.id))
    coming = sorted((item for item in tasks if _waits(session, item)), key=lambda item: (item.start, item.id))
    return (
        *(_done_row(session, item, "decide") for item in done if item.id in waited),
        *(_running_row(session, item, now) for item in running),
        *(_coming_row(session, item, now) for item in coming),
        *(_done_row(session, item, "done") for item in done if item.id not in waited),
    )


def timer(session: Session, item: Item, now: datetime) -> str:
    """The task after the time that is left of it, by the clock."""
    seconds = _seconds_left(session, item, now)
    if seconds is None:
        return item.name
    minutes, rest = divmod(abs(seconds), 60)
    hours = f"{minutes // 60}:{minutes % 60:02d}" if minutes >= 60 else str(minutes)
    return f"{hours}:{rest:02d} {'left' if seconds >= 0 else 'OVER'} {item.name}"


def _running_row(session: Session, item: Item, now: datetime) -> Row:
    words = f"> {_who(session, item)}  {timer(session, item, now)} ({session.plan.dish_name(item.dish)})"
    over = (_seconds_left(session, item, now) or 0) < 0
    return Row(item.id, words, "over" if over else "running")


def _coming_row(session: Session, item: Item, now: datetime) -> Row:
    late = item.start < now - timedelta(minutes=1)
    paused = "PAUSED " if session.progress(item.id).state == "paused" else ""
    words = f"{'LATE ' if late else ''}{paused}{task_name(session, item.id)}"
    look: Look = "late" if late else "due" if item.start <= now else "waiting"
    return Row(item.id, f"  {_clock(session, item.start)} {_who(session, item)}  {words}", look)


def _done_row(session: Session, item: Item, look: Look) -> Row:
    ended = session.progress(item.id).ended or item.end
    mark = "! waited too long" if look == "decide" else "  done"
    return Row(item.id, f"{mark} {_clock(session, ended)} {task_name(session, item.id)}", look)


def _seconds_left(session: Session, item: Item, now: datetime) -> int | None:
    expected = session.progress(item.id).expected
    return None if expected is None else math.ceil((expected - now).total_seconds())


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
