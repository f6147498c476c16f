"""The text that the model writes: written, read back, and refused when it is not a task graph."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_agent import lineformat
from kitchen_agent.errors import LineFormatError
from kitchen_agent.taskgraph import TaskGraph
from tests.kitchen_agent.samples import GRATIN, GRATIN_ANSWER, task_graphs


def test_example_is_read_field_by_field() -> None:
    graph = lineformat.parse(GRATIN_ANSWER, GRATIN).graph()
    assert (graph.course, graph.serve, graph.servings, graph.hold) == ("side", "hot", 4, 20)
    simmer = graph.tasks[2]
    assert (simmer.steps, simmer.uses, simmer.action, simmer.minutes, simmer.stated) == ((2,), (2,), "simmer", 10, True)
    assert (simmer.attention, simmer.tools, simmer.skill) == ("tend", ("burner", "saucepan:b"), 2)
    assert (simmer.after, simmer.hold, simmer.scaling) == ((2,), 20, "fixed")
    assert graph.tasks[5].oven_c == 180
    assert lineformat.write(graph) == GRATIN_ANSWER


@given(task_graphs())
def test_what_is_written_is_read_back(graph: TaskGraph) -> None:
    assert lineformat.parse(lineformat.write(graph), GRATIN).graph() == graph


@given(task_graphs())
def test_estimates_begin_where_the_planner_looks_for_them(graph: TaskGraph) -> None:
    text = lineformat.write(graph)
    ends = [end for end in range(len(text)) if lineformat.ESTIMATE.search(text[:end])]
    assert len(ends) == sum(not task.stated for task in graph.tasks)
    assert all(text[end].isdecimal() for end in ends)


@given(st.text(max_size=200) | st.text(alphabet="12/ABab|=~<>@ \nchopdstend", max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(LineFormatError):
        assert lineformat.parse(text, GRATIN).tasks


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "no task line"),
        ("1/1|Chop|dance ~2 hands >5 fixed", "action"),
        ("1/1|Chop|chop 2 hands >5 fixed", "is not"),
        ("1/1|Chop|chop ~2 hands sword >5 fixed", "sword"),
        ("1/1|Chop|chop ~0 hands >5 fixed", "minutes"),
    ],
)
def test_a_bad_line_is_named(line: str, told: str) -> None:
    with pytest.raises(LineFormatError, match=told):
        lineformat.parse(f"side hot 4\n{line}", GRATIN)


def test_a_bad_first_line_is_named() -> None:
    with pytest.raises(LineFormatError, match="line 1"):
        lineformat.parse("a dish for four\n1/1|Chop|chop ~2 hands >5 fixed", GRATIN)


def test_the_recipe_knows_its_servings_better_than_the_model() -> None:
    assert lineformat.parse(GRATIN_ANSWER.replace("hot 4", "hot 9"), GRATIN).servings == 4
    unknown = GRATIN.model_copy(update={"servings": None})
    assert lineformat.parse(GRATIN_ANSWER.replace("hot 4", "hot 9"), unknown).servings == 9


@given(st.integers(0, 700))
def test_labels_come_back(index: int) -> None:
    assert lineformat.ingredient_index(lineformat.ingredient_label(index)) == index


def test_the_grammar_knows_only_the_recipes_own_labels() -> None:
    grammar = lineformat.grammar(GRATIN)
    assert 'use ::= ("A" | "B" | "C" | "D" | "E")' in grammar
    assert 'step ::= ("1" | "2" | "3" | "4" | "5")' in grammar
