"""How a dish grows with the guests, and how it fits the kitchen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen_agent.dinner import Dinner
from kitchen_agent.errors import EquipmentError
from kitchen_agent.kitchen import Kitchen
from scheduler.problem import Task
from tests.kitchen_agent.dinner.menus import dinner


def found(made: Dinner, task: str) -> Task:
    """The task with this id."""
    return next(entry for entry in made.problem.tasks if entry.id == task)


def work(made: Dinner) -> int:
    """The attended minutes of all tasks, over all rounds."""
    return sum(task.minutes * task.rounds for task in made.problem.tasks if task.attention != "unattended")


@pytest.mark.parametrize(
    ("guests", "task", "minutes", "rounds"),
    [
        (4, "soup/1", 10, 1),
        (6, "soup/1", 15, 1),
        (1, "soup/1", 3, 1),
        (40, "soup/1", 50, 1),
        (40, "soup/2", 25, 4),
        (4, "fritters/2", 8, 1),
        (6, "fritters/2", 8, 1),
        (7, "fritters/2", 8, 2),
        (40, "fritters/2", 8, 6),
        (8, "chicken/2", 60, 1),
        (40, "chicken/2", 60, 5),
        (40, "chicken/3", 10, 1),
    ],
)
def test_linear_grows_with_portions_and_the_rest_by_rounds(guests: int, task: str, minutes: int, rounds: int) -> None:
    scaled = found(dinner("soup", "chicken", "fritters", guests=guests), task)
    assert (scaled.minutes, scaled.rounds) == (minutes, rounds)


def test_what_the_menu_calls_a_side_is_a_smaller_portion() -> None:
    as_side = {"name": "soup", "id": "soup", "course": "side"}
    assert (found(dinner("soup", guests=40), "soup/2").rounds, found(dinner(as_side, guests=40), "soup/2").rounds) == (
        4,
        2,
    )


def test_what_stays_in_the_pan_goes_into_a_larger_one_before_it_is_cooked_in_rounds() -> None:
    onions = {"name": "onions", "id": "onions"}
    assert found(dinner(onions, guests=10), "onions/2").rounds == 1
    assert found(dinner(onions, guests=20), "onions/2").rounds == 2


@pytest.mark.parametrize(("guests", "portions"), [(2, 8), (8, 8), (10, 8), (11, 16), (18, 16), (19, 24)])
def test_cakes_are_baked_whole(guests: int, portions: int) -> None:
    assert dinner("cake", guests=guests).portions == {"cake": portions}


@given(guests=st.integers(1, 120), more=st.integers(1, 120))
@settings(max_examples=25, deadline=None)
def test_more_guests_are_never_less_work(guests: int, more: int) -> None:
    dishes = ("soup", "chicken", "fritters", "cake")
    few, many = (dinner(*dishes, guests=number, cooks=["Ana:expert"]) for number in (guests, guests + more))
    assert work(many) >= work(few)
    for one, other in zip(few.problem.tasks, many.problem.tasks, strict=True):
        assert other.rounds * other.minutes >= one.rounds * one.minutes


def test_large_work_is_shared_among_those_who_can_do_it() -> None:
    cooks = ["Ana:expert", "Ben:novice", "Cem:home", {"name": "Dora", "refuses": ["carve"]}]
    made = dinner("chicken", guests=40, cooks=cooks)
    shares = [task for task in made.problem.tasks if task.id.partition(".")[0] == "chicken/4"]
    assert [task.name for task in shares] == ["Carve the chicken (1 of 2)", "Carve the chicken (2 of 2)"]
    assert [task.minutes for task in shares] == [30, 30]
    assert {link.before for link in made.problem.links if link.after == "chicken/4.2"} == {"chicken/3"}
    assert {link.task for link in made.problem.dishes[0].serving} == {"chicken/4", "chicken/4.2"}
    rubs = [task for task in made.problem.tasks if task.id.partition(".")[0] == "chicken/1"]
    assert len(rubs) == 4


def test_portions_for_each_guest_scale_one_dish() -> None:
    made = dinner("soup", {"name": "fritters", "portions_per_guest": 2.0})
    assert made.portions == {"soup": 4, "fritters": 8}
    assert found(made, "fritters/2").rounds == 2


def test_rounds_use_as_many_pans_as_the_kitchen_has() -> None:
    assert found(dinner("fritters", guests=40), "fritters/2").max_pans == 2
    assert found(dinner("fritters", guests=40, kitchen={"tend_capacity": 1}), "fritters/2").max_pans == 1
    big = {"tend_capacity": 4, "vessels": {"frying_pan": {"count": 4, "portions": 10}}}
    scaled = found(dinner("fritters", guests=40, kitchen=big), "fritters/2")
    assert (scaled.rounds, scaled.max_pans) == (3, 3)


def test_a_larger_pot_is_asked_for_before_the_food_is_split() -> None:
    made = dinner("mousse", guests=16)
    use = next(vessel for vessel in made.problem.dishes[0].vessels if vessel.kind == "saucepan")
    assert (use.min_size, found(made, "mousse/1").rounds) == (10, 1)
    assert any(stock.kind == "pot" and stock.stands_in_for for stock in made.problem.vessels)


def test_what_is_missing_is_replaced_and_said() -> None:
    made = dinner("fritters", kitchen={"vessels": {"frying_pan": 0}})
    assert {stock.kind for stock in made.problem.vessels} >= {"wok", "griddle"}
    assert not [stock for stock in made.problem.vessels if stock.kind == "frying_pan"]


def test_what_nothing_replaces_is_an_error_with_the_fix() -> None:
    with pytest.raises(EquipmentError) as error:
        dinner("chicken", "cake", kitchen={"ovens": [], "vessels": {"cake_tin": 0, "pie_dish": 0, "baking_dish": 0}})
    for words in ("chicken, 'Roast the chicken'", "no oven", "ovens: 1", "cake tin", "vessels: {cake_tin: 1}"):
        assert words in str(error.value)


def test_what_several_tasks_lack_is_told_once() -> None:
    with pytest.raises(EquipmentError) as error:
        dinner("fritters", "onions", kitchen={"burners": 0})
    assert len(error.value.faults) == 2
    assert "and 1 more task: this kitchen has no burner" in " ".join(error.value.faults)


def test_an_oven_that_is_not_hot_enough_is_used_as_hot_as_it_gets() -> None:
    made = dinner("chicken", kitchen={"ovens": [{"max_celsius": 180}]})
    oven = found(made, "chicken/2").oven
    assert oven is not None
    assert oven.celsius == 180
    assert any("180 °C" in note for note in made.notes)


def test_the_home_kitchen_is_as_described() -> None:
    kitchen = Kitchen()
    assert (len(kitchen.ovens), kitchen.ovens[0].racks, kitchen.burners) == (1, 2, 4)
    counts = {kind: sum(spec.count for spec in specs) for kind, specs in kitchen.vessels.items()}
    assert (counts["frying_pan"], counts["saucepan"], counts["pot"]) == (2, 3, 1)
