"""Events in plain words, for the log, the screen and the reason of a new plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from kitchen_agent.live import events as happen
from kitchen_agent.live.easing import TO_OTHERS
from kitchen_agent.live.events import Happening
from kitchen_agent.live.session import Session
from kitchen_agent.menu import DishRequest
from scheduler.problem import Equipment, VesselStock


def sentence(session: Session, what: Happening | DishRequest) -> str:
    """`what` in a few words; tasks, cooks and dishes by their names in the plan in force."""
    match what:
        case DishRequest():
            return f"add to the menu: {what.name}"
        case happen.PlanAdopted():
            return f"new plan ({what.because})" if what.because else "new plan"
        case happen.CookLeaves():
            return f"{_cook(session, what.cook)} leaves at {what.at.astimezone(_zone(session)):%H:%M}"
        case happen.CookJoins():
            return f"{_cook(session, what.cook)} is there from {what.at.astimezone(_zone(session)):%H:%M}"
        case happen.EquipmentFails():
            return are_broken(session, what.equipment, what.units)
        case happen.EquipmentBack():
            return f"{what.equipment} works again"
        case happen.OvenColder():
            return f"{what.oven} is only at {what.celsius} °C"
        case happen.GuestsChanged():
            return f"{what.guests} guests now"
        case happen.DishAdded():
            return f"added to the menu: {what.dish.name}"
        case happen.DishDropped():
            return f"{session.plan.dish_name(what.dish) or what.dish} is off the menu"
        case happen.ServingMoved():
            return f"served at {what.serve_at.astimezone(_zone(session)):%H:%M}"
        case happen.CourseHeld():
            return f"{what.course} held back by {what.minutes} minutes"
        case happen.IngredientMissing():
            return f"{what.ingredient} for {session.plan.dish_name(what.dish) or what.dish} is missing"
        case happen.SubstituteProposed():
            options = ", or ".join(what.options) or "nothing known can stand in"
            return f"proposed for {what.ingredient} in {session.plan.dish_name(what.dish) or what.dish}: {options}"
        case happen.IngredientReplaced():
            return f"{what.by} in place of {what.ingredient} for {session.plan.dish_name(what.dish) or what.dish}"
        case happen.IngredientLeftOut():
            return f"{session.plan.dish_name(what.dish) or what.dish} without {what.ingredient}"
    return _of_task(session, what)


def told_apart(session: Session, readings: Sequence[Happening | DishRequest]) -> list[str]:
    """Several events in words; tasks that are called the same, with their ids."""
    in_words = [sentence(session, reading) for reading in readings]
    return [
        f"{words} [{getattr(reading, 'task', '')}]" if in_words.count(words) > 1 else words
        for words, reading in zip(in_words, readings, strict=True)
    ]


def _of_task(session: Session, what: Happening) -> str:
    name = task_name(session, getattr(what, "task", ""))
    match what:
        case happen.TaskStarted():
            return f"started: {name}" + (f" by {_cook(session, what.cook)}" if what.cook else "")
        case happen.TaskDone():
            return f"done: {name}"
        case happen.NeedsMinutes():
            return f"{what.minutes} more minutes: {name}"
        case happen.TaskRedo():
            return f"once more: {name}"
        case happen.TaskSkipped():
            return f"left out: {name}"
        case happen.TaskPaused():
            return f"stopped: {name}"
        case happen.WaitAccepted():
            return f"fine although it waited: {name}"
        case happen.CookSwap():
            return f"{_cook(session, what.cook)} takes over: {name}"
    raise AssertionError(f"no words for {what.kind}")


def are_broken(session: Session, equipment: str, units: int) -> str:
    """That `units` of an equipment are broken, of how many there are."""
    count, several = stock_of(session, equipment)
    if count == 1:
        return f"{equipment} is broken"
    of = f"all {count}" if units >= count else f"{units} of the {count}"
    return f"{of} {several} {'is' if units == 1 else 'are'} broken"


def stock_of(session: Session, equipment: str) -> tuple[int, str]:
    """How many there are of an equipment, and what several of it are called."""
    problem = session.plan.problem
    pools: tuple[Equipment | VesselStock, ...] = (*problem.equipment, *problem.vessels)
    for thing in pools:
        if thing.id == equipment:
            name = thing.name or thing.id
            return thing.count, f"{name}es" if name.endswith(("sh", "ch", "s", "x")) else f"{name}s"
    return 1, equipment


def note_words(session: Session, note: str) -> list[str]:
    """A note of the plan in force as people are told it: for tasks that were given to somebody, who keeps which."""
    if note != TO_OTHERS:
        return [note]
    kept = (kept_words(session, task) for task in session.swapped)
    return [words for words in kept if words]


def kept_words(session: Session, task: str) -> str:
    """Who keeps a task that was given to another cook, who cannot do it; empty when that cook does it, or did."""
    cook = session.swapped[task]
    cooks = next((entry.cooks for entry in session.plan.schedule.assignments if entry.task == task), ())
    if not cooks or cook in cooks or session.progress(task).state not in ("waiting", "paused"):
        return ""
    keep = "keeps" if len(cooks) == 1 else "keep"
    who = " and ".join(_cook(session, name) for name in cooks)
    return f"{who} {keep} '{task_name(session, task)}': {_cook(session, cook)} could not do it in time"


def task_name(session: Session, task: str) -> str:
    """The name of a task, with its dish."""
    planned = next((entry for entry in session.plan.problem.tasks if entry.id == task), None)
    if planned is None:
        return task
    dish = session.plan.dish_name(planned.dish)
    return f"{planned.name or task} ({dish})" if dish else planned.name or task


def _cook(session: Session, cook: str) -> str:
    return next((entry.name for entry in session.plan.cooks if entry.id == cook), cook)


def _zone(session: Session) -> tzinfo | None:
    return session.first.serve_at.tzinfo
