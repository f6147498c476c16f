"""Mechanical repairs of a draft, where one is safe: the meaning of the work does not change.

Each mend is a function of the draft and the recipe that returns the mended tasks and one note for each change, in
which a task is "task 3"; `MENDS` is the order in which they run. What no mend can put right is a fault of the draft.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from string import ascii_lowercase

from kitchen_agent.draft import Draft
from kitchen_agent.graphfaults import (
    HOB_ACTIONS,
    HOB_VESSELS,
    OVEN_ACTIONS,
    OVEN_TOLERANCE_CELSIUS,
    SHORT_MINUTES,
    WORK_MINUTES_MAX,
    is_stated,
    needs_closure,
    stated_for,
    vessel_tasks,
    works_too_long,
)
from kitchen_agent.readings import POTS_AND_PANS, hob_vessels, temperatures, times
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import (
    FINISH_ACTIONS,
    HEAT_ACTIONS,
    HEAT_TOOLS,
    OVEN_CELSIUS_RANGE,
    WAIT_ACTIONS,
    Task,
    final_ids,
    tool_kind,
    vessel_letter,
)
from kitchen_agent.tasknames import plain_names

TYPICAL_OVEN_CELSIUS = 180
BROILER_CELSIUS = 250
WET_ACTIONS = frozenset({"boil", "simmer", "poach", "braise", "reduce"})
SHORT_MINUTES_OF_LIQUID = 10
MOMENT_MINUTES = 5
_WORD = re.compile(r"[a-z]{3,}")
_ROUNDS = re.compile(r"\b(?:repeat|batch|batches|alternat\w+)\b", re.IGNORECASE)
_FILLER = frozenset({
    "and", "the", "for", "cup", "cups", "tbsp", "tsp", "teaspoon", "teaspoons", "tablespoon", "tablespoons",
    "ounce", "ounces", "pound", "pounds", "large", "small", "medium", "fresh", "chopped", "sliced", "diced",
    "minced", "grated", "peeled", "finely", "ground", "dried", "freshly", "taste", "cut", "into", "pieces", "about",
})  # fmt: skip

Mended = tuple[list[Task], list[str]]


def mend(draft: Draft, recipe: Recipe) -> tuple[Draft, tuple[str, ...]]:
    """`draft` with every mend applied, and a sentence for each thing that changed."""
    notes: list[str] = []
    for apply in MENDS:
        tasks, changes = apply(draft, recipe)
        draft = draft.model_copy(update={"tasks": tuple(tasks)})
        notes += changes
    if draft.serve in ("hot", "warm") and not any(_heats(task) for task in draft.tasks):
        draft = draft.model_copy(update={"serve": "room"})
        notes.append("nothing heats it: it is served at room temperature")
    return draft, tuple(notes)


def _heats(task: Task) -> bool:
    return task.action in HEAT_ACTIONS or bool(set(task.kinds) & set(HEAT_TOOLS))


def _number_tasks(draft: Draft, recipe: Recipe) -> Mended:
    """Ids count from 1 in list order, and a need that names no earlier task is dropped."""
    tasks, notes = [], []
    place: dict[int, int] = {}
    for number, task in enumerate(draft.tasks, 1):
        after = tuple(sorted({place[before] for before in task.after if before in place}))
        if task.id != number:
            notes.append(f"task {number} had another number")
        if len(after) != len(task.after):
            notes.append(f"task {number}: a need that names no earlier task is dropped")
        place[task.id] = number
        tasks.append(task.model_copy(update={"id": number, "after": after}))
    return tasks, notes


def _stay_in_the_recipe(draft: Draft, recipe: Recipe) -> Mended:
    """References to steps and ingredients that do not exist go; a task without a step belongs to the one before."""
    tasks: list[Task] = []
    notes, entered = [], set[int]()
    for task in draft.tasks:
        steps = tuple(step for step in dict.fromkeys(task.steps) if 0 <= step < len(recipe.steps))
        steps = steps or (tasks[-1].steps[-1:] if tasks else (0,))
        uses = tuple(
            use for use in dict.fromkeys(task.uses) if 0 <= use < len(recipe.ingredients) and use not in entered
        )
        entered.update(uses)
        if (steps, uses) != (task.steps, task.uses):
            notes.append(f"task {task.id}: steps and ingredients that it named wrongly are put right")
        tasks.append(task.model_copy(update={"steps": steps, "uses": uses}))
    return tasks, notes


def _come_from_what_states_the_time(draft: Draft, recipe: Recipe) -> Mended:
    """A task with a stated time that none of its steps states comes from the only step that does, too.

    Not when another task takes that step's time already: it is stated for one of them. That a time is a multiple of
    what its own step states says something only where work is done in rounds.
    """
    stating: dict[int, list[int]] = {}
    for index, step in enumerate(recipe.steps):
        for minutes in {reading.value for reading in times(step) if reading.value >= SHORT_MINUTES}:
            stating.setdefault(minutes, []).append(index)
    taken = {(step, task.minutes) for task in draft.tasks if task.stated for step in task.steps}
    tasks = []
    for task in draft.tasks:
        steps = stating.get(task.minutes, [])
        claimed = is_stated(task, recipe) or (stated_for(task, recipe) and not _takes_time(task))
        if task.stated and len(steps) == 1 and (steps[0], task.minutes) not in taken and not claimed:
            task = task.model_copy(update={"steps": tuple(sorted({*task.steps, *steps}))})
        tasks.append(task)
    return tasks, []


def _use_what_is_named(draft: Draft, recipe: Recipe) -> Mended:
    """An ingredient that no task uses enters with the task whose step names it best, the first of them."""
    tasks, notes = list(draft.tasks), []
    used = {use for task in tasks for use in task.uses}
    texts = [" ".join([task.name, *(recipe.steps[step] for step in task.steps)]).lower() for task in tasks]
    for index, line in enumerate(recipe.ingredients):
        if index in used or "optional" in line.lower():
            continue
        words = set(_WORD.findall(line.lower())) - _FILLER
        named = [len(words & set(_WORD.findall(text))) for text in texts]
        if most := max(named, default=0):
            place = named.index(most)
            tasks[place] = tasks[place].model_copy(update={"uses": (*tasks[place].uses, index)})
            notes.append(f"the recipe's '{line}' goes in at task {tasks[place].id}")
    return tasks, notes


def _one_letter_one_vessel(draft: Draft, recipe: Recipe) -> Mended:
    """A letter that stands for two kinds of vessel is split."""
    kinds: dict[str, str] = {}
    renamed: dict[tuple[str, str], str] = {}
    notes: list[str] = []
    taken = {vessel_letter(tool) for task in draft.tasks for tool in task.tools}

    def rename(tool: str, task: Task) -> str:
        kind, letter = tool_kind(tool), vessel_letter(tool)
        if not letter or kinds.setdefault(letter, kind) == kind:
            return tool
        if (kind, letter) not in renamed:
            renamed[kind, letter] = next(other for other in ascii_lowercase if other not in taken)
            taken.add(renamed[kind, letter])
            notes.append(f"task {task.id} takes a {kind.replace('_', ' ')} of its own")
        return f"{kind}:{renamed[kind, letter]}"

    tasks = []
    for task in draft.tasks:
        tools = tuple(dict.fromkeys(rename(tool, task) for tool in task.tools))
        tasks.append(task.model_copy(update={"tools": tools}))
    return tasks, notes


def _cook_in_what_is_named(draft: Draft, recipe: Recipe) -> Mended:
    """A vessel whose steps name one pot or pan of the hob, and no other, is that one.

    It is so for 98 of 100 such vessels in annotated graphs. Not when another vessel of the draft is of that kind
    already, nor for a pot in which nothing cooks in liquid for long: it may be the one that comes after the pan.
    """
    kinds = {kind for task in draft.tasks for kind in task.kinds}
    lettered = {vessel_letter(tool): tool_kind(tool) for task in draft.tasks for tool in task.tools}
    renamed, notes = dict[str, str](), []
    for letter, kind in lettered.items():
        own = [task for task in draft.tasks if f"{kind}:{letter}" in task.tools]
        named = hob_vessels(" ".join(recipe.steps[step] for step in {step for task in own for step in task.steps}))
        wet = sum(task.minutes for task in own if task.action in WET_ACTIONS)
        if letter and kind in POTS_AND_PANS and len(named) == 1 and not named & kinds:
            (other,) = named
            if other not in ("pot", "dutch_oven") or wet > SHORT_MINUTES_OF_LIQUID:
                renamed[f"{kind}:{letter}"] = f"{other}:{letter}"
                notes.append(f"task {own[0].id} takes the {other.replace('_', ' ')} that the recipe names")
    return [
        task.model_copy(update={"tools": tuple(renamed.get(tool, tool) for tool in task.tools)}) for task in draft.tasks
    ], notes


def _heat_with_something(draft: Draft, recipe: Recipe) -> Mended:
    """Baking gets the oven, boiling and frying a burner and a vessel."""
    tasks, notes = [], []
    for task in draft.tasks:
        kinds = set(task.kinds)
        tools = task.tools
        if task.action in OVEN_ACTIONS and not kinds & set(HEAT_TOOLS):
            tools = ("oven", *tools)
        elif task.action in HOB_ACTIONS and not kinds & set(HEAT_TOOLS):
            tools = ("burner", *tools)
        if "burner" in tools and not kinds & HOB_VESSELS:
            tools = (*tools, "frying_pan" if task.action in {"fry", "saute", "sear"} else "saucepan")
        if tools != task.tools:
            added = " and ".join(tool.replace("_", " ") for tool in tools if tool not in task.tools)
            notes.append(f"task {task.id} also takes: {added}")
        tasks.append(task.model_copy(update={"tools": tools}))
    return tasks, notes


def _set_the_oven(draft: Draft, recipe: Recipe) -> Mended:
    """The oven has the temperature that the text states, else a typical one; nothing else has a temperature."""
    tasks, notes = [], []
    for task in draft.tasks:
        celsius = _oven_celsius(task, recipe) if "oven" in task.kinds else None
        if celsius != task.oven_c:
            notes.append(f"task {task.id} " + (f"has the oven at {celsius} °C" if celsius else "needs no oven"))
        tasks.append(task.model_copy(update={"oven_c": celsius}))
    return tasks, notes


def _oven_celsius(task: Task, recipe: Recipe) -> int:
    low, high = OVEN_CELSIUS_RANGE
    written = task.oven_c if task.oven_c is not None and low <= task.oven_c <= high else None
    own = [reading.value for step in task.steps for reading in temperatures(recipe.steps[step])]
    stated = [c for c in own or [r.value for step in recipe.steps for r in temperatures(step)] if 95 < c <= high]
    if task.action == "broil":
        return written or BROILER_CELSIUS
    if not stated:
        return written or TYPICAL_OVEN_CELSIUS
    nearest = min(stated, key=lambda celsius: abs(celsius - (written or stated[0])))
    return written if written and abs(written - nearest) <= OVEN_TOLERANCE_CELSIUS else nearest


def _keep_stated_times(draft: Draft, recipe: Recipe) -> Mended:
    """A time that the text states for a step belongs to the one task that cooks or waits in it."""
    tasks, notes = list(draft.tasks), []
    for place, task in enumerate(tasks):
        if task.stated and not stated_for(task, recipe):
            tasks[place] = task.model_copy(update={"stated": False})
    for index, step in enumerate(recipe.steps):
        open_times = [reading.value for reading in times(step) if reading.value >= SHORT_MINUTES]
        here = [place for place, task in enumerate(tasks) if index in task.steps]
        if (
            not open_times
            or _ROUNDS.search(step)
            or any(tasks[place].minutes in {*open_times, sum(open_times)} for place in here)
        ):
            continue
        able = [place for place in here if _takes_time(tasks[place])]
        if (
            len(open_times) == 1
            and len(able) == 1
            and not (tasks[able[0]].stated and is_stated(tasks[able[0]], recipe))
        ):
            place = able[0]
            tasks[place] = tasks[place].model_copy(update={"minutes": open_times[0], "stated": True})
            notes.append(f"task {tasks[place].id} takes the {open_times[0]} minutes that step {index + 1} states")
    return tasks, notes


def _takes_time(task: Task) -> bool:
    """Whether a stated time can only mean this task's minutes: those of rounds are a multiple of it."""
    return task.action in (*HEAT_ACTIONS, *WAIT_ACTIONS) and task.scaling != "batch"


