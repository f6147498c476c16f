"""The same problem on a clock that started earlier."""

from typing import TypeVar

from scheduler.problem import Cook, Model, Outage, Problem, Window

_Timed = TypeVar("_Timed", bound=Model)

_MOMENTS = frozenset(
    {
        "start_minutes",
        "end_minutes",
        "serve_at_minutes",
        "deadline_minutes",
        "release_minutes",
        "now_minutes",
        "served_minutes",
    }
)
"""The fields that hold a moment of the plan; all other minutes are lengths."""


def shift(problem: Problem, minutes: int) -> Problem:
    """Every moment ``minutes`` later, and nothing happens before them.

    Cooks without hours get the hours from ``minutes`` on, so that the new first minutes stay empty unless somebody
    opens them. What is out of order from minute 0 on is so in the new first minutes too.
    """
    moved = problem.model_copy(
        update={
            "horizon_minutes": problem.horizon_minutes + minutes,
            "tasks": tuple(_moved(task, minutes) for task in problem.tasks),
            "dishes": tuple(_moved(dish, minutes) for dish in problem.dishes),
            "courses": tuple(_moved(course, minutes) for course in problem.courses),
            "sessions": tuple(_moved(session, minutes) for session in problem.sessions),
            "pins": tuple(_moved(pin, minutes) for pin in problem.pins),
            "cooks": tuple(_with_hours(cook, problem.horizon_minutes, minutes) for cook in problem.cooks),
            "equipment": tuple(_with_outages(pool, pool.outages, minutes) for pool in problem.equipment),
            "ovens": tuple(_with_outages(oven, oven.outages, minutes) for oven in problem.ovens),
            "vessels": tuple(_with_outages(stock, stock.outages, minutes) for stock in problem.vessels),
        }
    )
    if problem.replan is None:
        return moved
    replan = _moved(problem.replan, minutes).model_copy(
        update={
            "baseline": tuple(_moved(entry, minutes) for entry in problem.replan.baseline),
            "served": tuple(_moved(entry, minutes) for entry in problem.replan.served),
        }
    )
    return moved.model_copy(update={"replan": replan})


def _moved(thing: _Timed, minutes: int) -> _Timed:
    """A copy whose own moments are later; what it contains is not touched."""
    moments = {
        name: getattr(thing, name) + minutes
        for name in type(thing).model_fields
        if name in _MOMENTS and getattr(thing, name) is not None
    }
    return thing.model_copy(update=moments)


def _with_hours(cook: Cook, horizon: int, minutes: int) -> Cook:
    hours = cook.presence or (Window(start_minutes=0, end_minutes=horizon),)
    return cook.model_copy(update={"presence": tuple(_moved(window, minutes) for window in hours)})


def _with_outages(thing: _Timed, outages: tuple[Outage, ...], minutes: int) -> _Timed:
    moved = tuple(
        _moved(outage, minutes).model_copy(update={"start_minutes": 0} if outage.start_minutes == 0 else {})
        for outage in outages
    )
    return thing.model_copy(update={"outages": moved})
