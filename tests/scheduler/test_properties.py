"""What must hold for every kitchen: plans pass, more never hurts, names, order and the clock do not matter."""

import random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler import InvalidProblemError, Limits, Problem, Solved, solve
from scheduler.check import check
from scheduler.explain.shift import shift
from scheduler.generate import kitchen
from scheduler.problem import Cook, TermName
from tests.scheduler.tiny import THEMES, tiny

THEMES_WITHOUT_CLOCK = sorted(set(THEMES) - {"replans", "interrupted"})
INSERTED = ("warm_up", "clean")
FIRST: tuple[TermName, ...] = ("lateness", "makespan")
problems = st.builds(tiny, st.sampled_from(sorted(THEMES)), st.integers(100, 5000))
unpinned = st.builds(tiny, st.sampled_from(THEMES_WITHOUT_CLOCK), st.integers(100, 5000))
quick = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def best(problem: Problem) -> tuple[int, ...] | None:
    """The proved optimum of lateness and makespan, None when there is no plan."""
    try:
        outcome = solve(problem.model_copy(update={"objective": FIRST}), Limits(deterministic_limit=20.0))
    except InvalidProblemError:
        return None
    if not isinstance(outcome, Solved):
        assert outcome.status == "infeasible"
        return None
    assert outcome.optimal
    return tuple(term.value for term in outcome.schedule.terms)


def no_worse(more: tuple[int, ...] | None, less: tuple[int, ...] | None) -> bool:
    return less is None or (more is not None and more <= less)


@quick
@given(problems)
def test_every_plan_passes_the_judge(problem: Problem) -> None:
    try:
        outcome = solve(problem, Limits(deterministic_limit=20.0))
    except InvalidProblemError:
        return
    if isinstance(outcome, Solved):
        report = check(problem, outcome.schedule)
        assert report.ok, str(report)
        assert all(term.value == report.terms[term.name] for term in outcome.schedule.terms)


@quick
@given(problems)
def test_another_cook_is_never_worse(problem: Problem) -> None:
    abilities = tuple({ability for cook in problem.cooks for ability in cook.abilities})
    cook = Cook(id="one more", skill=3, abilities=abilities)
    # Without any cook nobody watches the fire, and nobody need be there: the first one brings that rule along.
    if problem.cooks:
        more = problem.model_copy(update={"cooks": (*problem.cooks, cook)})
        assert no_worse(best(more), best(problem))


@quick
@given(unpinned)
def test_one_more_of_everything_is_never_worse(problem: Problem) -> None:
    more = problem.model_copy(
        update={
            "equipment": tuple(pool.model_copy(update={"count": pool.count + 1}) for pool in problem.equipment),
            "vessels": tuple(stock.model_copy(update={"count": stock.count + 1}) for stock in problem.vessels),
            "ovens": problem.ovens
            + tuple(oven.model_copy(update={"id": f"{oven.id} twin"}) for oven in problem.ovens[:1]),
            "boards": problem.boards
            + tuple(board.model_copy(update={"id": f"{board.id} twin"}) for board in problem.boards[:1]),
        }
    )
    assert no_worse(best(more), best(problem))


@quick
@given(unpinned, st.integers(1, 500))
def test_the_clock_does_not_matter(problem: Problem, minutes: int) -> None:
    """Everything later by the same minutes: the same lateness, the same makespan but for those minutes."""
    # An oven that needs no cook to be lit could be lit in the new minutes before the start.
    assume(problem.settings.oven_touch_minutes or not problem.ovens)
    here, there = best(problem), best(shift(problem, minutes))
    assert (here is None) == (there is None)
    if here and there:
        assert there == (here[0], here[1] + minutes)


@quick
@given(problems, st.randoms(use_true_random=False))
def test_order_does_not_matter(problem: Problem, rng: random.Random) -> None:
    shuffled = problem.model_copy(
        update={
            name: tuple(rng.sample(getattr(problem, name), len(getattr(problem, name))))
            for name in ("tasks", "links", "dishes", "courses", "cooks", "equipment", "ovens", "vessels", "boards")
        }
    )
    assert best(shuffled) == best(problem)


NAMES = {
    "tasks": ("before", "after", "task"),
    "cooks": ("cooks",),
    "dishes": ("dish",),
    "courses": ("course", "follows"),
    "equipment": ("equipment", "units"),
    "ovens": ("oven",),
    "vessels": ("unit",),
    "boards": ("board",),
}
"""For each list of things the fields that name one of them, also as a part: ``warm_up:{task}``, ``{pool}#1``."""


@quick
@given(problems)
def test_names_do_not_matter(problem: Problem) -> None:
    data = problem.model_dump(mode="json")
    new: dict[str, dict[str, str]] = {field: {} for fields in NAMES.values() for field in fields}
    for name, fields in NAMES.items():
        ids = {entry["id"]: f"{name.upper()} {number} of it" for number, entry in enumerate(data[name])}
        for entry in data[name]:
            entry["id"] = ids[entry["id"]]
        for field in fields:
            new[field] |= ids
    new["task"] |= {f"{kind}:{old}": f"{kind}:{name}" for old, name in new["task"].items() for kind in INSERTED}
    new["task"] |= {
        f"wash_up:{old}/{use.id}": f"wash_up:{name}/{use.id}"
        for old, name in new["dish"].items()
        for dish in problem.dishes
        for use in dish.vessels
    }

    def renamed(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {name: renamed(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [renamed(inner, key) for inner in value]
        if not isinstance(value, str) or key not in (*new, "vessel"):
            return value
        if key in ("unit", "units"):
            thing, _, number = value.rpartition("#")
            return f"{new[key][thing]}#{number}"
        thing, extra_pan, tail = value.partition("+")
        task, mark, number = tail.rpartition("#")
        return new.get(key, {}).get(thing, thing) + extra_pan + new["task"].get(task, task) + mark + number

    assert best(Problem.model_validate(renamed(data))) == best(problem)


TIMELESS = ["lags", "pools", "crews", "vessels", "ovens", "courses", "sessions"]
"""Themes in which twice the minutes make twice the time; a cook's pace, for one, is rounded up to whole minutes."""


@quick
@given(st.sampled_from(TIMELESS), st.integers(100, 5000), st.integers(2, 4))
def test_longer_minutes_scale_the_makespan(theme: str, seed: int, factor: int) -> None:
    problem = tiny(theme, seed)

    def scaled(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {name: scaled(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [scaled(inner) for inner in value]
        minutes = key == "minutes" or key.endswith("_minutes")
        return value * factor if minutes and isinstance(value, int) else value

    larger = best(Problem.model_validate(scaled(problem.model_dump(mode="json"))))
    smaller = best(problem)
    assert larger == (None if smaller is None else tuple(value * factor for value in smaller))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_generated_kitchens_pass_the_judge(seed: int) -> None:
    problem = kitchen(seed, dishes=2 + seed, cooks=1 + seed)
    outcome = solve(problem)
    assert isinstance(outcome, Solved)
    report = check(problem, outcome.schedule)
    assert report.ok, str(report)
