"""The graph's decisions, its progress and the choice of repairs, each alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import cast

import pytest
from langgraph.runtime import Runtime

from kitchen_agent import planner
from kitchen_agent.answers import AnswerStore, Author
from kitchen_agent.checkpoints import open_checkpoints, thread_ids
from kitchen_agent.dinner.calendar import minutes_between
from kitchen_agent.dish_nodes import after_check, after_recall
from kitchen_agent.errors import StorageError
from kitchen_agent.menu import DinnerRequest
from kitchen_agent.nodes import (
    REASONS_MAX,
    REPAIR_ROUNDS_MAX,
    SEARCHES_MAX,
    WITHOUT_PLAN,
    after_explain,
    after_schedule,
    clock_words,
    dinner_of,
    first_reasons,
    present,
)
from kitchen_agent.progress import DinnerProgress, DishProgress, Progress, TokenMeter
from kitchen_agent.progress_view import shown_progress
from kitchen_agent.repair_choice import OFFERS_MAX, chosen_repair, repair_questions
from kitchen_agent.state import Deps, DinnerState, DishPlan
from scheduler.explain import Fact, MoreUnits, Repair, ServeLater, StartEarlier
from scheduler.schedule import Infeasible, Schedule, Solved, Term, TimedOut
from tests.kitchen_agent.dinner.menus import GRAPHS, RECIPES, request

REQUEST = DinnerRequest.model_validate({"guests": 6, "serve_at": "2030-05-04 19:30", "dishes": "mousse, beans"})


def _solved(lateness: int) -> Solved:
    term = Term(name="lateness", value=lateness, bound=0, optimal=False)
    return Solved(schedule=Schedule(assignments=(), terms=(term,)), optimal=False)


def test_a_known_answer_is_not_checked_again() -> None:
    assert after_recall({"recalled": True}) == "finish_dish"
    assert after_recall({"recalled": False}) == "plan_dish"


@pytest.mark.parametrize(
    ("faults", "revisions", "following"),
    [
        ((), 0, "finish_dish"),
        (("no oven",), 0, "revise_dish"),
        (("no oven",), planner.REVISIONS_MAX - 1, "revise_dish"),
        (("no oven",), planner.REVISIONS_MAX, "finish_dish"),
    ],
)
def test_the_model_is_asked_again_while_something_is_wrong(
    faults: tuple[str, ...], revisions: int, following: str
) -> None:
    assert after_check({"faults": faults, "revisions": revisions}) == following


def test_what_is_late_or_impossible_is_explained() -> None:
    assert after_schedule({"outcome": _solved(0)}) == "present"
    assert after_schedule({"outcome": _solved(5)}) == "explain"
    assert after_schedule({"outcome": Infeasible(wall_seconds=1)}) == "explain"
    assert after_schedule({"outcome": TimedOut(wall_seconds=1), "searches": 1}) == "schedule"
    assert after_schedule({"outcome": TimedOut(wall_seconds=1), "searches": SEARCHES_MAX}) == "present"


def test_only_what_the_cooks_can_decide_is_chosen_and_not_for_ever() -> None:
    later = ServeLater(minutes=20)
    oven = MoreUnits(group="ovens", of="oven")
    assert after_explain({"offers": (oven, later)}) == "choose_repair"
    assert after_explain({"offers": (oven,)}) == "present"
    assert after_explain({"offers": ()}) == "present"
    assert after_explain({"offers": (later,), "repairs": (later,) * REPAIR_ROUNDS_MAX}) == "present"


def test_of_a_hundred_reasons_the_first_are_told() -> None:
    few = [Fact(kind="oven", subjects=(), sentence=sentence) for sentence in ("a", "b")]
    assert first_reasons(few) == ("a", "b")
    presence = [Fact(kind="presence", subjects=(), sentence=f"{number}") for number in range(100)]
    told = first_reasons([*presence, *few])
    assert told[:3] == ("0", "a", "1")
    assert told[REASONS_MAX:] == (f"{102 - REASONS_MAX} more facts have a part in it.",)


def test_a_refusal_without_offers_still_says_what_a_host_can_do() -> None:
    state: DinnerState = {"outcome": Infeasible(wall_seconds=1), "reasons": ("There is one pot.",), "offers": ()}
    refused = present(state, cast("Runtime[Deps]", None))["refusal"]
    assert refused is not None
    assert refused.remedies == (WITHOUT_PLAN,)


OFFERS: tuple[Repair, ...] = tuple(ServeLater(minutes=m, sentence=f"Serve {m} minutes later.") for m in range(1, 13))


def test_repairs_are_asked_for_by_number_with_each_at_the_head_once() -> None:
    questions = repair_questions(REQUEST, ["One cook cannot do it."], OFFERS)
    text = questions[0].messages[-1]["content"]
    assert "mousse, beans for 6 guests at 19:30" in text
    assert "Problem: One cook cannot do it." in text
    assert "3. Serve 3 minutes later." in text
    assert questions[0].grammar == "root ::= " + " | ".join(f'"{n}"' for n in range(1, OFFERS_MAX + 1))
    heads = [question.messages[-1]["content"].partition("\n1. ")[2].partition("\n")[0] for question in questions]
    assert heads == [offer.sentence for offer in OFFERS[:OFFERS_MAX]]


@pytest.mark.parametrize(
    ("answers", "chosen"),
    [
        (["1", "1", "1", "1"], 0),  # whatever stands first: no choice, so the cheapest
        (["4", "4", "4", "4"], 0),
        (["3", "2", "1", "4"], 2),  # the third one, wherever it stands
        (["3", "1", "1", "4"], 2),
        (["1", "2", "2", "1"], 3),
        (["2", "1"], 1),
        (["1", "1"], 0),
    ],
)
def test_the_repair_that_is_chosen_most_often_counts(answers: list[str], chosen: int) -> None:
    assert chosen_repair(answers, OFFERS) == OFFERS[chosen]


def test_a_meter_counts_every_piece_and_tells_some() -> None:
    events: list[Progress] = []
    meter = TokenMeter("Mousse", "writing", events.append)
    for _ in range(50):
        meter("x")
    assert meter.tokens == 50
    assert 1 <= len(events) < 50


def test_without_a_terminal_progress_is_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_progress("Run 1") as listen:
        listen(DishProgress("Mousse", "reading"))
        listen(DishProgress("Mousse", "writing", 10, 20.0))
        listen(DishProgress("Mousse", "planned", tasks=9))
        listen(DinnerProgress("Scheduling 9 tasks"))
    assert capsys.readouterr().err.splitlines() == [
        "Run 1",
        "Mousse: Qwen reads the recipe",
        "Mousse: planned, 9 tasks",
        "Scheduling 9 tasks",
    ]


def test_clock_times_are_right_where_the_clocks_change() -> None:
    asked = request("soup", time_zone="Europe/Berlin", serve_at="2026-03-29 04:30")
    state: DinnerState = {
        "request": asked, "recipes": {"soup": RECIPES["soup"]}, "dishes": {"soup": DishPlan(graph=GRAPHS["soup"])}
    }  # fmt: skip
    made, earlier = dinner_of(state), dinner_of({**state, "repairs": (StartEarlier(minutes=60),)})
    due = made.problem.courses[0].serve_at_minutes
    assert due is not None
    assert made.starts_at.utcoffset() != asked.serve_at.utcoffset()
    assert clock_words(made)(due) == "04:30"
    assert clock_words(made)(due - 24 * 60) == "Sat 03:30"
    assert minutes_between(earlier.starts_at, made.starts_at) == 60


def test_what_sqlite_cannot_do_is_told_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    store, author = AnswerStore(path), Author("", "", "short")
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE answers")
    connection.close()
    with pytest.raises(StorageError, match=r"answers\.sqlite"):
        store.get(RECIPES["soup"], author)
    with pytest.raises(StorageError, match=r"answers\.sqlite"):
        store.put(RECIPES["soup"], author, "soup")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="KITCHEN_DATA_DIR"), open_checkpoints(tmp_path / "file" / "runs.sqlite"):
        pass
    with pytest.raises(StorageError, match="KITCHEN_DATA_DIR"):
        AnswerStore(tmp_path / "file" / "answers.sqlite")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    path.write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(StorageError, match=r"runs\.sqlite"), open_checkpoints(path):
        pass


def test_a_new_store_of_runs_is_empty(tmp_path: Path) -> None:
    with open_checkpoints(tmp_path / "new" / "runs.sqlite") as saver:
        assert thread_ids(saver, limit=5) == []
    with sqlite3.connect(tmp_path / "new" / "runs.sqlite") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
