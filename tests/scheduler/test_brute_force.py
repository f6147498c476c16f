"""On tiny problems the model finds exactly the best of all plans that the judge lets pass."""

import pytest

from scheduler import InvalidProblemError, Limits, Problem, Solved, solve
from scheduler.check import check
from tests.scheduler.brute import optimum
from tests.scheduler.tiny import THEMES, tiny

SEEDS = range(40)
FEW = range(0, 40, 10)


def agree(problem: Problem) -> None:
    """The model's proved optimum is the least that brute force finds; what is refused as senseless has no plan."""
    best = optimum(problem)
    try:
        outcome = solve(problem, Limits(deterministic_limit=20.0))
    except InvalidProblemError:
        assert best is None
        return
    if not isinstance(outcome, Solved):
        assert outcome.status == "infeasible"
        assert best is None
        return
    report = check(problem, outcome.schedule)
    assert report.ok, str(report)
    assert outcome.optimal
    assert tuple(term.value for term in outcome.schedule.terms) == best


@pytest.mark.parametrize("seed", FEW)
@pytest.mark.parametrize("theme", [name for name in THEMES if name not in ("vessels", "ovens")])
def test_a_few(theme: str, seed: int) -> None:
    agree(tiny(theme, seed))


@pytest.mark.parametrize("seed", range(40, 52))
def test_interrupted_dinners(seed: int) -> None:
    agree(tiny("interrupted", seed))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("theme", THEMES)
def test_the_whole_family(theme: str) -> None:
    for seed in SEEDS:
        agree(tiny(theme, seed))


def test_the_family_is_large_and_mixed() -> None:
    assert len(THEMES) * len(SEEDS) >= 500
    assert tiny("lags", 3) == tiny("lags", 3)
    assert tiny("lags", 3) != tiny("lags", 4)
