"""Tiny problems in the middle of the cooking: the plan of another one, stopped at some minute."""

from collections.abc import Iterator
from random import Random

from scheduler import InvalidProblemError, Limits, Problem, Solved, solve
from scheduler.problem import HeldVessel, Outage, Pin, PlannedTask, Replan
from scheduler.schedule import Schedule
from tests.scheduler.tiny.things import boards, cleans, ovens, vessels
from tests.scheduler.tiny.work import batches


def interrupted(rng: Random) -> Problem:
    """What was begun is settled, what runs may last longer, and something may have failed."""
    plan = None
    while plan is None:
        problem = rng.choice([ovens, ovens, vessels, vessels, boards, cleans, batches])(rng)
        plan = _planned(problem)
    last = max(entry.end_minutes for entry in plan.assignments)
    now = rng.randrange(1, max(2, last))
    replan = Replan(
        now_minutes=now,
        freeze_minutes=rng.choice([0, 0, 1]),
        baseline=tuple(_baseline(plan, now)),
        held=tuple(
            HeldVessel(dish=hold.dish, vessel=hold.vessel, unit=hold.unit)
            for hold in plan.holds
            if hold.start_minutes < now
        ),
    )
    pins = tuple(_pins(rng, problem, plan, now))
    failed = _failed(rng, problem, now) if rng.random() < 0.4 else {}
    return problem.model_copy(update={"pins": pins, "replan": replan, **failed})


def _planned(problem: Problem) -> Schedule | None:
    first = problem.model_copy(update={"objective": ("lateness", "makespan")})
    try:
        outcome = solve(first, Limits(deterministic_limit=5.0))
    except InvalidProblemError:
        return None
    return outcome.schedule if isinstance(outcome, Solved) else None


def _pins(rng: Random, problem: Problem, plan: Schedule, now: int) -> Iterator[Pin]:
    for at in plan.assignments:
        if at.start_minutes < now:
            longer = rng.choice([0, 0, 1]) if at.end_minutes > now else 0
            yield Pin(
                task=at.task,
                state="running" if at.end_minutes > now else "done",
                start_minutes=at.start_minutes,
                end_minutes=min(problem.horizon_minutes, at.end_minutes + longer),
                cooks=at.cooks,
                oven=at.oven,
                board=at.board,
                pans=at.pans,
            )
    for entry in plan.inserted:
        if entry.start_minutes < now:
            says_where = rng.random() < 0.8
            yield Pin(
                task=entry.id,
                state="running" if entry.end_minutes > now else "done",
                start_minutes=entry.start_minutes,
                end_minutes=entry.end_minutes,
                cooks=(entry.cook,) if entry.cook else None,
                oven=entry.oven if says_where else None,
                board=entry.board if says_where else None,
            )


def _baseline(plan: Schedule, now: int) -> Iterator[PlannedTask]:
    for entry in plan.assignments:
        if entry.start_minutes >= now:
            yield PlannedTask(task=entry.task, start_minutes=entry.start_minutes, cooks=entry.cooks)


def _failed(rng: Random, problem: Problem, now: int) -> dict[str, object]:
    """An oven or a vessel is out of order from now on, for some time or till the end."""
    groups = [name for name in ("ovens", "vessels") if getattr(problem, name)]
    if not groups:
        return {}
    name = rng.choice(groups)
    things = getattr(problem, name)
    end = rng.choice([now + 1, now + 2, problem.horizon_minutes])
    outages = (Outage(start_minutes=now, end_minutes=end),) if end > now else ()
    broken = rng.randrange(len(things))
    return {
        name: tuple(
            thing.model_copy(update={"outages": (*thing.outages, *outages)}) if number == broken else thing
            for number, thing in enumerate(things)
        )
    }
