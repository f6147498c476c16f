"""Which tasks touch raw meat, raw fish, or food that nobody heats any more.

Food safety guides ask for washed hands and boards between the three (for example the Codex Alimentarius' General
Principles of Food Hygiene, CXC 1-1969). The class of a task follows from plain words:

=============== =====================================================================================
class           task
=============== =====================================================================================
``raw_meat``    hands-on work or a wait whose ingredients (or name) name meat or poultry, or that goes
                on with what such a task left raw; heat ends it. Cured and cooked meat does not count.
``raw_fish``    the same for fish and shellfish
``ready_to_eat`` hands-on work on food that meets no heat afterwards: salads, desserts, garnish, plating
``none``        everything else
=============== =====================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kitchen_agent.taskgraph import HEAT_ACTIONS, HEAT_TOOLS, Task, TaskGraph
from scheduler.problem import Hygiene

_MEAT: Final = re.compile(
    r"\b(?:chickens?|beef|pork|lamb|veal|turkey|ducks?|goose|quails?|rabbit|venison|mutton|liver|kidneys?|steaks?"
    r"|mince|minced meat|ground meat|meatballs?|sausages?|bratwurst|ribs|oxtail|brisket|sirloin|drumsticks?|poultry)\b",
    re.IGNORECASE,
)
_FISH: Final = re.compile(
    r"\b(?:fish|salmon|cod|haddock|trout|tuna|sole|halibut|mackerel|sardines?|herring|bass|bream|monkfish|tilapia"
    r"|shrimps?|prawns?|scampi|mussels?|clams?|oysters?|scallops?|squid|octopus|crabs?|lobsters?|crayfish|eel)\b",
    re.IGNORECASE,
)
_NOT_RAW: Final = re.compile(
    r"\b(?:cooked|smoked|cured|dried|canned|tinned|can of|tin of|corned|stock|broth|bouillon|cube|consomm[eé]|gravy"
    r"|sauce|paste|powder|seasoning|fat|dripping|jerky|ham|stuffing mix|roasted|leftover|goose ?berr\w+)\b",
    re.IGNORECASE,
)


def classes(graph: TaskGraph, ingredients: Sequence[str]) -> dict[int, Hygiene]:
    """The hygiene class of each task, by id; `ingredients` are the recipe's lines."""
    raw: dict[int, Hygiene] = {}
    for task in graph.tasks:
        raw[task.id] = _left_raw(task, raw, ingredients)
    heated_later = _heated_later(graph)
    result: dict[int, Hygiene] = {}
    for task in graph.tasks:
        touched: Hygiene = "none" if _heats(task) else raw[task.id]
        if touched == "none" and task.attention == "hands_on" and not _heats(task) and task.id not in heated_later:
            touched = "ready_to_eat"
        lies = task.attention == "unattended" or "board" in task.kinds
        result[task.id] = touched if lies or task.attention == "hands_on" else "none"
    return result


def _left_raw(task: Task, raw: dict[int, Hygiene], ingredients: Sequence[str]) -> Hygiene:
    """What the task leaves raw: nothing after heat, else what it takes in or was handed."""
    if _heats(task):
        return "none"
    lines = [ingredients[index] for index in task.uses if index < len(ingredients)]
    found: list[Hygiene] = [raw[before] for before in task.after if raw[before] in ("raw_meat", "raw_fish")]
    for line in lines:
        if not _NOT_RAW.search(line):
            if _MEAT.search(line):
                found.append("raw_meat")
            if _FISH.search(line):
                found.append("raw_fish")
    if "raw_meat" in found:
        return "raw_meat"
    return "raw_fish" if found else "none"


def _heated_later(graph: TaskGraph) -> set[int]:
    """The tasks whose result is heated afterwards."""
    later: set[int] = set()
    for task in reversed(graph.tasks):
        if _heats(task) or task.id in later:
            later.update(task.after)
    return later


def _heats(task: Task) -> bool:
    return task.action in HEAT_ACTIONS or bool(set(task.kinds) & set(HEAT_TOOLS))
