"""What came of an event, and how the dinner stands, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from kitchen_agent.live.alarms import alarms, question_line
from kitchen_agent.live.difference import Change, changes
from kitchen_agent.live.events import Happening
from kitchen_agent.live.kitchen import Told
from kitchen_agent.live.rescues import Rescue
from kitchen_agent.live.session import Session
from kitchen_agent.live.typed import KINDS
from kitchen_agent.live.wording import task_name

NOTHING_NEW = "Noted. The plan stays as it is."


def told_lines(before: Session, after: Session, told: Told, lines: int | None = None) -> list[str]:
    """What a busy cook has to know of a new plan: trouble and what was given up, then what changes, soonest first.

    `lines` is the most changes that are said one by one.
    """
    known = set(before.plan.notes)
    found = [told.trouble] if told.trouble else []
    found += [f"To keep going: {note}." for note in after.plan.notes if note not in known]
    asked = before.open_questions
    found += [question_line(after, missing) for missing in after.open_questions if missing not in asked]
    found += [change_line(change, after) for change in told.changes[:lines]]
    if lines is not None and len(told.changes) > lines:
        found.append(f"and {len(told.changes) - lines} more changes")
    if not told.new:
        return ["This was told before; it counts once."]
    return found or [NOTHING_NEW]


def late_lines(before: Session, after: Session) -> list[str]:
    """The dishes that an event made late, or later, and by how much."""
    was = {dish.id: dish.late_minutes for dish in before.plan.dishes}
    return [
        f"LATE: {dish.name} by {dish.late_minutes} minutes, at {dish.served:%H:%M}"
        for dish in after.plan.dishes
        if dish.late_minutes > max(0, was.get(dish.id, 0))
    ]


def change_lines(before: Session, after: Session, now: datetime) -> list[str]:
    """What the later plan changes, soonest first."""
    return [change_line(change, after) for change in changes(before.plan, after.plan, now)]


def change_line(change: Change, session: Session) -> str:
    """When, for whom, and what."""
    who = f"{' and '.join(change.cooks)}: " if change.cooks else ""
    return f"{change.at.astimezone(session.first.serve_at.tzinfo):%H:%M}  {who}{change.sentence}"


def rescue_lines(offers: Sequence[Rescue]) -> list[str]:
    """Each offer with what is then still late, and what to tell the session when it is done."""
    found = []
    for offer in offers:
        left = f", then {offer.late_minutes} minutes late" if offer.late_minutes else ""
        tell = "; ".join(command_words(event) for event in offer.events)
        found.append(f"This would help: {offer.sentence}{left}   [{tell}]")
    return found


def command_words(what: Happening) -> str:
    """`what` as it is typed."""
    fields = [value for name, value in what if name != "kind" and value is not None]
    words = [f"{value:%H:%M}" if isinstance(value, datetime) else str(value) for value in fields]
    return " ".join([what.kind, *(f'"{word}"' if " " in word else word for word in words)])


def status_lines(session: Session, now: datetime) -> Iterator[str]:
    """The clock, what is wrong, and every task that is not finished, with the id by which events name it."""
    zone = session.first.serve_at.tzinfo
    serve = (session.serve_at or session.first.serve_at).astimezone(zone)
    yield f"{now.astimezone(zone):%H:%M}  {session.plan.title}, served at {serve:%H:%M}"
    for alarm in alarms(session, now):
        yield f"! {alarm.sentence}"
    for item in sorted(session.plan.items, key=lambda item: (item.start, item.id)):
        progress = session.progress(item.id)
        if item.kind != "task" or progress.state in ("done", "skipped"):
            continue
        moment = progress.expected if progress.state == "running" else None
        when = f"until {moment.astimezone(zone):%H:%M}" if moment else f"{item.start.astimezone(zone):%H:%M}"
        who = f" ({' and '.join(item.cooks)})" if item.cooks else ""
        yield f"{progress.state:8} {when:12} {item.id:40} {task_name(session, item.id)}{who}"


def kinds_help() -> str:
    """Every kind of event with its words."""
    return "\n".join(f"{kind} {words}" for kind, words in KINDS.items())
