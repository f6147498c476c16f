"""The cases of ``cases/``, for each rule one of its name, and others for aspects of it (``rule-aspect.yaml``).

Each says what the rule accepts, what it refuses, and that nothing else refuses it.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from scheduler import InvalidProblemError, Limits, Outcome, Problem, Solved, solve
from scheduler.check import check
from scheduler.rules import RULES, Rule

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
BY_NAME = {rule.__name__: rule for rule in RULES}
IMPLIED = {"abilities_in_parallel", "shared_cooks_apart"}
"""Rules that only make the search faster: without them the model accepts the same plans."""


def read(path: Path) -> tuple[Problem, Problem, int]:
    case: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    problems = [Problem.model_validate(case["problem"] | case[half]) for half in ("accepts", "refuses")]
    return problems[0], problems[1], case["value"]


def rule_of(path: Path) -> str:
    return path.stem.partition("-")[0]


def answer(problem: Problem, rules: tuple[Rule, ...] = RULES) -> Outcome | None:
    """The outcome; None for a problem that is refused before it is solved."""
    try:
        return solve(problem, Limits(deterministic_limit=2.0), rules=rules)
    except InvalidProblemError:
        return None


def test_each_rule_has_its_case() -> None:
    assert {path.stem for path in CASES if "-" not in path.stem} == set(BY_NAME) == set(map(rule_of, CASES))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_rule_accepts_and_refuses(path: Path) -> None:
    accepted, refused, value = read(path)
    outcome = answer(accepted)
    assert isinstance(outcome, Solved)
    assert outcome.optimal
    assert outcome.schedule.terms[0].value == value
    assert check(accepted, outcome.schedule).ok
    assert not isinstance(answer(refused), Solved)


@pytest.mark.parametrize("path", [p for p in CASES if rule_of(p) not in IMPLIED], ids=lambda path: path.stem)
def test_a_model_without_the_rule_is_caught(path: Path) -> None:
    rules = tuple(rule for rule in RULES if rule is not BY_NAME[rule_of(path)])
    accepted, refused, value = read(path)
    for problem, expected in ((refused, None), (accepted, value)):
        outcome = answer(problem, rules)
        found = outcome.schedule.terms[0].value if isinstance(outcome, Solved) else None
        if found != expected or (isinstance(outcome, Solved) and not check(problem, outcome.schedule).ok):
            return
    pytest.fail(f"nothing notices that {rule_of(path)} is missing")
