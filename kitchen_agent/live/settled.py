"""What is settled at a moment of the cooking: the past where it happened, and what runs with its cook and equipment.

Of what the scheduler added to the plan (warm-ups, wash-ups, cleans) nobody reports anything: it counts as done by the
clock, as soon as the tasks that it follows are done.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from kitchen_agent.dinner.calendar import minutes_between
from kitchen_agent.live.session import Session
from kitchen_agent.live.taskprogress import Progress
from scheduler.problem import Dish, HeldVessel, Pin, PlannedTask, Problem, Replan, ServedDish, Task
from scheduler.rules.courses import dish_due
from scheduler.schedule import Assignment, Inserted, Schedule

FREEZE_MINUTES: Final = 6
"""What a cook is about to start within this time moves only if it must."""
COOK_CHANGE_COST: Final = 1000
"""A task that changes its cook counts like a shift by this many minutes: first few changes, then small shifts."""


def settle(problem: Problem, session: Session, now: int) -> Problem:
    """`problem` with the past fixed, what runs kept, and the rest near the plan in force; `now` is its minute."""
    placed = {entry.task: entry for entry in session.plan.schedule.assignments}
    pins, baseline = [], []
    for task in problem.tasks:
        progress, old = session.progress(task.id), placed.get(task.id)
        if progress.state in ("done", "running"):
            pins.append(_happened(problem, session, task, old, now))
            continue
        if task.id in session.swapped:
            pins.append(Pin(task=task.id, cooks=_swapped(session, task.id, old)))
        if old is not None:
            # A start that has passed cannot be kept; the task is wanted as soon as it can be.
            start = max(now, old.start_minutes)
            stays = all(
                _is_there(problem, name, start, start + old.end_minutes - old.start_minutes) for name in old.cooks
            )
            cooks = old.cooks if stays and task.id not in session.swapped else ()
            baseline.append(PlannedTask(task=task.id, start_minutes=start, cooks=cooks))
    begun = {pin.task for pin in pins if pin.state != "locked"}
    held = tuple(_held(problem, session.plan.schedule, begun))
    problem = problem.model_copy(update={"dishes": _as_held(problem, held), "pins": tuple(pins)})
    extras = tuple(_inserted_pins(problem, session.plan.schedule, now))
    replan = Replan(
        now_minutes=now,
        freeze_minutes=FREEZE_MINUTES,
        baseline=tuple(baseline),
        served=_served(problem, session, now),
        held=held,
        cook_change_cost=COOK_CHANGE_COST,
    )
    return problem.model_copy(update={"pins": (*problem.pins, *extras), "replan": replan})


def _is_there(problem: Problem, name: str, start: int, end: int) -> bool:
    cook = next((cook for cook in problem.cooks if cook.id == name), None)
    windows = cook.presence if cook else ()
    return cook is not None and (
        not windows or any(window.start_minutes <= start and end <= window.end_minutes for window in windows)
    )


def _swapped(session: Session, task: str, old: Assignment | None) -> tuple[str, ...]:
    """The cook who takes over stands in for the first of those planned."""
    cook = session.swapped[task]
    others = [name for name in (old.cooks[1:] if old else ()) if name != cook]
    return (cook, *others)


def _happened(problem: Problem, session: Session, task: Task, old: Assignment | None, now: int) -> Pin:
    progress = session.progress(task.id)
    start, end = span(session, progress, now)
    cooks = (progress.cook,) if progress.cook else (old.cooks if old else ())
    boards = {board.id for board in problem.boards}
    pans = old.pans if old and old.pans <= min(task.max_pans, task.rounds) else None
    return Pin(
        task=task.id,
        state="done" if progress.state == "done" else "running",
        start_minutes=start,
        end_minutes=end,
        cooks=(cooks or (problem.cooks[0].id,)) if task.attention != "unattended" else None,
        oven=old.oven if old and task.oven else None,
        board=old.board if old and task.board and old.board in boards else None,
        pans=pans,
        units=old.units if old and old.units and progress.state == "running" else None,
    )


def span(session: Session, progress: Progress, now: int) -> tuple[int, int]:
    """The minutes from start to end of what is done or running; what runs ends after `now`, however late it is."""
    start = minute_of(session, progress.started or session.now)
    if progress.state == "done":
        end = min(now, minute_of(session, progress.ended or session.now))
        return min(start, end), end
    return min(start, now), max(now + 1, minute_of(session, progress.expected or session.now))


def _held(problem: Problem, schedule: Schedule, begun: set[str]) -> Iterator[HeldVessel]:
    """The vessels that hold food: those of which the first task has begun."""
    users = {
        (dish.id, use.id): {task.id for task in problem.tasks if task.dish == dish.id and use.id in task.vessels}
        for dish in problem.dishes
        for use in dish.vessels
    }
    for hold in schedule.holds:
        if begun & users.get((hold.dish, hold.vessel), set()):
            yield HeldVessel(dish=hold.dish, vessel=hold.vessel, unit=hold.unit)


def _as_held(problem: Problem, held: tuple[HeldVessel, ...]) -> tuple[Dish, ...]:
    """The dishes; what is in a vessel already asks for no larger one, however many guests there are now."""
    sizes = {stock.id: stock.size for stock in problem.vessels}
    in_use = {(entry.dish, entry.vessel): sizes.get(entry.unit.rpartition("#")[0], 0) for entry in held}

    def fitting(dish: Dish) -> Dish:
        uses = (
            use.model_copy(update={"min_size": min(use.min_size, in_use.get((dish.id, use.id), use.min_size))})
            for use in dish.vessels
        )
        return dish.model_copy(update={"vessels": tuple(uses)})

    return tuple(map(fitting, problem.dishes))


def _inserted_pins(problem: Problem, schedule: Schedule, now: int) -> Iterator[Pin]:
    """The inserted work that was planned before `now` and whose tasks are as far as it needs."""
    pins = {pin.task: pin for pin in problem.pins if pin.state != "locked"}
    done_by = {name: pin.end_minutes or 0 for name, pin in pins.items() if pin.state == "done"}
    cooks = {cook.id for cook in problem.cooks}
    for entry in schedule.inserted:
        if entry.start_minutes >= now or (entry.cook is not None and entry.cook not in cooks):
            continue
        if _has_happened(problem, entry, done_by, pins, now):
            yield Pin(
                task=entry.id,
                state="done" if entry.end_minutes <= now else "running",
                start_minutes=entry.start_minutes,
                end_minutes=entry.end_minutes,
                cooks=(entry.cook,) if entry.cook else None,
                oven=entry.oven,
            )


def _has_happened(problem: Problem, entry: Inserted, done_by: dict[str, int], pins: dict[str, Pin], now: int) -> bool:
    if entry.kind == "clean":
        return entry.task in done_by and done_by[entry.task] <= entry.start_minutes
    if entry.kind == "wash_up":
        letter = (entry.vessel or "").partition("+")[0]
        known = any(dish.id == entry.dish and any(use.id == letter for use in dish.vessels) for dish in problem.dishes)
        users = [task.id for task in problem.tasks if task.dish == entry.dish and letter in task.vessels]
        # An extra pan is washed after its own task, which its name holds; the others of the letter do not matter.
        own = [task for task in users if f"+{task}#" in (entry.vessel or "")]
        return known and all(done_by.get(task, now + 1) <= entry.start_minutes for task in own or users)
    task = next((task for task in problem.tasks if task.id == entry.task), None)
    oven = next((oven for oven in problem.ovens if oven.id == entry.oven), None)
    if task is None or task.oven is None or oven is None or oven.outages:
        return False
    still_hot = now <= entry.end_minutes + oven.keep_hot_minutes
    return task.id in pins or still_hot


def _served(problem: Problem, session: Session, now: int) -> tuple[ServedDish, ...]:
    """The dishes that are on the table: finished, and the time at which they were and are to be served is past."""
    planned = {entry.dish: entry.served_minutes for entry in session.plan.schedule.served}
    again = session.plan.problem.replan
    # A dinner that is moved does not call back what is eaten; a course that is held back is not on the table.
    eaten = {entry.dish for entry in again.served} if again and not session.held_minutes else set()
    served = []
    for dish in problem.dishes:
        shown = {item.id for item in session.plan.items}  # a task of no minutes is not, and nobody reports it
        ends = [session.progress(task.id) for task in problem.tasks if task.dish == dish.id and task.id in shown]
        if not ends or any(progress.state != "done" for progress in ends):
            continue
        ready = max(minute_of(session, progress.ended or session.now) for progress in ends)
        due = 0 if dish.id in eaten else dish_due(problem, dish) or 0
        minute = max(ready, planned.get(dish.id, ready), due)
        if minute <= now:
            served.append(ServedDish(dish=dish.id, served_minutes=minute))
    return tuple(served)


def minute_of(session: Session, moment: datetime) -> int:
    """`moment` in minutes of the session's problems, never below 0."""
    return max(0, minutes_between(session.first.starts_at, moment))
