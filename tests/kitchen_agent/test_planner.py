"""Questions, judgements and the store of answers."""

from pathlib import Path

import pytest

from kitchen_agent import lineformat
from kitchen_agent.answers import AnswerStore, Author
from kitchen_agent.errors import GraphRefusedError
from kitchen_agent.planner import finish, judge, question, revision, wants_revision
from kitchen_agent.prompt import messages
from tests.kitchen_agent.samples import GRATIN, GRATIN_ANSWER


def test_the_question_shows_the_recipe_in_one_notation() -> None:
    asked = question(GRATIN, "short").messages[-1]["content"]
    assert "A 1 kg potatoes, peeled" in asked
    assert "4 Tip into the dish, top with cheese and bake for 43 minutes." in asked
    assert "example" not in asked
    assert len(messages(GRATIN, "example")) == 4


def test_estimates_are_weighed_also_where_the_model_writes_on() -> None:
    missed = judge(GRATIN_ANSWER.replace("=45", "~45"), GRATIN)
    for asked in (question(GRATIN, "short"), question(GRATIN, "example"), revision(GRATIN, "example", missed)):
        assert asked.estimate is lineformat.ESTIMATE


def test_a_good_answer_is_finished_without_notes() -> None:
    graph, notes = finish(judge(GRATIN_ANSWER, GRATIN))
    assert len(graph.tasks) == 7
    assert notes == ()


def test_faults_go_back_in_words_and_doubts_stay_in_the_notes() -> None:
    judged = judge("\n".join(GRATIN_ANSWER.splitlines()[:-1]), GRATIN)
    assert "step 5 states a time" in revision(GRATIN, "example", judged).messages[-1]["content"]
    _, notes = finish(judged)
    assert notes == ("look at the recipe: step 5 states a time, but no task covers it",)


def test_notes_name_tasks_as_people_know_them() -> None:
    answer = GRATIN_ANSWER.replace("4/4 D|", "4/4|").replace("<1,3,4 ", "<3 ")
    _, notes = finish(judge(answer, GRATIN))
    assert "'Fill the dish and top with cheese' comes after 'Rub the baking dish with garlic'" in notes[1]
    assert "goes in at 'Grate the cheese'" in notes[0]


def test_a_trained_model_goes_on_where_it_passed_over_a_timed_step() -> None:
    lines = GRATIN_ANSWER.splitlines()
    place, baking = next((place, line) for place, line in enumerate(lines) if "|bake " in line)
    without = judge("\n".join(line for line in lines if line != baking), GRATIN)
    step = int(baking.partition("/")[2][0])
    assert without.missed_steps == (step - 1,)
    assert wants_revision(without, "short")
    again = revision(GRATIN, "short", without)
    assert again.messages == question(GRATIN, "short").messages
    assert again.begun == "\n".join([*lines[:place], f"{place}/{step}"])
    assert judge(GRATIN_ANSWER, GRATIN).rank < without.rank


def test_a_trained_model_hears_no_doubts() -> None:
    recipe = GRATIN.model_copy(update={"ingredients": (*GRATIN.ingredients, "1 truffle")})
    doubtful = judge(GRATIN_ANSWER, recipe)
    assert wants_revision(doubtful, "example")
    assert not wants_revision(doubtful, "short")
    assert wants_revision(judge("no graph at all", GRATIN), "short")
    assert not wants_revision(judge(GRATIN_ANSWER, GRATIN), "example")


def test_prose_is_refused_with_a_reason() -> None:
    judged = judge("I would love to help you cook!", GRATIN)
    assert judged.rank > judge(GRATIN_ANSWER, GRATIN).rank
    with pytest.raises(GraphRefusedError, match="course serve servings"):
        finish(judged)


def test_answers_are_found_by_all_that_they_depend_on(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path / "deep" / "answers.sqlite")
    author = Author("m", "", "example")
    store.put(GRATIN, author, "first")
    store.put(GRATIN, author, GRATIN_ANSWER)
    reopened = AnswerStore(tmp_path / "deep" / "answers.sqlite")
    assert reopened.get(GRATIN.model_copy(update={"key": "other name"}), author) == GRATIN_ANSWER
    assert reopened.get(GRATIN, Author("m", "a", "short")) is None
    assert reopened.get(GRATIN.model_copy(update={"servings": 8}), author) is None