def _share_vessels_in_order(draft: Draft, recipe: Recipe) -> Mended:
    """Food that stays in a vessel is worked on in list order."""
    tasks, notes = list(draft.tasks), []
    for _, ids in sorted(vessel_tasks(draft.tasks).items()):
        for first, second in pairwise(ids):
            task = tasks[second - 1]
            if first not in needs_closure(tuple(tasks))[second]:
                tasks[second - 1] = task.model_copy(update={"after": tuple(sorted({*task.after, first}))})
                notes.append(f"task {second} comes after task {first}, which has the same vessel")
    return tasks, notes


def _finish_once(draft: Draft, recipe: Recipe) -> Mended:
    """A dish is finished once: a result that nobody uses goes into the next task that does not start something new.

    In three of four annotated graphs that is where it belongs, or leads there, and in one of 25 it is out of place;
    the last task would always be possible, but mostly too late: what is baked must be mixed before.
    """
    tasks, notes = list(draft.tasks), []
    for number in final_ids(draft.tasks)[:-1]:
        follower = next((task for task in tasks[number:] if task.after or not task.uses), tasks[-1])
        tasks[follower.id - 1] = follower.model_copy(update={"after": tuple(sorted({*follower.after, number}))})
        notes.append(f"task {follower.id} comes after task {number}, which nothing else needed")
    return tasks, notes


