"""The whole agent with the real model: nothing is kept from before."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kitchen_agent import settings
from kitchen_agent.menu import DinnerRequest
from kitchen_agent.plan import DinnerPlan
from kitchen_agent.planner_model import PlannerModel, chosen_model
from kitchen_agent.repair_choice import chosen_repair, repair_questions
from scheduler.check import check
from scheduler.explain import MakeAhead, Repair, ServeLater

pytestmark = [pytest.mark.gguf, pytest.mark.slow, pytest.mark.timeout(1200)]
DINNER = ("green beans, tomato soup", "--guests", "4", "--serve", "2030-05-04 19:30", "--cook", "Ana:expert")


def _started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "kitchen_agent", "plan", *arguments],
        env={**os.environ, "KITCHEN_DATA_DIR": str(folder)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_run_that_is_killed_while_the_model_writes_goes_on_with_the_finished_dish(tmp_path: Path) -> None:
    with _started(tmp_path, *DINNER, "--no-cache") as first:
        assert first.stderr is not None
        run, done = "", ""
        for line in first.stderr:
            if found := re.search(r"--resume (\w+)", line):
                run = found[1]
            if ": planned" in line:
                done = line.partition(":")[0]
                break
        first.send_signal(signal.SIGKILL)
    assert run
    assert done
    with _started(tmp_path, "--resume", run, "--no-cache", "--format", "json") as second:
        out, err = second.communicate()
    assert second.returncode == 0, err
    # Killed between the last word about a dish and its writing, the last step of that dish runs again, not its reading.
    (unfinished,) = {"Green beans", "Tomato soup"} - {done}
    assert re.findall(r"^(.+): Qwen", err, re.MULTILINE) == [unfinished]
    plan = DinnerPlan.model_validate_json(out)
    assert {dish.title for dish in plan.dishes} == {"Green beans", "Tomato soup"}
    assert check(plan.problem, plan.schedule).violations == ()
    assert plan.versions["model"].startswith("qwen")


def test_the_model_chooses_one_of_the_offers_and_nothing_else() -> None:
    request = DinnerRequest.model_validate(
        {"guests": 6, "serve_at": "2030-05-04 19:30", "dishes": "roast chicken, mousse", "cooks": ["Ana:expert"]}
    )
    offers: tuple[Repair, ...] = (
        MakeAhead(dish="mousse", tasks=("mousse/1",), sentence="Make the mousse the day before."),
        ServeLater(minutes=90, sentence="Serve 90 minutes later."),
    )
    with PlannerModel(chosen_model(settings.load()).without_adapter()) as model:
        questions = repair_questions(request, ["Too much work for one cook."], offers)
        answers = [[model.ask(question).text for question in questions] for _ in range(2)]
    assert answers[0] == answers[1]
    assert set(answers[0]) <= {"1", "2"}
    assert chosen_repair(answers[0], offers) in offers
