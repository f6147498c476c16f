"""Runs of the whole graph with the real solver and store; the models' answers are kept ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from kitchen_agent.app import Runs, new_run, open_runs, result_of
from kitchen_agent.errors import (
    CrewError,
    DishNotFoundError,
    ModelLoadError,
    RequestError,
    StorageError,
    UnknownRunError,
)
from kitchen_agent.kitchen import Kitchen
from kitchen_agent.plan import DinnerPlan
from kitchen_agent.planner_model import PlannerModel
from kitchen_agent.progress import DinnerProgress, DishProgress, Progress
from kitchen_agent.state import STATE_TYPES, Refusal
from scheduler.check import check
from scheduler.explain import Explanation, LeaveOut, Say
from scheduler.problem import Problem
from scheduler.schedule import Outcome, TimedOut
from tests.kitchen_agent.dinners import MENU, Data

ASKED: dict[str, Any] = {
    "dishes": "green beans, tomato soup",
    "guests": 4,
    "serve_at": "2030-05-04 19:30",
    "time_zone": "Europe/Berlin",
    "cooks": ["Ana:expert", "Ben:novice"],
}


@pytest.fixture
def runs(data: Data) -> Iterator[Runs]:
    """The graph over a data folder with kept answers."""
    with open_runs(data.folder, data.choice) as opened:
        yield opened


def _ignore(_event: Progress) -> None:
    pass


def _plan(runs: Runs, **changes: object) -> DinnerPlan:
    result = runs.start(new_run(), {**ASKED, **changes}, None, _ignore)
    assert isinstance(result, DinnerPlan)
    return result


def test_a_dinner_is_planned_on_time_and_by_the_rules(runs: Runs) -> None:
    heard: list[Progress] = []
    plan = runs.start(new_run(), {**ASKED, "dishes": MENU}, None, heard.append)
    assert isinstance(plan, DinnerPlan)
    assert check(plan.problem, plan.schedule).violations == ()
    assert all(dish.late_minutes == 0 for dish in plan.dishes)
    assert {event.stage for event in heard if isinstance(event, DishProgress)} == {"recalled"}


def test_a_finished_run_gives_its_plan_again_from_the_checkpoint(runs: Runs) -> None:
    run = new_run()
    plan = runs.start(run, ASKED, None, _ignore)
    assert runs.resume(run, _ignore) == plan


def test_a_finished_run_needs_no_model(runs: Runs, data: Data) -> None:
    run = new_run()
    plan = runs.start(run, {**ASKED, "dishes": "green beans"}, None, _ignore)
    assert result_of(data.folder, run) == plan
    with pytest.raises(UnknownRunError, match=run):
        result_of(data.folder, "nothing")


class _StoppedError(Exception):
    """In place of a power cut."""


def _stop(_problem: Problem) -> Outcome:
    raise _StoppedError


def _at(runs: Runs, hour: int, **scheduler: Any) -> Runs:
    """`runs` on the evening of ASKED, with some verbs of the scheduler in place of its own."""
    now = datetime(2030, 5, 4, hour, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    deps = replace(runs.deps, now=lambda: now, scheduler=replace(runs.deps.scheduler, **scheduler))
    return replace(runs, deps=deps)


def test_a_run_that_goes_on_later_has_no_work_in_the_past(runs: Runs) -> None:
    with pytest.raises(_StoppedError):
        _at(runs, 17, solve=_stop).start("night", {**ASKED, "dishes": "green beans"}, None, _ignore)
    with pytest.raises(RequestError, match="is past; give a time to come"):
        _at(runs, 23).resume("night", _ignore)
    plan = _at(runs, 19).resume("night", _ignore)
    assert isinstance(plan, DinnerPlan)
    assert min(item.start for item in plan.items).hour == 19
    assert _at(runs, 23).resume("night", _ignore) == plan


def test_a_run_that_goes_on_with_another_model_says_so(runs: Runs, data: Data) -> None:
    with pytest.raises(_StoppedError):
        _at(runs, 17, solve=_stop).start("night", {**ASKED, "dishes": "green beans"}, None, _ignore)
    with PlannerModel(replace(data.choice, model_path=Path("other.gguf"), model_sha256="0" * 64)) as model:
        other = _at(runs, 17)
        plan = replace(other, deps=replace(other.deps, model=model)).resume("night", _ignore)
    assert isinstance(plan, DinnerPlan)
    (note,) = [note for note in plan.notes if note.startswith("Begun with the model no-model.gguf ")]
    assert "finished with other.gguf 000000000000" in note


def test_a_cook_who_is_not_there_has_no_work_and_the_plan_says_so(runs: Runs) -> None:
    plan = _plan(runs, cooks=["Ana:expert", "Ben:novice@06:00-07:00"])
    assert [cook.name for cook in plan.cooks] == ["Ana"]
    assert {name for item in plan.items for name in item.cooks} == {"Ana"}
    assert any(note.startswith("Ben is not there") for note in plan.notes)
    with pytest.raises(RequestError, match="nobody is there"):
        _plan(runs, cooks=["Ben@06:00-07:00"])


def test_what_sqlite_cannot_do_names_the_file(data: Data) -> None:
    def plan_without_a_table() -> None:
        with open_runs(data.folder, data.choice) as runs:
            runs.saver.conn.execute("DROP TABLE writes")
            runs.start(new_run(), ASKED, None, _ignore)

    with pytest.raises(StorageError, match=r"runs\.sqlite"):
        plan_without_a_table()


def test_fields_go_before_those_of_the_file(runs: Runs, tmp_path: Path) -> None:
    menu = tmp_path / "menu.yaml"
    menu.write_text("guests: 4\ndishes: [green beans]\ncooks: [Ana]\n")
    plan = runs.start(new_run(), {"guests": 2, "serve_at": "2030-05-04 19:30"}, menu, _ignore)
    assert isinstance(plan, DinnerPlan)
    assert (plan.guests, [cook.name for cook in plan.cooks]) == (2, ["Ana"])


def test_an_unknown_dish_is_refused_with_the_nearest_names(runs: Runs) -> None:
    with pytest.raises(DishNotFoundError, match="Chocolate mousse"):
        _plan(runs, dishes="chocolate cake")


def test_a_wrong_field_is_named(runs: Runs) -> None:
    with pytest.raises(RequestError, match="serve_at: '25:00'"):
        _plan(runs, serve_at="25:00")


def test_a_recipe_that_nobody_planned_needs_the_model(runs: Runs) -> None:
    with pytest.raises(ModelLoadError):
        _plan(runs, dishes="hummus")


def test_an_unknown_run_is_refused_with_the_newest(runs: Runs) -> None:
    run = new_run()
    runs.start(run, {**ASKED, "dishes": "green beans"}, None, _ignore)
    with pytest.raises(UnknownRunError, match=run):
        runs.resume("nothing", _ignore)


@pytest.mark.parametrize("found", [True, False])
def test_a_dinner_without_any_plan_is_searched_once_more(data: Data, found: bool) -> None:
    none = TimedOut(wall_seconds=1)
    with open_runs(data.folder, data.choice) as opened:
        hasty = replace(opened.deps.scheduler, solve=lambda _: none)
        scheduler = hasty if found else replace(hasty, search_longer=lambda _: none)
        runs, heard = replace(opened, deps=replace(opened.deps, scheduler=scheduler)), list[Progress]()
        result = runs.start(new_run(), ASKED, None, heard.append)
    assert heard.count(DinnerProgress("No plan yet: searching longer")) == 1
    if found:
        assert isinstance(result, DinnerPlan)
    else:
        assert isinstance(result, Refusal)
        assert "No plan was found" in result.reasons[0]
        assert result.remedies


def test_a_dinner_that_is_too_soon_is_moved_and_says_so(data: Data) -> None:
    with open_runs(data.folder, data.choice) as opened:
        evening = datetime(2030, 5, 4, 19, 0, tzinfo=ZoneInfo("Europe/Berlin"))
        runs = replace(opened, deps=replace(opened.deps, now=lambda: evening))
        result = runs.start(new_run(), {**ASKED, "dishes": "tomato soup", "serve_at": "19:30"}, None, _ignore)
    assert isinstance(result, DinnerPlan)
    assert result.serve_at > evening + timedelta(minutes=30)
    assert all(dish.late_minutes == 0 for dish in result.dishes)
    assert min(item.start for item in result.items) >= evening
    assert any("later" in note for note in result.notes)


def test_guests_who_should_have_eaten_already_are_refused(runs: Runs) -> None:
    with pytest.raises(RequestError, match="is past; give a time to come"):
        _plan(runs, serve_at="2020-05-04 19:30")


def test_what_nobody_can_do_is_named_with_the_skill_that_it_needs(runs: Runs) -> None:
    with pytest.raises(CrewError, match=r"Fold whites and cream into the chocolate.*--cook NAME:expert"):
        _plan(runs, dishes="chocolate mousse", cooks=["Ben:novice"])


def test_what_all_refuse_is_named(runs: Runs) -> None:
    with pytest.raises(CrewError, match="all who could refuse it"):
        _plan(runs, dishes="green beans", cooks=[{"name": "Ana", "skill": "expert", "refuses": ["saute"]}])


def test_a_dinner_that_does_not_fit_is_refused_with_reasons_and_remedies(runs: Runs) -> None:
    def for_others_to_decide(problem: Problem, say: Say) -> Explanation:
        explained = runs.deps.scheduler.explain(problem, say)
        offers = tuple(offer for offer in explained.repairs if not offer.cooks_can_decide)
        return explained.model_copy(update={"repairs": offers})

    strict = replace(
        runs, deps=replace(runs.deps, scheduler=replace(runs.deps.scheduler, explain=for_others_to_decide))
    )
    cook = {"name": "Ana", "present": "19:00-19:20"}
    result = strict.start(new_run(), {**ASKED, "dishes": "tomato soup", "cooks": [cook]}, None, _ignore)
    assert isinstance(result, Refusal)
    assert any("Ana" in reason for reason in result.reasons)


def test_a_garnish_is_left_out_when_nobody_is_there_for_it(runs: Runs) -> None:
    def only_what_can_be_left_out(problem: Problem, say: Say) -> Explanation:
        explained = runs.deps.scheduler.explain(problem, say)
        offers = tuple(offer for offer in explained.repairs if isinstance(offer, LeaveOut))
        return explained.model_copy(update={"repairs": offers})

    scheduler = replace(runs.deps.scheduler, explain=only_what_can_be_left_out)
    ana = {"name": "Ana", "skill": "expert", "present": "15:00-16:00"}
    asked = {**ASKED, "dishes": "chocolate mousse", "cooks": [ana]}
    plan = replace(runs, deps=replace(runs.deps, scheduler=scheduler)).start(new_run(), asked, None, _ignore)
    assert isinstance(plan, DinnerPlan)
    assert check(plan.problem, plan.schedule).violations == ()
    assert "Scatter with chocolate shavings" not in [item.name for item in plan.items]
    assert any("Scatter with chocolate shavings" in note for note in plan.notes)


_KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from kitchen_agent.app import open_runs
from tests.kitchen_agent.dinners import make_data
from tests.kitchen_agent.test_app import ASKED

data = make_data(Path(sys.argv[1]))
with open_runs(data.folder, data.choice) as runs:
    deadly = replace(runs.deps.scheduler, solve=lambda problem: os.kill(os.getpid(), signal.SIGKILL))
    replace(runs, deps=replace(runs.deps, scheduler=deadly)).start("night", ASKED, None, print)
"""


