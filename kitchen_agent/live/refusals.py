"""Which events cannot have happened: checked before an event is stored, so that the store holds only sense."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from pydantic import ValidationError
from rapidfuzz import process

from kitchen_agent.cookbook.substitutes import named_lines
from kitchen_agent.errors import EventRefusedError, KitchenAgentError
from kitchen_agent.live import events as happen
from kitchen_agent.live.asked import request_now, with_newcomers
from kitchen_agent.live.events import Event, Happening
from kitchen_agent.live.present import dinner_now
from kitchen_agent.live.session import Session, apply
from kitchen_agent.live.taskprogress import TaskState
from kitchen_agent.live.wording import stock_of
from kitchen_agent.menu import DinnerRequest, slug

SENSIBLE: Final[Mapping[str, tuple[TaskState, ...]]] = {
    "started": ("waiting", "paused"),
    "done": ("waiting", "running", "paused"),
    "needs_minutes": ("waiting", "running", "paused"),
    "redo": ("running", "paused", "done"),
    "skip": ("waiting", "running", "paused"),
    "pause": ("running",),
    "accept_wait": ("done",),
    "swap": ("waiting", "paused"),
}
"""For each event of a task, the states of the task in which it makes sense."""


def refuse(session: Session, what: Happening, now: datetime | None = None) -> None:
    """Raise EventRefusedError when `what` names something unknown or cannot happen in this state of `session`.

    The moment is `now`, if it is given and later than that of the session.
    """
    if now is not None:
        session = session.model_copy(update={"now": max(session.now, now)})
    match what:
        case happen.CookLeaves():
            _known("cook", what.cook, cooks(session))
        case happen.CookJoins():
            if slug(what.cook) not in cooks(session):
                if what.skill is None:
                    fix = f"Say what this cook can do (novice, home or expert), or name one of: {_list(cooks(session))}"
                    raise EventRefusedError("skill", "", f"is missing for the new cook {what.cook!r}", fix)
                _refuse_unplannable(session, what, "cook", what.cook)
        case happen.EquipmentFails() | happen.EquipmentBack():
            _known("equipment", what.equipment, equipment(session))
            if isinstance(what, happen.EquipmentFails):
                _refuse_units(session, what)
        case happen.OvenColder():
            _known("oven", what.oven, [oven.id for oven in session.plan.problem.ovens])
        case happen.DishDropped():
            _known("dish", what.dish, dishes(session))
            if len(dishes(session)) == 1:
                raise EventRefusedError("dish", what.dish, "is the only one", "Add another dish first")
        case happen.DishAdded():
            if what.dish.id in dishes(session):
                raise EventRefusedError(
                    "dish", what.dish.id, "is on the menu already", "Change the guests to cook more"
                )
            _refuse_unplannable(session, what, "dish", what.dish.name)
        case happen.CourseHeld():
            _known("course", what.course, [course.id for course in session.plan.problem.courses])
        case (
            happen.IngredientMissing()
            | happen.SubstituteProposed()
            | happen.IngredientReplaced()
            | happen.IngredientLeftOut()
        ):
            _known("dish", what.dish, [dish.id for dish in session.plan.problem.dishes])
            _refuse_ingredient(session, what)
        case happen.GuestsChanged():
            _refuse_unplannable(session, what, "guests", str(what.guests))
        case happen.ServingMoved():
            if what.serve_at <= session.now:
                said = f"{what.serve_at.astimezone(session.first.serve_at.tzinfo):%H:%M}"
                raise EventRefusedError("serve_at", said, "is past", "Give a later time")
            _refuse_unplannable(session, what, "serve_at", f"{what.serve_at:%Y-%m-%d %H:%M}")
        case happen.PlanAdopted():
            pass
        case _:
            _refuse_task(session, what.task, what.kind)
            cook = what.cook if isinstance(what, happen.CookSwap | happen.TaskStarted) else None
            if cook is not None:
                _known("cook", cook, cooks(session))


def refusal_of(session: Session, what: Happening) -> EventRefusedError | None:
    """Why `what` cannot be, or None when it can."""
    try:
        refuse(session, what)
    except EventRefusedError as error:
        return error
    return None


def tasks(session: Session) -> list[str]:
    """The ids of the tasks that the plan in force has."""
    return [task.id for task in session.plan.problem.tasks]


def cooks(session: Session) -> list[str]:
    """The ids of the cooks, those who came later too."""
    return list(dict.fromkeys([*(cook.id for cook in session.plan.problem.cooks), *session.newcomers]))


def dishes(session: Session) -> list[str]:
    """The ids of the dishes that are asked for, those too of which there is no plan yet."""
    ids = [*(dish.id for dish in session.first.problem.dishes), *(added.dish.id for added in session.added)]
    return [dish for dish in dict.fromkeys(ids) if dish not in session.dropped]


def equipment(session: Session) -> list[str]:
    """The ids of everything that can break: ovens, burners and machines, vessels, boards."""
    problem = session.plan.problem
    return [
        thing.id for group in (problem.ovens, problem.equipment, problem.vessels, problem.boards) for thing in group
    ]


def _refuse_unplannable(session: Session, what: Happening, field: str, value: str) -> None:
    """Refuse what leaves nothing that could be planned, as a dish that the kitchen cannot cook."""
    after = apply(session, Event(key="trial", at=session.now, by="trial", what=what))
    try:
        request = with_newcomers(after, request_now(after)[0])
        DinnerRequest.model_validate_json(request.model_dump_json())
        dinner_now(after, after.now)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise EventRefusedError(field, value, f"does not do: {reason}", "The dinner stays as it is") from error
    except KitchenAgentError as error:
        raise EventRefusedError(field, value, f"cannot be: {error}", "The dinner stays as it is") from error


def _refuse_units(session: Session, what: happen.EquipmentFails) -> None:
    count, several = stock_of(session, what.equipment)
    if what.units > count:
        there = f"this kitchen has {count} {several}" if count > 1 else f"{what.equipment} is a single one"
        fix = f"Give 1 to {count}" if count > 1 else "Give 1"
        raise EventRefusedError("units", str(what.units), f"is too many: {there}", fix)


def _refuse_task(session: Session, task: str, kind: str) -> None:
    _known("task", task, tasks(session))
    state = session.progress(task).state
    if state not in SENSIBLE[kind]:
        wanted = " or ".join(SENSIBLE[kind])
        raise EventRefusedError("task", task, f"is {state}", f"{kind.replace('_', ' ')} needs one that is {wanted}")


def _refuse_ingredient(
    session: Session,
    what: happen.IngredientMissing | happen.SubstituteProposed | happen.IngredientReplaced | happen.IngredientLeftOut,
) -> None:
    lines = session.plan.recipes[what.dish].ingredients
    if not named_lines(what.ingredient, lines):
        raise EventRefusedError(
            "ingredient", what.ingredient, f"is not in the recipe of {what.dish}", f"It has: {'; '.join(lines)}"
        )
    asked = (what.dish, what.ingredient)
    if not isinstance(what, happen.IngredientMissing) and asked not in [
        (entry.dish, entry.ingredient) for entry in session.missing
    ]:
        raise EventRefusedError("ingredient", what.ingredient, "is not missing", "Report it as missing first")


def _known(field: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        nearest = [name for name, _, _ in process.extract(value, list(known), limit=4)]
        raise EventRefusedError(field, value, "is not part of this dinner", f"The nearest are: {_list(nearest)}")


def _list(names: Collection[str]) -> str:
    return ", ".join(names) or "none"
