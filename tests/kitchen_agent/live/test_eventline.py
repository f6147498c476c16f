"""The line that the model writes: each form is read as its event, and nothing outside the session can be written."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kitchen_agent.errors import UnclearSentenceError, UnsaidAmountError
from kitchen_agent.language_model import LanguageModel
from kitchen_agent.live import events as happen
from kitchen_agent.live.eventline import NONE, grammar, read, with_amount
from kitchen_agent.live.events import Happening
from kitchen_agent.live.hearing import hear
from kitchen_agent.live.names import Names
from tests.kitchen_agent.live.talk import NAMES, NOW
from tests.kitchen_agent.model.tiny_gguf import write_model

SEVEN = NOW.replace(hour=19, minute=0)
LINES: dict[str, Happening] = {
    "started - Bake the tart": happen.TaskStarted(task="tart/3"),
    "started joe Chop the onions (tart)": happen.TaskStarted(task="tart/1", cook="joe"),
    "done Chop the onions (stew)": happen.TaskDone(task="stew/1"),
    'skip Roll out the "short" pastry': happen.TaskSkipped(task="tart/2"),
    "redo Brown the beef": happen.TaskRedo(task="stew/2"),
    "pause Boil the potatoes": happen.TaskPaused(task="mash/2"),
    "accept_wait Peel the potatoes": happen.WaitAccepted(task="mash/1"),
    "needs_minutes 10 Boil the potatoes": happen.NeedsMinutes(task="mash/2", minutes=10),
    "swap ida Toss the salad": happen.CookSwap(task="salad/2", cook="ida"),
    "cook_leaves joe 19:00": happen.CookLeaves(cook="joe", at=SEVEN),
    "cook_leaves joe 7": happen.CookLeaves(cook="joe", at=SEVEN),
    "cook_joins ida now": happen.CookJoins(cook="ida", at=NOW),
    "fails frying_pan": happen.EquipmentFails(equipment="frying_pan"),
    "fails burner 2": happen.EquipmentFails(equipment="burner", units=2),
    "back oven": happen.EquipmentBack(equipment="oven"),
    "oven_colder oven 150": happen.OvenColder(oven="oven", celsius=150),
    "guests 8": happen.GuestsChanged(guests=8),
    "guests +2": happen.GuestsChanged(guests=8),
    "guests -1": happen.GuestsChanged(guests=5),
    "dish_dropped tart": happen.DishDropped(dish="tart"),
    "serving_moved 19:45": happen.ServingMoved(serve_at=NOW.replace(hour=19, minute=45)),
    "serving_moved +30": happen.ServingMoved(serve_at=NAMES.serve_at + timedelta(minutes=30)),
    "serving_moved -10": happen.ServingMoved(serve_at=NAMES.serve_at - timedelta(minutes=10)),
    "course_held dessert 15": happen.CourseHeld(course="dessert", minutes=15),
    "ingredient_missing salad olive oil": happen.IngredientMissing(dish="salad", ingredient="olive oil"),
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read_as_its_event(line: str) -> None:
    assert read(line, NAMES) == (LINES[line],)


@pytest.mark.parametrize(
    "line",
    [NONE, "", "done", "done Boil the eggs", "guests many", "guests -9", "needs_minutes 0 Boil the potatoes", "eat",
     "serving_moved 25:99", "serving_moved", "cook_leaves joe noon", "oven_colder oven 900"],
)  # fmt: skip
def test_what_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(UnclearSentenceError):
        read(line, NAMES)


def test_an_open_name_gives_a_reading_for_each() -> None:
    assert [event.cook for event in read("cook_leaves ? 19:00", NAMES) if isinstance(event, happen.CookLeaves)] == [
        "ida",
        "joe",
    ]
    assert len(read("ingredient_missing ? butter", NAMES)) == len(NAMES.dishes)


@pytest.mark.parametrize(
    ("line", "said", "filled"),
    [
        ("needs_minutes ? Boil the potatoes", "ten", "needs_minutes 10 Boil the potatoes"),
        ("course_held main ?", "a quarter of an hour", "course_held main 15"),
        ("guests ?", "7", "guests 7"),
        ("serving_moved ?", "at eight", "serving_moved 20:00"),
        ("oven_colder oven ?", "150 degrees", "oven_colder oven 150"),
    ],
)
def test_a_missing_amount_is_asked_for(line: str, said: str, filled: str) -> None:
    with pytest.raises(UnsaidAmountError) as raised:
        read(line, NAMES)
    assert raised.value.line == line
    assert raised.value.asked.endswith("?")
    assert with_amount(line, said, NOW) == filled
    with pytest.raises(UnclearSentenceError):
        with_amount(line, "a few", NOW)


@pytest.fixture(scope="module")
def writers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[LanguageModel]]:
    """Models that know nothing: whatever they write, only the grammar makes it a line."""
    folder = tmp_path_factory.mktemp("writers")
    models = [_opened(folder / f"{seed}.gguf", seed) for seed in range(3)]
    yield models
    for model in models:
        model.close()


def _opened(path: Path, seed: int) -> LanguageModel:
    return LanguageModel.open(write_model(path, seed), threads=1, context=512)


@pytest.mark.parametrize(
    "sentence",
    ["the potatoes need ten more minutes", "Joe leaves at seven", "the oven is at 150", "no butter", "", '"\\ ½ ? +1',
     "two more guests and half an hour later", "mixer broken, 3 eggs, 4 pans"],
)  # fmt: skip
def test_whatever_a_model_writes_is_an_event_of_this_session(sentence: str, writers: list[LanguageModel]) -> None:
    heard = hear(sentence, NAMES)
    for model in writers:
        for start in ("", "x", "the end"):
            answer = model.complete(
                [{"role": "user", "content": start + heard.text}], grammar=grammar(heard, NAMES), max_tokens=200
            )
            assert answer.finish == "end"
            _is_of_this_session(answer.text, sentence)


def _is_of_this_session(line: str, sentence: str) -> None:
    heard = hear(sentence, NAMES)
    assert set(re.findall(r"\d+", line)) <= {*re.findall(r"\d+", heard.text), "1"}  # one more guest, one fewer
    try:
        events = read(line, NAMES)
    except (UnclearSentenceError, UnsaidAmountError):
        return  # no event, no amount, or one that makes no sense, as 150 for a time of day
    for event in events:
        assert getattr(event, "task", "stew/1") in {task.id for task in NAMES.tasks}
        assert getattr(event, "cook", None) in (None, *NAMES.cooks)
        assert getattr(event, "ingredient", "") in ("", *heard.phrases)


def test_an_event_makes_sense_in_the_state_of_its_task() -> None:
    """What is done cannot be started; when everything that is named is done, it may be said and is refused later."""
    both = grammar(hear("the potatoes", NAMES), NAMES)
    assert '\ndone-task ::= "Boil the potatoes"\n' in both
    assert '\naccept-wait-task ::= "Peel the potatoes"\n' in both
    assert '\ndone-task ::= "Peel the potatoes"\n' in grammar(hear("peeling the potatoes", NAMES), NAMES)


@pytest.mark.parametrize(
    ("sentence", "units"),
    [("two burners are broken", "2"), ("the oven is broken", ""), ("the oven at 180 is broken", ""), ("1 pan", "")],
)
def test_how_many_are_broken_may_be_written_where_it_is_said(sentence: str, units: str) -> None:
    rules = dict(line.split(" ::= ") for line in grammar(hear(sentence, NAMES), NAMES).splitlines())
    assert rules.get("units", "") == (f'"{units}"' if units else "")
    assert '"fails " thing (" " units)?' in rules["root"] if units else "units" not in rules["root"]


def test_a_bare_kitchen_has_a_grammar_too(writers: list[LanguageModel]) -> None:
    nothing = {"tasks": (), "cooks": (), "equipment": (), "ovens": (), "dishes": (), "courses": ()}
    names = Names.model_validate({**NAMES.model_dump(), **nothing})
    for model in writers:
        answer = model.complete(
            [{"role": "user", "content": "?"}], grammar=grammar(hear("", names), names), max_tokens=60
        )
        assert answer.text.split()[0] in (NONE, "guests", "serving_moved")


KINDS_SHOWN = ("redo", "skip", "dish_dropped", "done", "started", "ingredient_missing", NONE)


@pytest.mark.parametrize(
    ("sentence", "forms"),
    [
        ("the potatoes are burnt", {"redo"}),
        ("the potatoes are burnt, leave them out", {"redo", "skip", "dish_dropped"}),
        ("it is burnt", {"redo", "ingredient_missing", NONE}),
        ("the potatoes are done", set(KINDS_SHOWN)),
    ],
)
def test_what_is_burnt_is_done_once_more_or_left_out(sentence: str, forms: set[str]) -> None:
    root = grammar(hear(sentence, NAMES), NAMES).splitlines()[0]
    written = set(re.findall(r'"(\w+) ?"', root))
    assert written & set(KINDS_SHOWN) == forms
