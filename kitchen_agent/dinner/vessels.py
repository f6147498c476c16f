"""Which vessels a dish occupies, and how large they must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kitchen_agent.dinner.equipment import Fitted
from kitchen_agent.dinner.portions import OVEN_VESSELS, Amount, vessel_size
from kitchen_agent.kitchen import HOME_VESSELS, Kitchen
from kitchen_agent.taskgraph import HEAT_TOOLS, TaskGraph, tool_kind, vessel_letter

LOOSE: Final = frozenset({"bowl", "jar"})
"""Without a letter these hold food for moments only and never run out."""


@dataclass(frozen=True)
class Vessel:
    """One vessel of a dish: `tasks` are the ids of those that use it, `portions` what it must hold."""

    id: str
    kind: str
    portions: int
    tasks: tuple[int, ...]


def dish_vessels(graph: TaskGraph, fitted: Mapping[int, Fitted], kitchen: Kitchen, made: Amount) -> list[Vessel]:
    """The vessels of a dish in the order of their first use.

    A letter of the graph is one vessel from its first to its last task; a vessel without a letter serves its task
    only.
    """
    uses: dict[tuple[str, str], list[int]] = {}
    for task in graph.tasks:
        for tool in fitted[task.id].tools:
            kind, letter = tool_kind(tool), vessel_letter(tool)
            if kind in HOME_VESSELS and (letter or kind not in LOOSE):
                uses.setdefault((letter or f"{kind}{task.id}", kind), []).append(task.id)
    vessels = []
    for (name, kind), tasks in uses.items():
        whole = kind not in OVEN_VESSELS and any(
            graph.tasks[number - 1].scaling != "batch" and _heats(fitted[number]) for number in tasks
        )
        vessels.append(Vessel(name, kind, vessel_size(kitchen, kind, made, whole=whole), tuple(tasks)))
    return vessels


def _heats(fitted: Fitted) -> bool:
    return any(tool_kind(tool) in HEAT_TOOLS for tool in fitted.tools)
