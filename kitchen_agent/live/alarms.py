"""What a person has to know at once: dishes that will be late, what takes too long, what has waited too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from kitchen_agent.dinner.calendar import clock
from kitchen_agent.dinner.cold_chain import cold_chain
from kitchen_agent.live.easing import BACK_SOON, LASTING
from kitchen_agent.live.events import IngredientMissing
from kitchen_agent.live.session import Session
from kitchen_agent.live.wording import are_broken, note_words, task_name
from scheduler.problem import Equipment, Oven, VesselStock

Thing = Oven | Equipment | VesselStock


class Alarm(BaseModel):
    """One thing to know; `task` is the one to remake or accept when something waited too long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["late", "over", "waited", "missing", "broken", "given_up"]
    task: str | None
    sentence: str


def alarms(session: Session, now: datetime) -> tuple[Alarm, ...]:
    """The alarms of this moment, waits first."""
    return (
        *_waited(session, now),
        *_missing(session),
        *_late(session, now),
        *_over(session, now),
        *_broken(session, now),
        *_given_up(session),
    )


def _broken(session: Session, now: datetime) -> list[Alarm]:
    """What is out of order and the plan counts on again before the end, as nothing works without it."""
    found = (counted_on(session, thing.id, now) for thing in _things(session))
    return [alarm for alarm in found if alarm is not None]


def counted_on(session: Session, equipment: str, now: datetime) -> Alarm | None:
    """That the plan counts on an equipment that is out of order; None when it does without it, or when it works."""
    units = session.failed.get(equipment, 0)
    minute = next((_back_minute(session, thing) for thing in _things(session) if thing.id == equipment), None)
    if not units or minute is None:
        return None
    back = clock(session.first.starts_at, minute, session.first.serve_at.tzinfo or UTC)
    when = f"from {back:%H:%M}" if back > now else "by now"
    it, works = ("it", "it works") if units == 1 else ("them", "they work")
    words = f"{are_broken(session, equipment, units)}, but the plan counts on {it} {when}: say when {works} again"
    return Alarm(kind="broken", task=None, sentence=words)


def _things(session: Session) -> tuple[Thing, ...]:
    problem = session.plan.problem
    return (*problem.ovens, *problem.equipment, *problem.vessels)


def _back_minute(session: Session, thing: Thing) -> int | None:
    """The minute from which the plan takes a broken thing to work; None when it does without it to the end."""
    if not thing.outages:
        return 0 if BACK_SOON in session.plan.notes else None
    end = max(outage.end_minutes for outage in thing.outages)
    return end if end < session.plan.problem.horizon_minutes else None


def _given_up(session: Session) -> list[Alarm]:
    """The wishes that the plan in force does not keep, unless that is over soon or said by another alarm."""
    return [
        Alarm(kind="given_up", task=None, sentence=f"to keep going: {words}")
        for note in session.plan.notes
        if note in LASTING
        for words in note_words(session, note)
    ]


def _missing(session: Session) -> list[Alarm]:
    return [
        Alarm(kind="missing", task=None, sentence=question_line(session, missing)) for missing in session.open_questions
    ]


def question_line(session: Session, missing: IngredientMissing) -> str:
    """What a person has to decide about a missing ingredient."""
    options = session.options(missing)
    words = f"{missing.ingredient} for {session.plan.dish_name(missing.dish)} is missing"
    if options:
        return f"{words}: take {' or '.join(options)}?"
    return words if options is None else f"{words}: nothing known can stand in; leave it out, or drop the dish?"


def _late(session: Session, now: datetime) -> list[Alarm]:
    found = []
    served_at = session.serve_at or session.first.serve_at
    for dish in session.plan.dishes:
        if dish.late_minutes > 0 and dish.served > now:
            when = f"{dish.served.astimezone(served_at.tzinfo):%H:%M}"
            plural = "" if dish.late_minutes == 1 else "s"
            words = f"{dish.name} will be {dish.late_minutes} minute{plural} late, at {when}"
            found.append(Alarm(kind="late", task=None, sentence=words))
    if found and served_at < session.first.serve_at and now < session.first.starts_at:
        begins = session.first.starts_at.astimezone(served_at.tzinfo)
        words = f"this plan can begin at {begins:%H:%M} at the earliest: to begin sooner, plan the dinner anew"
        found.append(Alarm(kind="late", task=None, sentence=words))
    return found


def _over(session: Session, now: datetime) -> list[Alarm]:
    found = []
    for task, progress in session.tasks.items():
        if progress.expected is not None and progress.expected < now - timedelta(minutes=1):
            minutes = int((now - progress.expected).total_seconds() // 60)
            ago = "a minute ago" if minutes == 1 else f"{minutes} minutes ago"
            words = f"should have ended {ago}: {task_name(session, task)}"
            found.append(Alarm(kind="over", task=task, sentence=words))
    return found


def _waited(session: Session, now: datetime) -> list[Alarm]:
    """Results that waited, or will have waited, longer than their limit, and that nobody has accepted."""
    found: dict[str, Alarm] = {}
    chilled = cold_chain(session.first.problem, session.first.request.kitchen.chilled_out_minutes).links
    for link in (*chilled, *session.first.problem.links, *session.plan.problem.links):
        before, after = session.progress(link.before), session.progress(link.after)
        item = session.item(link.after)
        if link.max_lag_minutes is None or before.state != "done" or after.state not in ("waiting", "paused"):
            continue
        since = before.started if link.from_start else before.ended
        if since is None or item is None or link.before in session.accepted_waits:
            continue
        until = max(now, item.start)
        minutes = int((until - since).total_seconds() // 60)
        if minutes > link.max_lag_minutes:
            found.setdefault(link.before, _waiting(session, link.before, minutes, link.max_lag_minutes))
    for task, minutes, most in _unserved(session, now):
        found.setdefault(task, _waiting(session, task, minutes, most))
    return list(found.values())


def _unserved(session: Session, now: datetime) -> Iterator[tuple[str, int, int]]:
    """The last tasks of finished dishes, with the minutes they wait for the table, if that is longer than is good."""
    served = {dish.id: dish.served for dish in session.plan.dishes if dish.served > now}
    for dish in (*session.first.problem.dishes, *session.plan.problem.dishes):
        for link in dish.serving:
            ended = session.progress(link.task).ended
            if session.progress(link.task).state != "done" or ended is None or dish.id not in served:
                continue
            minutes = int((served[dish.id] - ended).total_seconds() // 60)
            most = link.max_lag_minutes
            if most is not None and minutes > most and link.task not in session.accepted_waits:
                yield link.task, minutes, most


def _waiting(session: Session, task: str, minutes: int, most: int) -> Alarm:
    words = f"{task_name(session, task)} waits {minutes} minutes, at most {most} are good: do it again, or accept it"
    return Alarm(kind="waited", task=task, sentence=words)
