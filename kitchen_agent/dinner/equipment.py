"""Fits the equipment that a task asks for to the kitchen that there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kitchen_agent.kitchen import POOLS, UNLIMITED, Kitchen
from kitchen_agent.taskgraph import Task, tool_kind, vessel_letter

STAND_INS: Final[Mapping[str, Mapping[str, int]]] = {
    "pot": {"saucepan": 2, "dutch_oven": 2},
    "dutch_oven": {"pot": 1, "saucepan": 3, "frying_pan": 3},
    "saucepan": {"pot": 2},
    "wok": {"frying_pan": 2},
    "frying_pan": {"griddle": 1, "wok": 1},
    "griddle": {"frying_pan": 2},
    "roasting_pan": {"baking_dish": 2, "baking_sheet": 2},
    "baking_dish": {"roasting_pan": 2, "pie_dish": 2, "loaf_tin": 3, "cake_tin": 3},
    "cake_tin": {"pie_dish": 2},
    "pie_dish": {"cake_tin": 3},
    "bowl": {"jar": 1},
    "blender": {"food_processor": 1},
    "food_processor": {"blender": 1},
}
"""Which vessels may take another's place, if large enough, and how little a cook likes it (objective extra_work)."""

BROILER_CELSIUS: Final = 250
OVEN_CELSIUS: Final = 180
LOW_OVEN_CELSIUS: Final = 120
GRILL_WORDS: Final = frozenset({"grill", "broil"})


@dataclass(frozen=True)
class Method:
    """Another way to do what a missing thing does: `tools` in its place, the first of which keeps the letter."""

    tools: tuple[str, ...]
    words: str
    oven_celsius: int | None = None
    time_factor: int = 1


METHODS: Final[Mapping[str, tuple[Method, ...]]] = {
    "grill": (
        Method(("oven",), "under the oven's broiler", BROILER_CELSIUS),
        Method(("griddle", "burner"), "on a griddle"),
    ),
    "microwave": (Method(("saucepan", "burner"), "in a saucepan"),),
    "toaster": (
        Method(("oven",), "under the oven's broiler", BROILER_CELSIUS),
        Method(("frying_pan", "burner"), "in a frying pan"),
    ),
    "rice_cooker": (Method(("saucepan", "burner"), "in a saucepan"),),
    "deep_fryer": (Method(("pot", "burner"), "in a pot of hot oil"),),
    "slow_cooker": (Method(("dutch_oven", "oven"), "covered, in a low oven", LOW_OVEN_CELSIUS),),
    "steamer": (Method(("saucepan", "sieve"), "in a sieve over a saucepan"),),
    "stand_mixer": (Method(("bowl", "hand_mixer"), "with the hand mixer"), Method(("bowl",), "by hand", time_factor=2)),
    "hand_mixer": (Method(("stand_mixer",), "in the stand mixer"), Method((), "by hand", time_factor=2)),
    "pasta_machine": (Method(("rolling_pin",), "with the rolling pin", time_factor=2),),
    "rolling_pin": (Method((), "with a bottle"),),
}


@dataclass(frozen=True)
class Fitted:
    """A task's equipment in this kitchen: tools that exist, the oven's temperature, and what was changed.

    `void`: nothing is left to do, because the scheduler warms up the oven that takes the place of a grill.
    """

    tools: tuple[str, ...]
    oven_celsius: int | None
    time_factor: int = 1
    changes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    void: bool = False


def has(kitchen: Kitchen, kind: str) -> bool:
    """Whether `kitchen` has equipment of this kind, or a vessel that stands in for it."""
    if kind in UNLIMITED:
        return True
    if kind == "oven":
        return bool(kitchen.ovens)
    if kind == "board":
        return kitchen.boards > 0
    if kind == "burner":
        return kitchen.burners > 0
    if kind in POOLS:
        return kitchen.equipment[kind] > 0
    return next(sizes(kitchen, kind), None) is not None


def sizes(kitchen: Kitchen, kind: str) -> Iterator[tuple[str, int, int]]:
    """Stock kind, portions and count of every vessel that may be used as `kind`, its own kind first."""
    stand_ins = [stock for stock, kinds in STAND_INS.items() if kind in kinds]
    for stock in (kind, *stand_ins):
        for spec in kitchen.vessels[stock]:
            if spec.count:
                yield stock, spec.portions, spec.count


def fit(task: Task, kitchen: Kitchen) -> Fitted:
    """The equipment of `task` with what `kitchen` lacks replaced, or named in `missing`."""
    tools: list[str] = []
    celsius = task.oven_c
    factor, changes, missing = 1, [], []
    for tool in task.tools:
        kind, letter = tool_kind(tool), vessel_letter(tool)
        if has(kitchen, kind):
            tools.append(tool)
            continue
        method = next((way for way in METHODS.get(kind, ()) if all(has(kitchen, word) for word in way.tools)), None)
        if method is None:
            missing.append(kind)
            continue
        words = kind.replace("_", " ")
        changes.append(f"no {words} here: {method.words}")
        factor = max(factor, method.time_factor)
        celsius = method.oven_celsius or celsius
        if "oven" in method.tools and task.attention == "unattended" and not task.uses and len(task.tools) == 1:
            return Fitted((), None, void=True)
        tools += [f"{word}:{letter}" if letter and not number else word for number, word in enumerate(method.tools)]
    if any(tool_kind(tool) == "oven" for tool in tools):
        celsius, change = _within_reach(celsius or _usual_celsius(task), kitchen)
        changes += change
    return Fitted(tuple(dict.fromkeys(tools)), celsius, factor, tuple(changes), tuple(missing))


def _usual_celsius(task: Task) -> int:
    return BROILER_CELSIUS if task.action in GRILL_WORDS else OVEN_CELSIUS


def _within_reach(celsius: int, kitchen: Kitchen) -> tuple[int, list[str]]:
    """`celsius`, or the nearest temperature that some oven reaches, with the change in words."""
    reach = [min(max(celsius, oven.min_celsius), oven.max_celsius) for oven in kitchen.ovens]
    nearest = min(reach, key=lambda degrees: abs(degrees - celsius))
    if nearest == celsius:
        return celsius, []
    return nearest, [f"no oven here reaches {celsius} °C: {nearest} °C; watch the time"]
