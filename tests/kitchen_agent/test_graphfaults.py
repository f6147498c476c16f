"""Each fault is found in a draft that has it, and only there; mends put it right."""

from collections.abc import Callable

import pytest
from hypothesis import given

from kitchen_agent import lineformat
from kitchen_agent.draft import Draft
from kitchen_agent.graphfaults import faults, needs_closure, passed_over, stated_for
from kitchen_agent.mend import mend
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph
from tests.kitchen_agent.samples import GRATIN, GRATIN_ANSWER, task_graphs

SOUND = lineformat.parse(GRATIN_ANSWER, GRATIN)


def change(task: int, **fields: object) -> Draft:
    """The sound draft with some fields of one task changed."""
    tasks = [t.model_copy(update=fields) if t.id == task else t for t in SOUND.tasks]
    return SOUND.model_copy(update={"tasks": tuple(tasks)})


def test_a_sound_draft_has_no_fault_and_needs_no_mend() -> None:
    assert faults(SOUND, GRATIN) == []
    assert mend(SOUND, GRATIN) == (SOUND, ())


CASES: dict[str, tuple[Draft, str, Callable[[Draft], bool]]] = {
    "id out of order": (change(3, id=9), "ids count from 1", lambda d: d.tasks[2].id == 3),
    "needs itself": (change(3, after=(3,)), "does not name an earlier task", lambda d: 3 not in d.tasks[2].after),
    "two vessels, one letter": (
        change(5, tools=("pot:a", "saucepan:b")),
        "vessel letter a",
        lambda d: d.tasks[4].tools == ("pot:c", "saucepan:b"),
    ),
    "oven_c without oven": (change(2, oven_c=180), "does not use the oven", lambda d: d.tasks[1].oven_c is None),
    "oven too hot": (change(6, oven_c=900), "outside 40 to 320", lambda d: d.tasks[5].oven_c == 180),
    "oven without temperature": (change(6, oven_c=None), "without a temperature", lambda d: d.tasks[5].oven_c == 180),
    "other temperature": (change(6, oven_c=230), "the text says", lambda d: d.tasks[5].oven_c == 180),
    "loose ends": (
        change(5, after=()),
        "results that nobody uses",
        lambda d: 4 in d.tasks[4].after and d.graph() is not None,
    ),
    "unknown step": (change(2, steps=(77,)), "names steps [78]", lambda d: d.tasks[1].steps == (0,)),
    "unknown ingredient": (change(2, uses=(77, 0)), "not in the list", lambda d: d.tasks[1].uses == (0,)),
    "ingredient twice": (change(3, uses=(0, 2)), "enters in 2 tasks", lambda d: d.tasks[2].uses == (2,)),
    "ingredient missing": (change(2, uses=()), "used in no task", lambda d: 0 in d.tasks[1].uses),
    "stated time lost": (
        change(6, minutes=30, stated=False),
        "step 4 states 43",
        lambda d: d.tasks[5].minutes == 43 and d.tasks[5].stated,
    ),
    "invented time": (change(2, stated=True, minutes=17), "are stated", lambda d: not d.tasks[1].stated),
    "no heat": (
        change(6, tools=("baking_dish:a",), oven_c=None),
        "no source of heat",
        lambda d: "oven" in d.tasks[5].tools,
    ),
    "hob without vessel": (change(3, tools=("burner",)), "without a vessel", lambda d: "saucepan" in d.tasks[2].tools),
    "vessel in no order": (
        change(5, after=(3, 4)),
        "share vessel a",
        lambda d: 1 in needs_closure(d.tasks)[5],
    ),
    "endless work": (
        change(2, minutes=99999),
        "keeps a cook for 99999 minutes",
        lambda d: (d.tasks[1].minutes, d.tasks[1].attention) == (600, "hands_on"),
    ),
    "busy waiting": (
        change(4, action="chill", minutes=25),
        "of waiting",
        lambda d: d.tasks[3].attention == "unattended",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_fault_is_found_and_mended(name: str) -> None:
    draft, sentence, is_right = CASES[name]
    assert any(sentence in fault.sentence for fault in faults(draft, GRATIN))
    mended, notes = mend(draft, GRATIN)
    assert is_right(mended)
    assert not any(sentence in fault.sentence for fault in faults(mended, GRATIN))
    assert notes or name == "invented time"


@pytest.mark.parametrize(
    ("fields", "attention"),
    [
        ({"action": "drain", "minutes": 3}, "hands_on"),
        ({"action": "cool", "minutes": 1, "name": "Drain the beans, cool in water"}, "hands_on"),
        ({"action": "drain", "minutes": 60}, "unattended"),
        ({"action": "cool", "minutes": 1}, "unattended"),
    ],
)
def test_somebody_drains_what_does_not_drip_for_long(fields: dict[str, object], attention: str) -> None:
    mended, _ = mend(change(5, attention="unattended", **fields), GRATIN)
    assert mended.tasks[4].attention == attention


def test_a_timed_step_that_nobody_cooks_is_a_fault_that_no_mend_hides() -> None:
    draft = SOUND.model_copy(update={"tasks": SOUND.tasks[:6]})
    mended, _ = mend(draft, GRATIN)
    assert [f.sentence for f in faults(mended, GRATIN)] == ["step 5 states a time, but no task covers it"]


PIE = Recipe(
    key="pie",
    title="Pie",
    servings=4,
    ingredients=("1 pie",),
    steps=("Chop for 1 minute.", "Bake at 180 for 40 minutes. If the top browns early, cover it.", "Serve with cream."),
)
PIE_DRAFT = lineformat.parse(
    "main hot 4\n1/1 A|Chop|chop ~5 hands board >60 linear\n2/1|Plate|plate ~2 hands <1 >5 fixed", PIE
)


def test_advice_for_one_sentence_of_a_step_excuses_no_other() -> None:
    assert "step 2 states a time, but no task covers it" in [fault.sentence for fault in faults(PIE_DRAFT, PIE)]
    advice = PIE.model_copy(update={"steps": (PIE.steps[0], "If it browns within 10 minutes, cover it.", PIE.steps[2])})
    assert not any("step 2" in fault.sentence for fault in faults(PIE_DRAFT, advice))


def test_a_minute_is_no_round_of_which_every_time_consists() -> None:
    chopped = PIE_DRAFT.tasks[0].model_copy(update={"stated": True, "minutes": 17})
    assert not stated_for(chopped, PIE)
    assert stated_for(chopped.model_copy(update={"minutes": 1}), PIE)


def test_a_step_without_a_time_that_no_task_covers_is_noted() -> None:
    assert passed_over(PIE_DRAFT, PIE) == ["no task covers step 3 ('Serve with cream.')"]
    assert passed_over(SOUND, GRATIN) == []


SOUP = Recipe(
    key="soup",
    title="Lentil soup",
    servings=4,
    ingredients=("1 onion", "200 g lentils"),
    steps=("Fry the onion in oil.", "Add the lentils and water to the pot and simmer for 25 minutes."),
)
SOUP_ANSWER = """soup hot 4
1/1 A|Fry the onion|saute ~6 tend burner frying_pan:a >30 fixed
2/2 B|Simmer the lentils|simmer =25 tend burner {vessel} <1 >60 fixed"""


@pytest.mark.parametrize(
    ("said", "written", "mended"),
    [
        ("the pot", "frying_pan:a", ["pot:a", "pot:a"]),
        ("the Dutch oven", "frying_pan:a", ["dutch_oven:a", "dutch_oven:a"]),
        ("the skillet", "frying_pan:a", ["frying_pan:a", "frying_pan:a"]),
        ("the pan", "frying_pan:a", ["frying_pan:a", "frying_pan:a"]),  # any of them
        ("the pot or a saucepan", "frying_pan:a", ["frying_pan:a", "frying_pan:a"]),
        ("the pot", "pot:b", ["frying_pan:a", "pot:b"]),
        ("a saucepan", "pot:b", ["frying_pan:a", "saucepan:b"]),
        ("a pot", "baking_dish:b", ["frying_pan:a", "baking_dish:b"]),
    ],
)
def test_food_cooks_in_the_vessel_that_the_recipe_names(said: str, written: str, mended: list[str]) -> None:
    recipe = SOUP.model_copy(update={"steps": (SOUP.steps[0], SOUP.steps[1].replace("the pot", said))})
    draft, notes = mend(lineformat.parse(SOUP_ANSWER.format(vessel=written), recipe), recipe)
    assert [task.tools[-1] for task in draft.tasks] == mended
    assert bool(notes) == (mended != ["frying_pan:a", written])


def test_another_vessel_of_the_kind_that_is_named_is_the_one_meant() -> None:
    recipe = SOUP.model_copy(
        update={"steps": ("Brown the onion in a skillet. Meanwhile boil the lentils for 12 minutes.",)}
    )
    answer = """main hot 4
1/1 A|Brown the onion|sear ~6 tend burner frying_pan >30 fixed
2/1 B|Boil the lentils|boil =12 free burner saucepan:a >5 fixed
3/1|Drain the lentils|drain ~1 hands saucepan:a <1,2 >5 fixed"""
    draft, _ = mend(lineformat.parse(answer, recipe), recipe)
    assert [task.tools[-1] for task in draft.tasks] == ["frying_pan", "saucepan:a", "saucepan:a"]


def test_a_pot_that_the_food_goes_into_later_is_not_the_pan_before() -> None:
    recipe = SOUP.model_copy(
        update={"steps": (SOUP.steps[0], "Add the lentils and simmer for 5 minutes, then use a pot.")}
    )
    answer = SOUP_ANSWER.format(vessel="frying_pan:a").replace("=25", "=5")
    draft, notes = mend(lineformat.parse(answer, recipe), recipe)
    assert ([task.tools[-1] for task in draft.tasks], notes) == (["frying_pan:a"] * 2, ())


def test_work_as_long_as_the_recipe_says_is_kept() -> None:
    tended = change(3, minutes=720, stated=True)
    smoked = GRATIN.model_copy(
        update={"steps": (*GRATIN.steps[:2], "Simmer for 12 hours, stirring.", *GRATIN.steps[3:])}
    )
    assert mend(tended, smoked)[0].tasks[2].minutes == 720


@given(task_graphs())
def test_a_mended_draft_stays_mended_and_is_a_graph(graph: TaskGraph) -> None:
    once, _ = mend(Draft.of(graph), GRATIN)
    assert mend(once, GRATIN)[0] == once
    assert once.graph().tasks


def test_what_nothing_heats_is_not_served_hot() -> None:
    peeled = SOUND.model_copy(update={"tasks": (SOUND.tasks[1].model_copy(update={"id": 1}),)})
    mended, notes = mend(peeled, GRATIN)
    assert (SOUND.serve, mended.serve) == ("hot", "room")
    assert "nothing heats it: it is served at room temperature" in notes


TART = Recipe(
    key="tart",
    title="Tart",
    servings=8,
    ingredients=("flour", "6 apples", "20 g chocolate shavings", "100 g chocolate"),
    steps=(
        "Knead the flour and rest the dough for 30 minutes.",
        "Roll out the dough, about 6 minutes, and top it with the apples and the melted chocolate.",
        "Bake at 180 °C for 20 minutes.",
        "Scatter with the chocolate shavings.",
    ),
)
TART_DRAFT = lineformat.parse(
    """dessert room 8
1/1 A|Knead the dough|knead ~5 hands >60 fixed
2/1|Rest the dough|rest =30 free <1 >60 fixed
3/2 B|Peel the apples|peel ~9 hands board >60 linear
4/2|Roll out and line the tin|roll ~6 hands cake_tin:a >60 fixed
5/2|Bake the tart|bake =20 free oven cake_tin:a @180 <3,4 >60 fixed
6/4|Cut the tart|plate ~2 hands <5 >60 linear""",
    TART,
)


def test_a_stated_time_of_another_step_is_no_mistake_in_the_minutes() -> None:
    mended, notes = mend(TART_DRAFT, TART)
    assert (mended.tasks[4].minutes, mended.tasks[4].stated, mended.tasks[4].steps) == (20, True, (1, 2))
    assert not any("minutes that step" in note for note in notes)


def test_a_stated_time_is_stated_for_one_task_only() -> None:
    again = TART_DRAFT.tasks[1].model_copy(update={"id": 4, "name": "Rest the lined tin", "steps": (1,), "after": (2,)})
    draft = TART_DRAFT.model_copy(update={"tasks": (*TART_DRAFT.tasks[:3], again, *TART_DRAFT.tasks[4:])})
    first, second = (mend(draft, TART)[0].tasks[place] for place in (1, 3))
    assert (first.steps, first.minutes, first.stated) == ((0,), 30, True)
    assert second.steps == (1,)


def test_a_stated_time_that_several_steps_have_is_an_estimate() -> None:
    twice = TART.model_copy(update={"steps": (*TART.steps, "Cool for 20 minutes.")})
    assert not mend(TART_DRAFT, twice)[0].tasks[4].stated


def test_what_nobody_needs_goes_into_the_next_work_on_food_and_not_into_the_finished_dish() -> None:
    mended, notes = mend(TART_DRAFT, TART)
    assert mended.tasks[3].after == (2,)
    assert mended.tasks[5].after == (5,)
    assert "task 4 comes after task 2, which nothing else needed" in notes


def test_a_forgotten_ingredient_goes_in_where_it_is_named_best() -> None:
    mended, _ = mend(TART_DRAFT, TART)
    assert mended.tasks[5].uses == (2,)
    assert mended.tasks[2].uses == (1, 3)
