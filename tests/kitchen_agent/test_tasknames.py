"""Made-up words go out of the names of tasks, and no name that people wrote changes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kitchen_agent import lineformat
from kitchen_agent.planner import finish, judge
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import NAME_WORDS_MAX
from kitchen_agent.tasknames import plain_names
from tests.kitchen_agent.samples import GRATIN, GRATIN_ANSWER

SOUND = lineformat.parse(GRATIN_ANSWER, GRATIN)
ANNOTATED = sorted(Path(__file__).parents[2].glob("finetune/data/graphs*.jsonl"))


def named(name: str, recipe: Recipe = GRATIN, **fields: object) -> tuple[str, list[str]]:
    """What becomes of the name of the task that slices the potatoes, and the notes."""
    sliced = SOUND.tasks[1].model_copy(update={"name": name, **fields})
    tasks, notes = plain_names(SOUND.model_copy(update={"tasks": (sliced,)}), recipe)
    return tasks[0].name, notes


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Frustrationfully slice the potatoes in the dish", "Slice the potatoes in the dish"),
        ("Bonish the potatoes and dry them", "Chop the potatoes and dry them"),
        ("Halve and pile up the potatoes until zquiblen", "Halve and pile up the potatoes"),
        ("Wrap qwambles", "Chop the potatoes"),
    ],
)
def test_a_made_up_word_is_taken_out(written: str, read: str) -> None:
    name, notes = named(written)
    assert name == read
    assert len(notes) == 1
    assert written in notes[0]
    assert named(name) == (name, [])


@pytest.mark.parametrize(
    "name",
    [
        "Slice the potatoes, adjusting the thickness",
        "Reheat the lemongrass",
        "Cook the baconsticks",
        "Flambé the crêpes",
        "Zzz 2 (big) & à",
    ],
)
def test_endings_compounds_and_short_words_are_left_alone(name: str) -> None:
    assert named(name) == (name, [])


def test_words_of_the_recipe_are_known() -> None:
    assert named("Stir in the zhoug and fulfulde")[1]
    assert not named("Stir in the zhoug and fulfulde", GRATIN.model_copy(update={"title": "Zhoug fulfulde"}))[1]


def test_a_recipe_in_another_language_keeps_its_names() -> None:
    steps = ("Kartoffeln schälen, in dünne Scheiben schneiden und schichten.", "Mit Sahne übergießen, backen.")
    assert named("Kartoffelscheiben überschichten", GRATIN.model_copy(update={"steps": steps}))[1] == []


def test_a_name_without_any_food_still_has_an_object_and_no_name_grows_too_long() -> None:
    assert named("Qwambles flurbed", uses=())[0] == "Chop it"
    long = "Qwambles them all in one go while they are dry"
    assert len(long.split()) == NAME_WORDS_MAX
    assert len(named(long, action="deep_fry")[0].split()) == NAME_WORDS_MAX


def test_the_plan_says_what_was_renamed() -> None:
    answer = GRATIN_ANSWER.replace("Grate the cheese", "Frustrationfully grate the cheese")
    graph, notes = finish(judge(answer, GRATIN))
    assert graph.tasks[3].name == "Grate the cheese"
    assert notes == (
        "'Grate the cheese' was called 'Frustrationfully grate the cheese', "
        "and 'Frustrationfully' is no word of a kitchen",
    )


def _annotated() -> Iterator[str]:
    for path in ANNOTATED:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from (task["name"] for task in json.loads(line)["tasks"])


def test_no_name_that_a_person_annotated_is_touched() -> None:
    names = sorted(set(_annotated()))
    assert len(names) > 10_000
    template = SOUND.tasks[1]
    tasks = tuple(template.model_copy(update={"name": name}) for name in names)
    assert plain_names(SOUND.model_copy(update={"tasks": tasks}), GRATIN)[1] == []