def test_a_killed_run_goes_on_with_the_dishes_that_were_planned(data: Data) -> None:
    root = Path(__file__).parents[2]
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(data.folder)], cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    heard: list[Progress] = []
    with open_runs(data.folder, data.choice, recall=False) as runs:
        plan = runs.resume("night", heard.append)
    assert isinstance(plan, DinnerPlan)
    assert len(plan.dishes) == 2
    assert not [event for event in heard if isinstance(event, DishProgress)]


_SLOW = """
import sys, time
from dataclasses import replace
from kitchen_agent.app import open_runs
from tests.kitchen_agent.dinners import make_data
from tests.kitchen_agent.test_app import ASKED
from pathlib import Path

def solve(problem):
    print("at work", flush=True)
    time.sleep(300)

data = make_data(Path(sys.argv[1]))
with open_runs(data.folder, data.choice) as runs:
    slow = replace(runs.deps.scheduler, solve=solve)
    replace(runs, deps=replace(runs.deps, scheduler=slow)).start("night", ASKED, None, lambda event: None)
"""


def test_two_processes_do_not_work_on_one_run(data: Data) -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", _SLOW, str(data.folder)], cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE, text=True,
    ) as first:  # fmt: skip
        assert first.stdout is not None
        assert first.stdout.readline() == "at work\n"
        try:
            second = data.kitchen("plan", "--resume", "night")
        finally:
            first.kill()
    assert second.returncode == 2
    assert (
        second.stderr
        == "kitchen: --resume: run 'night' is being planned by another process. Wait for it, or end it first\n"
    )
    with open_runs(data.folder, data.choice) as runs:
        assert isinstance(runs.resume("night", _ignore), DinnerPlan)
    assert not list(data.folder.glob("locks/*"))


def test_a_checkpoint_gives_a_kitchen_back() -> None:
    serde = JsonPlusSerializer(allowed_msgpack_modules=STATE_TYPES)
    kitchen = Kitchen(burners=1)
    assert serde.loads_typed(serde.dumps_typed({"asked": {"kitchen": kitchen}})) == {"asked": {"kitchen": kitchen}}
