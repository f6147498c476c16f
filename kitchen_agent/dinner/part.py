"""One dish of a dinner, in the scheduler's words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kitchen_agent.dinner.equipment import Fitted, fit
from kitchen_agent.dinner.garnish import optional_tasks
from kitchen_agent.dinner.hygiene import classes
from kitchen_agent.dinner.lags import dish_links, task_minutes
from kitchen_agent.dinner.portions import Amount, Rounds, amount, rounds
from kitchen_agent.dinner.shares import cut, links_of_shares
from kitchen_agent.dinner.vessels import Vessel, dish_vessels
from kitchen_agent.errors import EquipmentError
from kitchen_agent.kitchen import POOLS
from kitchen_agent.menu import DinnerRequest, DishRequest
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import HEAT_TOOLS, TaskGraph, tool_kind
from kitchen_agent.taskgraph import Task as GraphTask
from scheduler.problem import Hygiene, Link, Need, OvenUse, Task

LIGHT_ACTIONS: Final = frozenset(
    {"wash", "peel", "chop", "grate", "measure", "mix", "season", "coat", "spread", "strain", "drain", "garnish"}
)
"""Hands-on work, away from the heat, that a cook can put down to stir a pot."""
FIRE: Final = frozenset({"burner", "grill", "oven", "deep_fryer", "smoker", "toaster", "waffle_iron"})
GENTLE_CELSIUS: Final = 60
"""An oven up to this temperature dries or proves; nobody has to stay with it."""

STARTER_MINUTES: Final = 1
STARTER_SUFFIX: Final = ".start"


@dataclass(frozen=True)
class Part:
    """A dish with its task graph, the amount made, its vessels, its converted tasks and what was changed.

    `tasks` has one task for each of the graph's, in their order, `shares` what each of them, by id, is cut into.
    `starters` maps tasks that need nobody, and that no cook's task leads to, to the moment of work that sets them
    going; it ends when its task starts.
    """

    request: DishRequest
    graph: TaskGraph
    made: Amount
    vessels: tuple[Vessel, ...]
    tasks: tuple[Task, ...]
    shares: dict[str, tuple[Task, ...]]
    starters: dict[int, Task]
    links: tuple[Link, ...]
    notes: tuple[str, ...]

    @property
    def minutes(self) -> dict[int, int]:
        """The minutes of each task of the graph for a competent cook, all rounds with as many at once as allowed."""
        return {number: task_minutes(task) for number, task in enumerate(self.tasks, 1)}

    @property
    def all_tasks(self) -> tuple[Task, ...]:
        """Starters and shares, in an order in which one cook could do them."""
        return tuple(
            task
            for number, main in enumerate(self.tasks, 1)
            for task in (*([self.starters[number]] if number in self.starters else []), *self.shares[main.id])
        )


def make_parts(
    request: DinnerRequest, graphs: Mapping[str, TaskGraph], recipes: Mapping[str, Recipe]
) -> tuple[Part, ...]:
    """Every dish of the request, converted. Raises EquipmentError with everything that the kitchen lacks."""
    fitted = {
        dish.id: {task.id: fit(task, request.kitchen) for task in graphs[dish.id].tasks} for dish in request.dishes
    }
    if faults := [fault for dish in request.dishes for fault in _lacks(dish, graphs[dish.id], fitted[dish.id])]:
        raise EquipmentError(faults)
    return tuple(_part(request, dish, graphs[dish.id], recipes[dish.id], fitted[dish.id]) for dish in request.dishes)


def _lacks(dish: DishRequest, graph: TaskGraph, fitted: Mapping[int, Fitted]) -> Iterator[str]:
    """A sentence for each thing that the kitchen lacks for this dish, with the first task that needs it."""
    needed: dict[str, list[str]] = {}
    for task in graph.tasks:
        for kind in fitted[task.id].missing:
            needed.setdefault(kind, []).append(task.name)
    for kind, (first, *others) in needed.items():
        more = f" and {len(others)} more task{'s' if len(others) > 1 else ''}" if others else ""
        yield (
            f"{dish.name}, {first!r}{more}: this kitchen has no {kind.replace('_', ' ')} and nothing to do it with; "
            f"give the kitchen one ({_where_to_add(kind)}) or choose another dish"
        )


def _where_to_add(kind: str) -> str:
    if kind in ("oven", "burner", "board"):
        return f"{kind}s: 1"
    return f"{'equipment' if kind in POOLS else 'vessels'}: {{{kind}: 1}}"


def _part(
    request: DinnerRequest, dish: DishRequest, graph: TaskGraph, recipe: Recipe, fitted: Mapping[int, Fitted]
) -> Part:
    made = amount(dish, graph, request.guests)
    vessels = tuple(dish_vessels(graph, fitted, request.kitchen, made))
    hygiene, optional = classes(graph, recipe.ingredients), optional_tasks(graph)
    refused = {word.lower() for cook in request.cooks for word in cook.refuses}
    tasks, notes = [], []
    for task in graph.tasks:
        used = [vessel for vessel in vessels if task.id in vessel.tasks]
        work = rounds(task, fitted[task.id], request.kitchen, made, {vessel.kind: vessel.portions for vessel in used})
        lines = [recipe.ingredients[index] for index in task.uses if index < len(recipe.ingredients)]
        tags = _tags(task, fitted[task.id], lines, refused)
        converted = _task(dish.id, task, fitted[task.id], work, used, tags, hygiene[task.id])
        tasks.append(converted.model_copy(update={"optional": task.id in optional}))
        notes += [f"{dish.name}, {task.name!r}: {change}." for change in fitted[task.id].changes]
    starters = {
        task.id: _starter(tasks[task.id - 1])
        for task in graph.tasks
        if _needs_starter(task, graph) and not fitted[task.id].void
    }
    linear = {f"{dish.id}/{task.id}" for task in graph.tasks if task.scaling == "linear"}
    shares = cut(tasks, linear, request.cooks)
    links = links_of_shares(dish_links(dish.id, graph, tasks, request.kitchen), shares)
    links += [
        Link(before=starter.id, after=tasks[number - 1].id, max_lag_minutes=0) for number, starter in starters.items()
    ]
    return Part(dish, graph, made, vessels, tuple(tasks), shares, starters, tuple(links), tuple(notes))


def _needs_starter(task: GraphTask, graph: TaskGraph) -> bool:
    """Whether nobody is there to set the task going: it needs no cook, takes something new, and follows no cook."""
    before = [graph.tasks[number - 1] for number in task.after]
    new_heat = {kind for kind in task.kinds if kind in HEAT_TOOLS and all(kind not in other.kinds for other in before)}
    return (
        task.attention == "unattended"
        and all(other.attention == "unattended" for other in before)
        and bool(task.uses or new_heat or not before)
    )


def _starter(task: Task) -> Task:
    """The moment in which a cook sets `task` going: fills the pot, covers the bowl, opens the oven."""
    return Task(
        id=f"{task.id}{STARTER_SUFFIX}",
        name=f"Start: {task.name}",
        dish=task.dish,
        minutes=min(task.minutes, STARTER_MINUTES),
        attention="hands_on",
        light=True,
        optional=task.optional,
        tags=task.tags,
        vessels=task.vessels,
    )


def _task(
    dish: str,
    task: GraphTask,
    fitted: Fitted,
    work: Rounds,
    used: Sequence[Vessel],
    tags: tuple[str, ...],
    hygiene: Hygiene,
) -> Task:
    kinds = Counter(tool_kind(tool) for tool in fitted.tools)
    pools = {kind: count for kind, count in kinds.items() if kind == "burner" or kind in POOLS}
    oven = OvenUse(celsius=fitted.oven_celsius) if "oven" in kinds and fitted.oven_celsius is not None else None
    gentle = oven is not None and oven.celsius <= GENTLE_CELSIUS
    return Task(
        id=f"{dish}/{task.id}",
        name=task.name,
        dish=dish,
        minutes=work.minutes,
        rounds=work.count,
        max_pans=work.at_once,
        attention=task.attention,
        skill=task.skill,
        tags=tags,
        light=_is_light(task, kinds, hygiene),
        needs=tuple(Need(equipment=kind, units=count) for kind, count in sorted(pools.items())),
        oven=oven,
        vessels=tuple(vessel.id for vessel in used),
        board="board" in kinds,
        hygiene=hygiene,
        on_fire=bool(kinds.keys() & FIRE) and not gentle,
    )


def _is_light(task: GraphTask, kinds: Collection[str], hygiene: Hygiene) -> bool:
    """Whether the cook can put the work down for a moment to stir a pot; not with raw meat or fish on the hands."""
    quiet = task.attention == "hands_on" and task.action in LIGHT_ACTIONS and not set(kinds) & FIRE
    return quiet and hygiene not in ("raw_meat", "raw_fish")


def _tags(task: GraphTask, fitted: Fitted, ingredients: Sequence[str], refused: set[str]) -> tuple[str, ...]:
    """The action, the equipment, and those words of the task and its ingredients that some cook refuses."""
    tags = {task.action, *(tool_kind(tool) for tool in fitted.tools)}
    text = " ".join([task.name, *ingredients]).lower()
    tags |= {word for word in refused if re.search(rf"\b{re.escape(word)}(?:e?s)?\b", text)}
    return tuple(sorted(tags))
