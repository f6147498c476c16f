"""When a sentence has one meaning, and when a person must be asked."""

import pytest

from kitchen_agent.errors import UnclearSentenceError
from kitchen_agent.live import events as happen
from kitchen_agent.live.eventline import NONE
from kitchen_agent.live.events import Happening
from kitchen_agent.live.understand import SYSTEM, question, understood
from tests.kitchen_agent.live.talk import NAMES

CLEAR: dict[str, tuple[str, Happening]] = {
    "the potatoes need ten more minutes": (
        "needs_minutes 10 Boil the potatoes",
        happen.NeedsMinutes(task="mash/2", minutes=10),
    ),
    "the potatoes are ruined": ("redo Peel the potatoes", happen.TaskRedo(task="mash/1")),
    "the beef is burnt": ("done Brown the beef", happen.TaskRedo(task="stew/2")),
    "the beef is done": ("done Brown the beef", happen.TaskDone(task="stew/2")),
    "chopped the onions for the tart": ("done Chop the onions (tart)", happen.TaskDone(task="tart/1")),
    "my mixer died": ("fails hand_mixer", happen.EquipmentFails(equipment="hand_mixer")),
    "two burners are broken": ("fails burner", happen.EquipmentFails(equipment="burner", units=2)),
    "3 gas rings are out": ("fails burner", happen.EquipmentFails(equipment="burner", units=3)),
    "burner 2 is dead": ("fails burner", happen.EquipmentFails(equipment="burner")),
    "the burner is dead, 2 more minutes": ("fails burner", happen.EquipmentFails(equipment="burner")),
    "no tart today": ("dish_dropped tart", happen.DishDropped(dish="tart")),
    "we are eight": ("guests 8", happen.GuestsChanged(guests=8)),
}
OPEN: dict[str, tuple[str, set[str]]] = {
    "starting the salad": ("started - Toss the salad", {"salad/2"}),
    "the salad is done": ("done Toss the salad", {"salad/2"}),
    "chopping the onions": ("started - Chop the onions (tart)", {"tart/1"}),
}


@pytest.mark.parametrize("sentence", CLEAR)
def test_one_meaning_asks_nothing(sentence: str) -> None:
    line, event = CLEAR[sentence]
    meant = understood(sentence, line, NAMES)
    assert (meant.event, meant.other_readings) == (event, ())


@pytest.mark.parametrize("sentence", OPEN)
def test_the_likeliest_state_decides(sentence: str) -> None:
    line, tasks = OPEN[sentence]
    meant = understood(sentence, line, NAMES)
    assert {getattr(event, "task", "") for event in (meant.event, *meant.other_readings)} == tasks


def test_two_tasks_that_fit_are_both_offered() -> None:
    both = NAMES.model_copy(
        update={"tasks": tuple(task.model_copy(update={"state": "running"}) for task in NAMES.tasks)}
    )
    meant = understood("the potatoes are done", "done Boil the potatoes", both)
    assert meant.event == happen.TaskDone(task="mash/2")
    assert meant.other_readings == (happen.TaskDone(task="mash/1"),)


def test_equipment_and_dishes_that_fit_are_offered_too() -> None:
    meant = understood("the pan is broken", "fails frying_pan", NAMES)
    assert meant.other_readings == (happen.EquipmentFails(equipment="roasting_pan"),)
    two = NAMES.model_copy(update={"dishes": ("green-salad", "potato-salad")})
    meant = understood("drop the salad", "dish_dropped potato-salad", two)
    assert meant.other_readings == (happen.DishDropped(dish="green-salad"),)


def test_a_task_that_is_not_named_is_a_guess_among_the_likeliest() -> None:
    meant = understood("the bird is done", "done Brown the beef", NAMES)
    assert not meant.named
    assert meant.event == happen.TaskDone(task="stew/2")
    assert meant.other_readings == (happen.TaskDone(task="mash/2"),)


def test_the_name_that_is_said_whole_counts_more() -> None:
    ovens = NAMES.model_copy(update={"equipment": ("dutch_oven", "oven")})
    assert understood("the oven broke", "fails oven", ovens).other_readings == ()


def test_who_is_not_said_is_asked() -> None:
    meant = understood("somebody leaves at seven", "cook_leaves ? 19:00", NAMES)
    assert {getattr(event, "cook", "") for event in (meant.event, *meant.other_readings)} == set(NAMES.cooks)


def test_no_event_is_no_event() -> None:
    with pytest.raises(UnclearSentenceError, match="no single event"):
        understood("how are you", NONE, NAMES)


def test_the_prompt_holds_the_names_and_the_sentence_in_figures() -> None:
    asked = question("the potatoes need ten more minutes", NAMES)
    prompt = asked.messages[-1]["content"]
    assert asked.messages[0]["content"] == SYSTEM
    assert prompt.splitlines()[0].startswith("running: Boil the potatoes")
    assert prompt.endswith("\n> the potatoes need 10 minutes")
    assert "Chop the onions (tart)" in question("chopping the onions", NAMES).messages[-1]["content"]
    assert len(question("hello", NAMES, "example").messages) > 10
