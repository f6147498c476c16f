"""A cooking session: what is known of the dinner, as a fold over its events.

`fold` is the only way to a state, so a session that is opened again after a crash is where it was. What makes no sense
is refused by `refuse` before it is stored; `apply` takes whatever was stored.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from kitchen_agent.cookbook.substitutes import named_lines
from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Event, Happening
from kitchen_agent.live.presence import Absence, Arrival, Newcomer, arriving, coming, leaving
from kitchen_agent.live.taskprogress import Progress, needing, pause
from kitchen_agent.menu import slug
from kitchen_agent.plan import DinnerPlan, Item
from scheduler.problem import Link, OvenUse

ROOM_CELSIUS = 20
COLD_OVEN_FACTOR_MAX = 2.0
"""An oven that is far too cold makes a dish take at most this many times as long; colder is a broken oven."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Session(_Part):
    """A dinner in the making.

    `first` is the plan that the session was opened with, `plan` the one in force. The rest is what life changed; a
    name that is not in a mapping is as planned. `now` is the moment of the last event, `because` the reason of the plan
    in force.
    """

    first: DinnerPlan
    plan: DinnerPlan
    because: str = ""
    now: datetime
    approved: bool = False
    tasks: dict[str, Progress] = {}
    accepted_waits: frozenset[str] = frozenset()
    swapped: dict[str, str] = {}
    away: tuple[Absence, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    newcomers: dict[str, Newcomer] = {}
    failed: dict[str, int] = {}
    oven_celsius: dict[str, int] = {}
    guests: int | None = None
    serve_at: datetime | None = None
    held_minutes: dict[str, int] = {}
    added: tuple[happen.DishAdded, ...] = ()
    dropped: frozenset[str] = frozenset()
    missing: tuple[happen.IngredientMissing, ...] = ()
    proposed: tuple[happen.SubstituteProposed, ...] = ()
    decisions: tuple[happen.IngredientReplaced | happen.IngredientLeftOut, ...] = ()

    def progress(self, task: str) -> Progress:
        """How far `task` is; one that nobody touched waits."""
        return self.tasks.get(task, Progress())

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        left = (self.progress(item.id).state for item in self.plan.items if item.kind == "task")
        return all(state in ("done", "skipped") for state in left)

    @property
    def open_questions(self) -> tuple[happen.IngredientMissing, ...]:
        """The missing ingredients of dishes on the menu about which nobody has decided."""
        decided = {(entry.dish, entry.ingredient) for entry in self.decisions}
        return tuple(
            entry
            for entry in self.missing
            if (entry.dish, entry.ingredient) not in decided and entry.dish not in self.dropped
        )

    def options(self, missing: happen.IngredientMissing) -> tuple[str, ...] | None:
        """What could stand in for a missing ingredient, best first; None until the planner has answered."""
        asked = (missing.dish, missing.ingredient)
        return next((entry.options for entry in self.proposed if (entry.dish, entry.ingredient) == asked), None)

    def item(self, task: str) -> Item | None:
        """The place of `task` in the plan in force."""
        return next((item for item in self.plan.items if item.id == task), None)


def fold(first: DinnerPlan, opened_at: datetime, events: Iterable[Event]) -> Session:
    """The session that was opened at `opened_at` with its first plan, after `events` in their order."""
    session = Session(first=first, plan=first, now=opened_at)
    for event in events:
        session = apply(session, event)
    return session


def apply(session: Session, event: Event) -> Session:
    """`session` after `event`. A clock that went back does not turn the session's time back."""
    at = max(session.now, event.at)
    return session.model_copy(update={"now": at, **_changes(session, event.what, at)})


def _changes(session: Session, what: Happening, at: datetime) -> Mapping[str, Any]:
    match what:
        case happen.PlanAdopted():
            known = {task: progress for task, progress in session.tasks.items() if progress.extra_minutes}
            told = {task: p.model_copy(update={"planned_extra_minutes": p.extra_minutes}) for task, p in known.items()}
            adopted = {"plan": what.plan, "because": what.because, "tasks": {**session.tasks, **told}}
            return {**adopted, "approved": True}
        case happen.GuestsChanged():
            return {"guests": what.guests}
        case happen.ServingMoved():
            return {"serve_at": what.serve_at}
        case happen.CourseHeld():
            held = session.held_minutes.get(what.course, 0) + what.minutes
            return {"held_minutes": {**session.held_minutes, what.course: held}}
        case happen.DishAdded():
            return {"added": (*session.added, what), "dropped": session.dropped - {what.dish.id}}
        case happen.DishDropped():
            return {"dropped": session.dropped | {what.dish}}
        case happen.IngredientMissing():
            return {"missing": (*session.missing, what)}
        case happen.SubstituteProposed():
            return {"proposed": (*session.proposed, what)}
        case happen.IngredientReplaced():
            return {"decisions": (*session.decisions, what)}
        case happen.IngredientLeftOut():
            skipped = {task: Progress(state="skipped", ended=at) for task in only_for(session, what)}
            return {"decisions": (*session.decisions, what), "tasks": {**session.tasks, **skipped}}
        case happen.WaitAccepted():
            return {"accepted_waits": session.accepted_waits | {what.task}}
        case happen.CookSwap():
            return {"swapped": {**session.swapped, what.task: what.cook}}
        case happen.CookLeaves() | happen.CookJoins():
            return _cook_changes(session, what, at)
        case happen.EquipmentFails() | happen.EquipmentBack() | happen.OvenColder():
            return _equipment_changes(session, what, at)
        case _:
            changed = {what.task: _task_change(session, what, at)}
            if isinstance(what, happen.TaskDone):
                changed |= {task: _started(session, task, None, at) for task in _runs_now(session, what.task)}
            tasks = {"tasks": {**session.tasks, **changed}}
            if isinstance(what, happen.TaskRedo):
                return {**tasks, "accepted_waits": session.accepted_waits - {what.task}}
            return tasks


def _task_change(session: Session, what: Happening, at: datetime) -> Progress:
    match what:
        case happen.TaskStarted():
            return _started(session, what.task, what.cook, at)
        case happen.TaskDone():
            before = session.progress(what.task)
            started = before.started if before.state == "running" and before.started else at
            return before.model_copy(update={"state": "done", "started": started, "ended": at, "expected": None})
        case happen.NeedsMinutes():
            return needing(session.progress(what.task), what.minutes, at)
        case happen.TaskRedo():
            return Progress(runs=session.progress(what.task).runs + 1)
        case happen.TaskSkipped():
            return session.progress(what.task).model_copy(update={"state": "skipped", "ended": at, "expected": None})
        case happen.TaskPaused():
            return pause(session.progress(what.task), at)
    raise AssertionError(f"not an event of one task: {what.kind}")


def _started(session: Session, task: str, cook: str | None, at: datetime) -> Progress:
    before, item = session.progress(task), session.item(task)
    minutes = before.remaining_minutes
    factor = before.oven_factor
    if minutes is None:
        minutes = (item.minutes if item else 1) + before.extra_minutes - before.planned_extra_minutes
        factor = planned_oven_factor(session, _oven_use(session, task))
    return Progress(
        state="running",
        started=at,
        expected=at + timedelta(minutes=minutes),
        cook=cook,
        extra_minutes=before.extra_minutes,
        planned_extra_minutes=before.planned_extra_minutes,
        oven_factor=factor,
        runs=before.runs,
    )


def _runs_now(session: Session, done: str) -> list[str]:
    """What runs by itself as soon as `done` is done, so that nobody has to report its start.

    That is what a cook has just put on, and what only stands (cools, rests, chills) and was planned to do so at once.
    """
    problem = session.plan.problem
    alone = {task.id: task for task in problem.tasks if task.attention == "unattended"}
    found = []
    for link in (link for link in problem.links if link.before == done and link.after in alone):
        put_on = link.max_lag_minutes == 0
        stands = alone[link.after].oven is None and not alone[link.after].needs and _at_once(session, link)
        needs = {other.before for other in problem.links if other.after == link.after} - {done}
        ready = all(session.progress(task).state == "done" for task in needs)
        if (put_on or stands) and ready and session.progress(link.after).state == "waiting":
            found.append(link.after)
    return found


def _at_once(session: Session, link: Link) -> bool:
    before, after = session.item(link.before), session.item(link.after)
    return before is not None and after is not None and after.start <= before.end


def _cook_changes(session: Session, what: happen.CookLeaves | happen.CookJoins, at: datetime) -> Mapping[str, Any]:
    if isinstance(what, happen.CookLeaves):
        return {"away": leaving(session.away, what.cook, what.at, at)}
    cook = slug(what.cook)
    if cook in {cook.id for cook in session.first.request.cooks} | set(session.newcomers):
        return {
            "away": coming(session.away, cook, what.at, at),
            "arrivals": arriving(session.arrivals, cook, what.at, at),
        }
    newcomer = Newcomer(name=what.cook.strip(), skill=what.skill or "home")
    absence = Absence(cook=cook, start=session.first.starts_at, end=what.at)
    return {"newcomers": {**session.newcomers, cook: newcomer}, "away": (*session.away, absence)}


def _equipment_changes(
    session: Session, what: happen.EquipmentFails | happen.EquipmentBack | happen.OvenColder, at: datetime
) -> Mapping[str, Any]:
    match what:
        case happen.EquipmentFails():
            failed = session.failed.get(what.equipment, 0) + what.units
            after = session.model_copy(update={"failed": {**session.failed, what.equipment: failed}})
            stopped = {task: pause(session.progress(task), at) for task in _running_in(after, what.equipment)}
            return {"failed": after.failed, "tasks": {**session.tasks, **stopped}}
        case happen.EquipmentBack():
            return {
                "failed": {name: units for name, units in session.failed.items() if name != what.equipment},
                "oven_celsius": {name: c for name, c in session.oven_celsius.items() if name != what.equipment},
            }
        case happen.OvenColder():
            slower = {task: _slower(session, task, what.celsius, at) for task in _running_in(session, what.oven)}
            return {
                "oven_celsius": {**session.oven_celsius, what.oven: what.celsius},
                "tasks": {**session.tasks, **slower},
            }


def cold_oven_factor(wished_celsius: int, celsius: int) -> float:
    """How many times as long a dish takes at `celsius`: heat flows with the difference to the dish's room warmth."""
    if celsius >= wished_celsius:
        return 1.0
    return min(COLD_OVEN_FACTOR_MAX, (wished_celsius - ROOM_CELSIUS) / max(1, celsius - ROOM_CELSIUS))


def planned_oven_factor(session: Session, use: OvenUse | None) -> float:
    """How many times as long a plan of this moment gives a task: as in the hottest oven that is left."""
    if use is None or not session.oven_celsius:
        return 1.0
    ovens = [oven.id for oven in session.first.problem.ovens if not session.failed.get(oven.id)]
    hottest = max((session.oven_celsius.get(oven, use.celsius) for oven in ovens), default=use.celsius)
    return cold_oven_factor(use.celsius, hottest)


def _oven_use(session: Session, task: str) -> OvenUse | None:
    return next((entry.oven for entry in session.plan.problem.tasks if entry.id == task), None)


def _slower(session: Session, task: str, celsius: int, at: datetime) -> Progress:
    """How far `task` is in an oven of `celsius`: what is left of it takes longer, or less than it did when colder."""
    before, use = session.progress(task), _oven_use(session, task)
    if use is None or before.expected is None:
        return before
    factor = cold_oven_factor(use.celsius, celsius)
    left = max(timedelta(), before.expected - at) * factor / before.oven_factor
    expected = at + timedelta(minutes=math.ceil(round(left.total_seconds() / 60, 3)))
    return before.model_copy(update={"expected": expected, "oven_factor": factor})


def _running_in(session: Session, equipment: str) -> list[str]:
    """The running tasks in the oven `equipment`, or those for which a pool of that name has no unit left."""
    placed = [entry for entry in session.plan.schedule.assignments if session.progress(entry.task).state == "running"]
    in_oven = [entry.task for entry in placed if entry.oven == equipment]
    pool = next((pool for pool in session.plan.problem.equipment if pool.id == equipment), None)
    if pool is None:
        return in_oven
    users = [entry.task for entry in placed if any(unit.rpartition("#")[0] == equipment for unit in entry.units)]
    return users[max(0, pool.count - session.failed.get(equipment, 0)) :]


def only_for(session: Session, what: happen.IngredientLeftOut) -> list[str]:
    """The tasks, not begun, that work on a missing ingredient and on nothing else."""
    graph, recipe = session.plan.graphs[what.dish], session.plan.recipes[what.dish]
    missing = set(named_lines(what.ingredient, recipe.ingredients))
    numbers = {str(task.id) for task in graph.tasks if task.uses and set(task.uses) <= missing and not task.after}
    return [
        task.id
        for task in session.plan.problem.tasks
        if task.dish == what.dish
        and re.split(r"\D", task.id.rpartition("/")[2])[0] in numbers
        and session.progress(task.id).state == "waiting"
    ]
