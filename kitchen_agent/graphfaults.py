"""What is wrong with a draft: does it form a graph, and does it fit its recipe?

Each check is a function of the draft and the recipe that yields faults; `CHECKS` is the table of contents. The
sentences are written for the model, which gets them back, and for people, who see those that were mended.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from kitchen_agent.draft import Draft
from kitchen_agent.readings import temperatures, times
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import HEAT_TOOLS, WAIT_ACTIONS, Task, structural_faults, vessel_letter

OVEN_ACTIONS = frozenset({"bake", "roast", "broil"})
HOB_ACTIONS = frozenset({"boil", "simmer", "saute", "fry", "sear", "stir_fry", "poach", "melt", "reduce", "braise"})
HOB_VESSELS = frozenset(
    {"frying_pan", "saucepan", "pot", "wok", "dutch_oven", "griddle", "steamer", "pressure_cooker", "baking_sheet",
     "baking_dish", "roasting_pan", "pie_dish"}
)  # fmt: skip
OVEN_TOLERANCE_CELSIUS = 15
SHORT_MINUTES = 3
LONG_MINUTES = 30
WORK_MINUTES_MAX = 600
"""Longer than this nobody stands at one piece of work, unless the recipe says so."""
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")
_IF = re.compile(r"\bif\b", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """One way in which a draft is wrong.

    `task` is the id of the task it is about, if it is about one; `missed_step` the index of a step whose stated time
    no task takes.
    """

    sentence: str
    task: int | None = None
    missed_step: int | None = None


def faults(draft: Draft, recipe: Recipe) -> list[Fault]:
    """Every fault of `draft` as a graph of `recipe`, in the order of `CHECKS`."""
    return [fault for check in CHECKS for fault in check(draft, recipe)]


def _forms_a_graph(draft: Draft, recipe: Recipe) -> Iterator[Fault]:
    """The tasks have ids 1, 2, 3, …, need only earlier tasks, and end in one finished dish."""
    for sentence in structural_faults(draft.tasks):
        yield Fault(sentence)


def _refers_to_the_recipe(draft: Draft, recipe: Recipe) -> Iterator[Fault]:
    """Steps and ingredients exist, and every task comes from some step."""
    for task in draft.tasks:
        if not task.steps:
            yield Fault(f"task {task.id} names no step of the recipe", task.id)
        if lost := [step + 1 for step in task.steps if not 0 <= step < len(recipe.steps)]:
            yield Fault(f"task {task.id} names steps {lost}; the recipe has {len(recipe.steps)}", task.id)
        if any(not 0 <= use < len(recipe.ingredients) for use in task.uses):
            yield Fault(f"task {task.id} uses an ingredient that is not in the list", task.id)


def _uses_ingredients_once(draft: Draft, recipe: Recipe) -> Iterator[Fault]:
    """An ingredient enters the dish once; one that nobody uses is missing unless it is optional."""
    counts = Counter(use for task in draft.tasks for use in set(task.uses))
    for index, line in enumerate(recipe.ingredients):
        if counts[index] > 1:
            yield Fault(f"ingredient '{line}' enters in {counts[index]} tasks; it enters once")
        elif not counts[index] and "optional" not in line.lower():
            yield Fault(f"ingredient '{line}' is used in no task")


def _covers_timed_steps(draft: Draft, recipe: Recipe) -> Iterator[Fault]:
    """A step with a time is cooked in some task; what is done only if need be is not."""
    for index in _uncovered(draft, recipe):
        if any(times(sentence) for sentence in _unconditional(recipe.steps[index])):
            yield Fault(
                f"step {index + 1} states a time, but no task covers it", missed_step=_missed(index, draft, recipe)
            )


def _keeps_stated_times(draft: Draft, recipe: Recipe) -> Iterator[Fault]:
    """A time that the text states for a step is the time of a task of that step, and the reverse."""
    for task in draft.tasks:
        if task.stated and not stated_for(task, recipe):
            yield Fault(f"task {task.id} says that {task.minutes} minutes are stated, but its steps do not", task.id)
    for index, step in enumerate(recipe.steps):
        tasks = [task for task in draft.tasks if index in task.steps]
        minutes = {task.minutes for task in tasks}
        stated = [reading.value for reading in times(step) if reading.value >= SHORT_MINUTES]
        if tasks and stated and not minutes.intersection(stated) and sum(stated) not in minutes:
            yield Fault(
                f"step {index + 1} states {stated[0]} minutes, but none of its tasks takes that",
                missed_step=_missed(index, draft, recipe),
            )


def _missed(index: int, draft: Draft, recipe: Recipe) -> int | None:
    """The step, unless a task of the step before or after takes its time: recipes say some things twice.

    A short time that is not stated there may be the same by chance.
    """
    near = {
        task.minutes
        for task in draft.tasks
        if (task.stated or task.minutes >= LONG_MINUTES) and any(abs(step - index) <= 1 for step in task.steps)
    }
    return None if near.intersection(reading.value for reading in times(recipe.steps[index])) else index


def _heats_with_something(draft: Draft, recipe: Recipe) -> Iterator[Fault]:
    """Cooking needs a source of heat, the oven a temperature, and the hob a vessel."""
    for task in draft.tasks:
        kinds = set(task.kinds)
        if task.action in OVEN_ACTIONS | HOB_ACTIONS and not kinds & set(HEAT_TOOLS):
            heat = "the oven" if task.action in OVEN_ACTIONS else "a burner"
            yield Fault(f"task {task.id} ({task.action}) uses no source of heat such as {heat}", task.id)
        if "oven" in kinds and task.oven_c is None:
            yield Fault(f"task {task.id} uses the oven without a temperature", task.id)
        if "burner" in kinds and not kinds & HOB_VESSELS:
            yield Fault(f"task {task.id} uses a burner without a vessel", task.id)


def _keeps_stated_temperature(draft: Draft, recipe: Recipe) -> Iterator[Fault]:
    """Where the text states oven temperatures, the oven has one of them."""
    stated = {reading.value for step in recipe.steps for reading in temperatures(step)}
    for task in draft.tasks:
        if task.oven_c is None or task.action == "broil" or not stated:
            continue
        if all(abs(task.oven_c - celsius) > OVEN_TOLERANCE_CELSIUS for celsius in stated):
            yield Fault(f"task {task.id} sets the oven to {task.oven_c}, the text says {sorted(stated)}", task.id)


def _shares_vessels_in_order(draft: Draft, recipe: Recipe) -> Iterator[Fault]:
    """Two tasks with one vessel follow each other: one needs the other."""
    before = needs_closure(draft.tasks)
    for letter, ids in vessel_tasks(draft.tasks).items():
        for first, second in pairwise(ids):
            if first not in before.get(second, ()):
                yield Fault(f"tasks {first} and {second} share vessel {letter}, but none needs the other", second)


def _waits_alone(draft: Draft, recipe: Recipe) -> Iterator[Fault]:
    """Waiting longer than a few minutes keeps no cook busy."""
    for task in draft.tasks:
        if task.action in WAIT_ACTIONS and task.attention == "hands_on" and task.minutes > 10:
            yield Fault(f"task {task.id} ({task.action}) keeps a cook for {task.minutes} minutes of waiting", task.id)


def _works_for_hours(draft: Draft, recipe: Recipe) -> Iterator[Fault]:
    """Nobody works on one thing without end."""
    for task in draft.tasks:
        if works_too_long(task, recipe):
            yield Fault(f"task {task.id} ({task.action}) keeps a cook for {task.minutes} minutes", task.id)


CHECKS: tuple[Callable[[Draft, Recipe], Iterator[Fault]], ...] = (
    _forms_a_graph,
    _refers_to_the_recipe,
    _uses_ingredients_once,
    _covers_timed_steps,
    _keeps_stated_times,
    _heats_with_something,
    _keeps_stated_temperature,
    _shares_vessels_in_order,
    _waits_alone,
    _works_for_hours,
)


def passed_over(draft: Draft, recipe: Recipe) -> list[str]:
    """A sentence for each step without a time that no task covers: it may be work, or only good advice."""
    return [
        f"no task covers step {index + 1} ('{recipe.steps[index]}')"
        for index in _uncovered(draft, recipe)
        if not times(recipe.steps[index]) and _unconditional(recipe.steps[index])
    ]


def _uncovered(draft: Draft, recipe: Recipe) -> list[int]:
    covered = {step for task in draft.tasks for step in task.steps}
    return [index for index in range(len(recipe.steps)) if index not in covered]


def _unconditional(step: str) -> list[str]:
    """The sentences of a step that say what is done in any case."""
    return [sentence for sentence in _SENTENCE_END.split(step) if not _IF.search(sentence)]


def needs_closure(tasks: tuple[Task, ...]) -> dict[int, set[int]]:
    """For each task id the ids of all tasks that must be finished before it, directly or not."""
    before: dict[int, set[int]] = {}
    for task in tasks:
        direct = {earlier for earlier in task.after if earlier in before}
        before[task.id] = direct.union(*(before[earlier] for earlier in direct))
    return before


def vessel_tasks(tasks: tuple[Task, ...]) -> dict[str, list[int]]:
    """For each vessel letter the ids of the tasks that use it, in list order."""
    found: dict[str, list[int]] = {}
    for task in tasks:
        for letter in {vessel_letter(tool) for tool in task.tools} - {""}:
            found.setdefault(letter, []).append(task.id)
    return found


def stated_minutes(task: Task, recipe: Recipe) -> list[int]:
    """The times that the text of the task's steps and ingredients states, in minutes."""
    lines = [recipe.steps[step] for step in task.steps if 0 <= step < len(recipe.steps)]
    lines += [recipe.ingredients[use] for use in task.uses if 0 <= use < len(recipe.ingredients)]
    return [reading.value for line in lines for reading in times(line)]


def stated_for(task: Task, recipe: Recipe) -> bool:
    """Whether the task's minutes are a stated time, a sum of stated times, or whole rounds of one."""
    rounds_of = [minutes for minutes in stated_minutes(task, recipe) if minutes >= SHORT_MINUTES]
    return is_stated(task, recipe) or any(task.minutes % minutes == 0 for minutes in rounds_of)


def works_too_long(task: Task, recipe: Recipe) -> bool:
    """Whether a cook would be busy with the task for longer than anybody is, and the recipe does not say so."""
    return task.attention != "unattended" and task.minutes > WORK_MINUTES_MAX and not is_stated(task, recipe)


def is_stated(task: Task, recipe: Recipe) -> bool:
    """Whether the task's minutes are a stated time or a sum of stated times that follow each other."""
    stated = stated_minutes(task, recipe)
    return task.minutes in {sum(stated[i:j]) for i in range(len(stated)) for j in range(i + 1, len(stated) + 1)}
