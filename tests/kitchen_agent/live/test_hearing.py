"""What a sentence is about: figures, and the names that it may mean."""

import pytest

from kitchen_agent.live.eventline import read
from kitchen_agent.live.hearing import TASKS_SHOWN, hear, is_lost, stems
from kitchen_agent.live.names import Names, TaskName
from tests.kitchen_agent.live.talk import NAMES


@pytest.mark.parametrize(
    ("sentence", "first"),
    [
        ("the potatoes need ten more minutes", "Boil the potatoes"),
        ("peeling the potatoes again", "Peel the potatoes"),
        ("the stew is simmering", "Simmer the stew"),
        ("pottaoes boiled", "Boil the potatoes"),
        ("the tart onions are choped", "Chop the onions (tart)"),
        ("letuce washed", "Wash the lettuce"),
        ("five more minutes", "Brown the beef"),
    ],
)
def test_the_task_that_shares_most_words_comes_first(sentence: str, first: str) -> None:
    assert hear(sentence, NAMES).tasks[0] == first


def test_tasks_are_few_however_long_the_dinner_is() -> None:
    tasks = tuple(TaskName(id=f"feast/{n}", name=f"Fry fritter number {n}") for n in range(60))
    heard = hear("the oven is broken", Names.model_validate({**NAMES.model_dump(), "tasks": tasks}))
    assert len(heard.tasks) == TASKS_SHOWN


def test_only_what_is_named_about_as_well_as_the_best_is_shown() -> None:
    assert hear("the potatoes need ten more minutes", NAMES).tasks == ("Boil the potatoes", "Peel the potatoes")
    assert hear("boiling the potatoes", NAMES).tasks == ("Boil the potatoes",)
    assert hear("my mixer died", NAMES).things == ("hand_mixer",)
    assert hear("no cream for the tart", NAMES).dishes == ("tart",)
    assert hear("we are eight", NAMES).dishes == hear("we are eight", NAMES).things == ()


@pytest.mark.parametrize(
    ("sentence", "cooks"),
    [
        ("Joe has to leave", ("joe",)),
        ("ida's done", ("ida",)),
        ("joes late", ("joe",)),
        ("idaho potatoes", ()),
        ("", ()),
    ],
)
def test_cooks_are_those_who_are_called_by_name(sentence: str, cooks: tuple[str, ...]) -> None:
    assert hear(sentence, NAMES).cooks == cooks


def test_a_cook_who_joined_is_called_by_either_name() -> None:
    names = Names.model_validate({**NAMES.model_dump(), "cooks": ("zoe-müller", "joe")})
    for sentence in ("Zoe has to leave", "Müller's done", "Zoe Müller is late"):
        assert hear(sentence, names).cooks == ("zoe-müller",)
    assert read("cook_leaves zoe-müller 19:00", names)[0].kind == "cook_leaves"


def test_equipment_is_known_by_part_of_its_name_and_by_other_names() -> None:
    assert hear("my mixer died", NAMES).things[0] == "hand_mixer"
    assert hear("the stove is dead", NAMES).things[0] == "burner"


def test_amounts_are_those_of_the_sentence() -> None:
    heard = hear("Joe leaves at seven, ten more minutes for 4 tarts at 150 degrees", NAMES)
    assert heard.numbers == ("10", "4", "150")
    assert heard.clocks == ("19:00", "10", "4")
    assert hear("nobody knows", NAMES).numbers == ()


def test_phrases_neither_begin_nor_end_with_small_words() -> None:
    phrases = hear("we're out of olive oil for the salad", NAMES).phrases
    assert "olive oil" in phrases
    assert not {phrase for phrase in phrases if phrase.startswith(("of ", "the ")) or phrase.endswith(" the")}


@pytest.mark.parametrize(
    "words",
    ["boil boils boiling boiled", "fry fries fried frying", "peel peeling", "bake baking", "cut cutting", "roll rolls"],
)
def test_endings_do_not_count(words: str) -> None:
    assert len(stems(words)) == 1


@pytest.mark.parametrize(
    ("sentence", "lost"),
    [
        ("the soup is burnt", True),
        ("I Burned the onions", True),
        ("the potatoes are ruined", True),
        ("the cream is spoiled", True),
        ("the tart came out charred", True),
        ("the tart is done", False),
        ("the tart is done and nothing is burnt", False),
        ("the tart isn't burnt", False),
        ("not burnt but ruined", True),
    ],
)
def test_what_is_burnt_or_spoilt_is_lost(sentence: str, lost: bool) -> None:
    assert is_lost(sentence, NAMES) is hear(sentence, NAMES).lost is lost


def test_what_is_called_charred_is_not_lost() -> None:
    tasks = (*NAMES.tasks, TaskName(id="peppers/1", name="Char the peppers"))
    names = NAMES.model_copy(update={"tasks": tasks})
    assert not is_lost("the peppers are charred", names)
    assert is_lost("the peppers are burnt", names)
