"""The cases of ``agreed/``: dinners, most of them under way, on which the model and the judge have to agree.

``value`` is the least value of the first term, null when there is no plan.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from scheduler import Infeasible, Limits, Problem, Solved, solve
from scheduler.check import check

CASES = sorted((Path(__file__).parent / "agreed").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_model_and_the_judge_agree(path: Path) -> None:
    case: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    problem = Problem.model_validate(case["problem"])
    outcome = solve(problem, Limits(deterministic_limit=5.0))
    if case["value"] is None:
        assert isinstance(outcome, Infeasible)
        return
    assert isinstance(outcome, Solved)
    report = check(problem, outcome.schedule)
    assert report.ok, str(report)
    assert outcome.schedule.terms[0].value == case["value"]
    assert outcome.schedule.terms[0].optimal
