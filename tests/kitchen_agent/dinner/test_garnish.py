"""What of a dish can be left out."""

from kitchen_agent.dinner.garnish import optional_tasks
from tests.kitchen_agent.dinner.menus import graph, task

CURRY = (
    task(1, "Cook the curry", "simmer", 20, tools=["burner", "pot:a"], attention="tend"),
    task(2, "Toast the almonds", "toast", 4, tools=["burner", "frying_pan"], attention="tend"),
    task(3, "Mix the yoghurt sauce", "mix", 4),
    task(4, "Chop the onion", "chop", 4),
    task(5, "Fry the onion", "fry", 5, tools=["burner", "frying_pan"], attention="tend", after=[4]),
)


def test_a_garnish_goes_with_what_is_made_ready_for_it_alone() -> None:
    top = task(6, "Top with almonds, onion and sauce", "garnish", 2, after=[1, 2, 3, 5])
    assert optional_tasks(graph("curry", "main", "hot", 5, *CURRY, top)) == {2, 6}


def test_what_something_else_needs_stays() -> None:
    stir = task(6, "Stir almonds and sauce into the curry", "mix", 2, after=[1, 2, 3, 5])
    top = task(7, "Top with more almonds", "garnish", 2, after=[2, 6])
    assert optional_tasks(graph("curry", "main", "hot", 5, *CURRY, stir, top)) == {7}


def test_a_plate_of_nothing_but_garnish_keeps_what_is_on_it() -> None:
    chop = task(1, "Chop the herbs", "chop", 4)
    top = task(2, "Scatter the herbs", "garnish", 2, after=[1])
    assert optional_tasks(graph("herbs", "side", "cold", 5, chop, top)) == {2}
