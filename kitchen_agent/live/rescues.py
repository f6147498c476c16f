"""What would make a late dinner less late, each way tried as the events that it is and priced by the solver."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Final

from kitchen_agent.errors import KitchenAgentError
from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Event, Happening
from kitchen_agent.live.kitchen import late_minutes
from kitchen_agent.live.refusals import refusal_of
from kitchen_agent.live.replan import replan
from kitchen_agent.live.session import Session, apply
from kitchen_agent.live.wording import task_name
from kitchen_agent.plan import DinnerPlan, Item, PlanDish
from scheduler.durations import could_fill, willing

SECONDS: Final = 4.0
TRIAL_SECONDS: Final = 0.5
STEP_MINUTES: Final = 5
"""Serving times move by whole steps."""
OFFERS_MAX: Final = 4
HANDOVERS_MAX: Final = 4
TRIMMINGS: Final = ("garnish", "glaze", "decorat", "sprinkle", "drizzle", "dust with")
"""Words of tasks without which a dish can be served, beside those that are marked as optional."""
HANDOVER_TROUBLE, TRIMMING_TROUBLE, STAY_TROUBLE, HELPER_TROUBLE, DISH_TROUBLE = 5, 15, 20, 30, 90
HELPER: Final = "helper"


@dataclass(frozen=True)
class Rescue:
    """Something that people can do about a late dinner.

    `events` is what to tell the session when it is done; `late_minutes` what is then still late over all dishes;
    `cost` the trouble in minutes, by which rescues are compared.
    """

    sentence: str
    events: tuple[Happening, ...]
    cost: int
    late_minutes: int = 0


def rescues(session: Session, now: datetime, seconds: float = SECONDS) -> tuple[Rescue, ...]:
    """The cheapest ways out found in `seconds`; empty when nothing is late or nothing helps.

    Each is replanned, and counts only when it is better than a new plan without it would be.
    """
    if not late_minutes(session.plan, now):
        return ()
    deadline = time.monotonic() + seconds
    anyway = _tried(session, now, Rescue("", (), 0))
    late = min(late_minutes(session.plan, now), anyway.late_minutes) if anyway else late_minutes(session.plan, now)
    found = []
    for candidate in _candidates(session, now):
        if time.monotonic() > deadline:
            break
        tried = _tried(session, now, candidate)
        if tried is not None and tried.late_minutes <= late - STEP_MINUTES:
            found.append(tried)
    return tuple(sorted(found, key=lambda rescue: rescue.cost)[:OFFERS_MAX])


def _tried(session: Session, now: datetime, rescue: Rescue) -> Rescue | None:
    """The rescue with what is still late after it; None when it cannot be, or a wish must be given up for it."""
    after = session
    for number, what in enumerate(rescue.events):
        if refusal_of(after, what) is not None:
            return None
        after = apply(after, Event(key=f"trial {number}", at=now, by="trial", what=what))
    try:
        answer = replan(after, now, seconds=TRIAL_SECONDS)
    except KitchenAgentError:
        return None
    if answer.plan is None or set(answer.given_up) - set(session.plan.notes):
        return None
    left = late_minutes(answer.plan, now)
    sentence = rescue.sentence
    if HELPER in [event.cook for event in rescue.events if isinstance(event, happen.CookJoins)]:
        sentence = _with_work(sentence, answer.plan)
    return replace(rescue, sentence=sentence, late_minutes=left, cost=rescue.cost + left)


def _candidates(session: Session, now: datetime) -> Iterator[Rescue]:
    """What may help, the surest first and then by its trouble."""
    late = [dish for dish in session.plan.dishes if dish.late_minutes > 0 and dish.served > now]
    ids = {dish.id for dish in late}
    yield from _later(session, late)
    others = (_trimmings(session, ids), _handovers(session, now, ids), _more_hands(session, now), _dishes(session))
    yield from sorted(chain.from_iterable(others), key=lambda rescue: rescue.cost)


def _later(session: Session, late: list[PlanDish]) -> Iterator[Rescue]:
    """Serve the first late course, and those after it, as much later as it needs."""
    courses = {dish.id: dish.course for dish in session.plan.problem.dishes}
    for dish in late[:1]:
        course = courses[dish.id]
        if course is not None:
            most = max(other.late_minutes for other in late if courses[other.id] == course)
            minutes = math.ceil(most / STEP_MINUTES) * STEP_MINUTES
            held = happen.CourseHeld(course=course, minutes=minutes)
            yield Rescue(f"serve the {course} {minutes} minutes later", (held,), minutes)


def _trimmings(session: Session, late: set[str]) -> Iterator[Rescue]:
    """Leave out a garnish or a glaze of a late dish, and the work that is for it alone."""
    problem = session.plan.problem
    for task in problem.tasks:
        if task.dish not in late or session.progress(task.id).state != "waiting":
            continue
        words = task.name.lower()
        if not task.optional and not any(word in words for word in TRIMMINGS):
            continue
        gone = {task.id}
        for before in reversed([link for link in problem.links if link.min_lag_minutes is not None]):
            users = {link.after for link in problem.links if link.before == before.before}
            if before.after in gone and users <= gone and session.progress(before.before).state == "waiting":
                gone.add(before.before)
        if len(gone) < sum(other.dish == task.dish for other in problem.tasks):
            skips = tuple(happen.TaskSkipped(task=name) for name in sorted(gone))
            yield Rescue(f"leave out: {task_name(session, task.id)}", skips, TRIMMING_TROUBLE)


def _handovers(session: Session, now: datetime, late: set[str]) -> Iterator[Rescue]:
    """Ask another cook to do one of the next tasks of a late dish."""
    problem = session.plan.problem
    placed = {entry.task: entry for entry in session.plan.schedule.assignments}
    tasks = {task.id: task for task in problem.tasks}
    waiting = [
        item
        for item in sorted(session.plan.items, key=lambda item: item.start)
        if item.dish in late and item.cooks and item.id in tasks and session.progress(item.id).state == "waiting"
    ]
    for item in waiting[:HANDOVERS_MAX]:
        for cook in problem.cooks:
            task = tasks[item.id]
            if cook.id not in placed[item.id].cooks and willing(task, cook) and could_fill(task, cook):
                words = f"ask {cook.name or cook.id} to do: {task_name(session, item.id)}"
                yield Rescue(words, (happen.CookSwap(task=item.id, cook=cook.id),), HANDOVER_TROUBLE)


def _more_hands(session: Session, now: datetime) -> Iterator[Rescue]:
    """Ask who is away to come, or somebody new to help."""
    for cook in session.plan.problem.cooks:
        away = [entry for entry in session.away if entry.cook == cook.id and (entry.end is None or entry.end > now)]
        if away:
            back = happen.CookJoins(cook=cook.id, at=now)
            yield Rescue(f"ask {cook.name or cook.id} to stay or come back", (back,), STAY_TROUBLE)
    if HELPER not in session.newcomers:
        joins = happen.CookJoins(cook=HELPER, at=now, skill="home")
        yield Rescue("ask somebody to help", (joins,), HELPER_TROUBLE)


def _with_work(sentence: str, plan: DinnerPlan) -> str:
    work: list[Item] = sorted(plan.of_cook(HELPER), key=lambda item: item.start)
    tasks = [item.name for item in work if item.kind == "task"]
    return f"{sentence} with: {', '.join(tasks[:3])}" if tasks else sentence


def _dishes(session: Session) -> Iterator[Rescue]:
    """Do without a dish that nobody has begun and that is not the only one of its course."""
    problem = session.plan.problem
    for dish in problem.dishes:
        begun = any(session.progress(task.id).state != "waiting" for task in problem.tasks if task.dish == dish.id)
        alone = sum(other.course == dish.course for other in problem.dishes) == 1
        if not begun and not alone:
            dropped = happen.DishDropped(dish=dish.id)
            yield Rescue(f"do without: {dish.name or dish.id}", (dropped,), DISH_TROUBLE)