def _wait_alone(draft: Draft, recipe: Recipe) -> Mended:
    """Waiting keeps no cook busy; finishing always does, and so does a drainer or sieve for a moment."""
    tasks, notes = [], []
    for task in draft.tasks:
        attention = task.attention
        if task.action in WAIT_ACTIONS and task.attention == "hands_on" and task.minutes > 10:
            attention = "unattended"
        elif task.attention == "unattended" and (
            task.action in FINISH_ACTIONS or (_is_drained(task) and task.minutes <= MOMENT_MINUTES)
        ):
            attention = "hands_on"
        if attention != task.attention:
            notes.append(f"task {task.id} needs " + ("nobody" if attention == "unattended" else "a cook"))
        tasks.append(task.model_copy(update={"attention": attention}))
    return tasks, notes


def _is_drained(task: Task) -> bool:
    return task.action in {"drain", "strain"} or task.name.lower().startswith(("drain ", "strain "))


def _work_for_hours_at_most(draft: Draft, recipe: Recipe) -> Mended:
    """Work that would never end is planned as very long work."""
    tasks, notes = [], []
    for task in draft.tasks:
        if works_too_long(task, recipe):
            notes.append(f"task {task.id} is planned with {WORK_MINUTES_MAX} minutes in place of {task.minutes}")
            task = task.model_copy(update={"minutes": WORK_MINUTES_MAX, "stated": False})
        tasks.append(task)
    return tasks, notes


MENDS: tuple[Callable[[Draft, Recipe], Mended], ...] = (
    _number_tasks,
    _stay_in_the_recipe,
    _come_from_what_states_the_time,
    _use_what_is_named,
    _one_letter_one_vessel,
    _cook_in_what_is_named,
    _heat_with_something,
    _set_the_oven,
    _keep_stated_times,
    _share_vessels_in_order,
    _finish_once,
    _wait_alone,
    _work_for_hours_at_most,
    plain_names,
)
