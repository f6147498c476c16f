"""Scales a dish to the guests: linear work with the portions, the rest by whole rounds of pans and trays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kitchen_agent.dinner.equipment import Fitted, sizes
from kitchen_agent.kitchen import POOLS, Kitchen
from kitchen_agent.menu import DishRequest
from kitchen_agent.taskgraph import COURSES, HEAT_TOOLS, Task, TaskGraph, tool_kind

BAKED_WHOLE: Final = frozenset({"cake_tin", "loaf_tin", "pie_dish"})
"""What is baked in these is made whole: nobody bakes three quarters of a cake."""
STRETCH: Final = 0.25
"""A whole cake feeds up to this part more guests than its recipe says."""

OVEN_VESSELS: Final = frozenset(
    {"baking_sheet", "baking_dish", "roasting_pan", "cake_tin", "loaf_tin", "muffin_tin", "pie_dish"}
)
FILLING: Final = frozenset({"main", "soup", "breakfast"})
SMALL_PORTION: Final = 0.6
"""A portion of a side, a starter or a dessert, as a part of a main course's."""
POOL_PORTIONS: Final[Mapping[str, int]] = {"grill": 8, "toaster": 2, "microwave": 4, "smoker": 8, "waffle_iron": 2}
"""Portions at once on equipment that holds its food itself."""
DEEP_FRY_PORTIONS: Final = 4
"""Hot oil cools when more goes in at once, however large the pot."""


@dataclass(frozen=True)
class Amount:
    """How much of one dish is made: `portions` for the table, `servings` in the recipe.

    `size` is a portion as a part of that of a main course, by which the kitchen's vessels are measured.
    """

    portions: int
    servings: int
    size: float = 1.0

    @property
    def ratio(self) -> float:
        """Portions for each serving of the recipe."""
        return self.portions / self.servings

    @property
    def mains(self) -> int:
        """The portions to make, counted in portions of a main course."""
        return math.ceil(self.portions * self.size)

    @property
    def recipe_mains(self) -> int:
        """The recipe's servings, counted in portions of a main course."""
        return math.ceil(self.servings * self.size)


@dataclass(frozen=True)
class Rounds:
    """`count` rounds of `minutes` each, `at_once` of them side by side at most."""

    minutes: int
    count: int = 1
    at_once: int = 1


def amount(dish: DishRequest, graph: TaskGraph, guests: int) -> Amount:
    """The portions to make of `dish` for `guests`; cakes, loaves and pies are made whole."""
    wanted = math.ceil(guests * dish.portions_per_guest)
    kinds = {kind for task in graph.tasks if "oven" in task.kinds for kind in task.kinds}
    if kinds & BAKED_WHOLE:
        wanted = graph.servings * max(1, math.ceil(wanted / graph.servings - STRETCH))
    course = dish.course if dish.course in COURSES else graph.course
    return Amount(wanted, graph.servings, 1.0 if course in FILLING else SMALL_PORTION)


def vessel_size(kitchen: Kitchen, kind: str, made: Amount, *, whole: bool) -> int:
    """Portions that one vessel of `kind` must hold for this dish.

    The recipe's own amount fits one vessel, whatever the recipe calls a serving. With `whole` the food is better
    kept in one vessel: a larger stand-in is asked for before the food is split.
    """
    own = _largest(kitchen, kind, stand_ins=False) or _largest(kitchen, kind, stand_ins=True)
    food = _food(made, own)
    if food <= own:
        return food
    best = _largest(kitchen, kind, stand_ins=True) if whole else own
    return math.ceil(food / math.ceil(food / best))


def rounds(task: Task, fitted: Fitted, kitchen: Kitchen, made: Amount, vessel_sizes: Mapping[str, int]) -> Rounds:
    """The minutes and rounds of `task` for this amount.

    `vessel_sizes` maps each kind of vessel of the task to the portions that it must hold.
    """
    if fitted.void:
        return Rounds(0)
    minutes = task.minutes * fitted.time_factor
    if task.scaling == "linear":
        return Rounds(max(1, math.ceil(minutes * made.ratio)))
    kinds = {tool_kind(tool) for tool in fitted.tools}
    if not kinds & set(HEAT_TOOLS) and task.scaling == "fixed":
        return Rounds(minutes)
    count, usual = 1, 1
    for capacity, food, batch_servings in _capacities(task, fitted, kitchen, made, vessel_sizes):
        count = max(count, math.ceil(food / capacity))
        usual = max(usual, math.ceil(batch_servings / capacity))
    if task.scaling == "batch" and "oven" not in kinds:
        minutes = math.ceil(minutes / usual)
    return Rounds(minutes, count, _side_by_side(task, fitted, kitchen, vessel_sizes, count))


def _capacities(
    task: Task, fitted: Fitted, kitchen: Kitchen, made: Amount, vessel_sizes: Mapping[str, int]
) -> list[tuple[int, int, int]]:
    """(portions at once, portions to make, the recipe's servings) for everything that limits the task."""
    limits: list[tuple[int, int, int]] = []
    kinds = [tool_kind(tool) for tool in fitted.tools]
    for kind, size in vessel_sizes.items():
        if kind in ("bowl", "jar") or ("oven" in kinds and kind not in OVEN_VESSELS and OVEN_VESSELS & set(kinds)):
            continue
        own = _largest(kitchen, kind, stand_ins=False) or _largest(kitchen, kind, stand_ins=True)
        if task.scaling == "batch":
            capacity = min(own, DEEP_FRY_PORTIONS) if task.action == "deep_fry" else own
            limits.append((capacity, made.mains, made.recipe_mains))
        else:
            limits.append((size, _food(made, own), 1))
    if task.scaling == "batch":
        limits += [(POOL_PORTIONS[kind], made.mains, made.recipe_mains) for kind in kinds if kind in POOL_PORTIONS]
    if "oven" in kinds and not limits:
        own = _largest(kitchen, "baking_sheet", stand_ins=True) or made.mains
        limits.append((own, made.mains if task.scaling == "batch" else _food(made, own), 1))
    return limits


def _side_by_side(task: Task, fitted: Fitted, kitchen: Kitchen, vessel_sizes: Mapping[str, int], count: int) -> int:
    """How many rounds may run at the same time: as many as there are places, vessels and eyes for them."""
    if task.attention == "hands_on" or count == 1:
        return 1
    places = [count]
    for kind in (tool_kind(tool) for tool in fitted.tools):
        if kind == "oven":
            places.append(max(oven.racks for oven in kitchen.ovens))
        elif kind == "burner":
            places.append(kitchen.burners)
        elif kind in POOLS:
            places.append(kitchen.equipment[kind])
    for kind, size in vessel_sizes.items():
        places.append(sum(number for _, portions, number in sizes(kitchen, kind) if portions >= size))
    if task.attention == "tend":
        places.append(kitchen.tend_capacity)
    return max(1, min(places))


def _food(made: Amount, own: int) -> int:
    """Portions to make, counted so that the recipe's own servings fit the vessel that it names."""
    return made.mains if made.recipe_mains <= own else math.ceil(made.mains * own / made.recipe_mains)


def _largest(kitchen: Kitchen, kind: str, *, stand_ins: bool) -> int:
    return max((portions for stock, portions, _ in sizes(kitchen, kind) if stand_ins or stock == kind), default=0)
