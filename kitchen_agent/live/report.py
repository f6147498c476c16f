"""What came of an event, and how the dinner stands, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from kitchen_agent.live import events as happen
from kitchen_agent.live.alarms import alarms, counted_on, question_line
from kitchen_agent.live.difference import Change
from kitchen_agent.live.events import Happening
from kitchen_agent.live.kitchen import Told
from kitchen_agent.live.rescues import Rescue
from kitchen_agent.live.session import Session
from kitchen_agent.live.typed import KINDS
from kitchen_agent.live.wording import kept_words, note_words, task_name

NOTHING_NEW = "Noted. The plan stays as it is."
MOVES_SHOWN = 2
"""So many moves of one cook's work are said one by one."""


def told_lines(before: Session, after: Session, told: Told) -> list[str]:
    """What a busy cook has to know of a new plan: trouble and what was given up, then what changes."""
    if not told.new:
        return ["This was told before; it counts once."]
    known = {words for note in before.plan.notes for words in note_words(before, note)}
    found = [told.trouble] if told.trouble else []
    notes = [words for note in after.plan.notes for words in note_words(after, note) if words not in known]
    found += [f"To keep going: {words}." for words in dict.fromkeys((*notes, *_not_followed(after, told)))]
    found += _still_needed(after, told)
    asked = before.open_questions
    found += [question_line(after, missing) for missing in after.open_questions if missing not in asked]
    return [*found, *news_lines(told.changes, after)] or [NOTHING_NEW]


def _not_followed(after: Session, told: Told) -> list[str]:
    """That a task which was given to a cook stays with another, also when that was so before."""
    what = told.recorded.event.what
    words = kept_words(after, what.task) if isinstance(what, happen.CookSwap) and not told.trouble else ""
    return [words] if words else []


def _still_needed(after: Session, told: Told) -> list[str]:
    """That the plan counts on what has just broken."""
    what, at = told.recorded.event.what, told.recorded.event.at
    alarm = counted_on(after, what.equipment, at) if isinstance(what, happen.EquipmentFails) else None
    return [alarm.sentence] if alarm else []


def news_lines(found: Sequence[Change], session: Session) -> list[str]:
    """As `change_lines`, after the reason of the new plan."""
    lines = change_lines(found, session)
    return [f"The plan changes because: {session.because}", *lines] if lines and session.because else lines


def late_lines(before: Session, after: Session) -> list[str]:
    """The dishes that an event made late, or later, and by how much."""
    was = {dish.id: dish.late_minutes for dish in before.plan.dishes}
    return [
        f"LATE: {dish.name} by {dish.late_minutes} minutes, at {dish.served:%H:%M}"
        for dish in after.plan.dishes
        if dish.late_minutes > max(0, was.get(dish.id, 0))
    ]


def change_lines(found: Sequence[Change], session: Session) -> list[str]:
    """The `found` changes, soonest first; of a cook's work that only moves, what comes next and a word on the rest."""
    shown: dict[tuple[str, ...], int] = {}
    lines, rest = [], []
    for change in found:
        shown[change.cooks] = shown.get(change.cooks, 0) + (change.kind == "moved")
        if change.kind == "moved" and shown[change.cooks] > MOVES_SHOWN:
            rest.append(change)
        else:
            lines.append(change_line(change, session))
    for cooks in dict.fromkeys(change.cooks for change in rest):
        lines.append(_moved_too([change for change in rest if change.cooks == cooks]))
    return lines


def _moved_too(moved: Sequence[Change]) -> str:
    """How many more pieces of work of the same cooks move, and by how much."""
    who = " and ".join(moved[0].cooks) or "by itself"
    least, most = min(change.minutes for change in moved), max(change.minutes for change in moved)
    side = "later" if least > 0 else "earlier" if most < 0 else "earlier or later"
    by = sorted({abs(least), abs(most)})
    return f"and {len(moved)} more ({who}): {' to '.join(map(str, by))} minutes {side}"


def change_line(change: Change, session: Session) -> str:
    """When, for whom, and what."""
    who = f"{' and '.join(change.cooks)}: " if change.cooks and change.kind != "other_cook" else ""
    return f"{change.at.astimezone(session.first.serve_at.tzinfo):%H:%M}  {who}{change.sentence}"


def rescue_lines(offers: Sequence[Rescue], session: Session) -> list[str]:
    """Each offer with what is then still late, and what to tell the session when it is done."""
    found = []
    for offer in offers:
        left = f", then {offer.late_minutes} minutes late" if offer.late_minutes else ""
        tell = "; ".join(command_words(event, session) for event in offer.events)
        found.append(f"This would help: {offer.sentence}{left}   [{tell}]")
    return found


def command_words(what: Happening, session: Session) -> str:
    """`what` as it is typed, with times of day as the dinner has them."""
    zone = session.first.serve_at.tzinfo
    fields = [value for name, value in what if name != "kind" and value is not None]
    words = [f"{value.astimezone(zone):%H:%M}" if isinstance(value, datetime) else str(value) for value in fields]
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
