"""What fills the slots of a saying: tasks, cooks, things, amounts and moments of a dinner, as people say them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from finetune.sentences.dinners import title
from finetune.sentences.forms import Forms, forms
from finetune.sentences.words import words
from kitchen_agent.live.hearing import stems
from kitchen_agent.live.names import Names, TaskName, words_of
from kitchen_agent.live.taskprogress import TaskState
from kitchen_agent.taskgraph import TaskGraph

_TASK_SLOTS: Final = frozenset(("food", "ing", "ed", "did", "do", "act", "nom"))
"""The slots that name the task; `is` goes with its food."""
_WANTED: Final[dict[str, tuple[TaskState, ...]]] = {
    "started": ("waiting", "waiting", "waiting", "paused"),
    "done": ("running", "running", "running", "waiting"),
    "needs_minutes": ("running", "running", "running", "paused", "waiting"),
    "redo": ("done", "done", "done", "running"),
    "skip": ("waiting", "waiting", "waiting", "running"),
    "pause": ("running",),
    "accept_wait": ("done",),
    "swap": ("waiting", "waiting", "waiting", "paused"),
    "none": ("waiting", "running", "done"),
}
_FOOD_ALONE: Final = {"started": "waiting", "done": "running", "needs_minutes": "running", "redo": "done"}
"""The state that is meant when only the food is named, as in "the potatoes are done"."""
_MINUTES: Final = (2, 3, 4, 5, 5, 6, 7, 8, 10, 10, 12, 15, 15, 20, 25, 30, 40, 45)
_BURNER: Final = ("burner", "burner", "stove", "hob", "one burner", "gas burner")


@dataclass
class Filling:
    """What is said in each slot, what it means in the answer, and the moment if one is said."""

    words: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    moment: datetime | None = None


def fill(
    slots: Sequence[str], kind: str, names: Names, graphs: Sequence[TaskGraph], rng: random.Random
) -> Filling | None:
    """Words and values for `slots`, or None when the dinner has nothing that fits."""
    filling = Filling()
    slots = [slot for slot in slots if slot != "is"]
    if _TASK_SLOTS.intersection(slots) and not _fill_task(filling, slots, kind, names, rng):
        return None
    if any(slot.startswith("alien") for slot in slots) and not _fill_alien(filling, names, graphs, rng):
        return None
    for slot in slots:
        if slot in filling.words:
            continue
        if slot == "clock":
            filling.moment, filling.words[slot] = _moment(names, rng)
            continue
        filling.words[slot], filling.values[slot] = _said(slot, names, rng)
    return filling


def _fill_task(filling: Filling, slots: Sequence[str], kind: str, names: Names, rng: random.Random) -> bool:
    """Choose a task in a state that suits the event; with the food alone in the one that is meant then."""
    named = not _TASK_SLOTS.intersection(slots) - {"food"}
    state = _FOOD_ALONE[kind] if named and kind in _FOOD_ALONE else rng.choice(_WANTED[kind])
    spoken = [
        (label, task, found)
        for label, task in names.labels().items()
        if task.state == state and (found := forms(task.name))
    ]
    if not spoken:
        return False
    label, task, form = rng.choice(spoken)
    food = rng.choice(form.foods)
    if kind == "skip" and named and stems(food) & {stem for dish in names.dishes for stem in stems(words_of(dish))}:
        return False  # leaving out what a dish is named after is leaving out the dish
    if {"act"}.intersection(slots) and not _alone(form, task, names):
        return False
    if rng.random() < 0.12 and (other := _by_another_name(food, task, names)):
        food = other
    filling.words |= {
        "food": f"the {food}",
        "is": form.verb,
        **{slot: getattr(form, slot) for slot in _TASK_SLOTS - {"food"}},
    }
    filling.values["task"] = label
    return True


def _alone(form: Forms, task: TaskName, names: Names) -> bool:
    """Whether no other task of the dinner is called by the same work."""
    others = (other for other in names.tasks if other is not task)
    return not any(stems(form.act) & stems(other.name) for other in others)


def _by_another_name(food: str, task: TaskName, names: Names) -> str | None:
    """A colloquial word for `food`, when no other task is about the same."""
    last = food.split()[-1]
    if any(last in other.name.lower() for other in names.tasks if other is not task):
        return None
    return next((word for word, foods in words().also_called.items() if last in foods), None)


def _fill_alien(filling: Filling, names: Names, graphs: Sequence[TaskGraph], rng: random.Random) -> bool:
    """Something of another dinner, that none of this one is alike to."""
    graph = rng.choice(graphs)
    form = forms(rng.choice(graph.tasks).name)
    thing = rng.choice([thing for thing in words().things if thing not in names.equipment])
    if form is None:
        return False
    dish = title(graph.key).lower()
    here = {stem for name in (*names.dishes, *names.equipment) for stem in stems(words_of(name))}
    here |= {stem for task in names.tasks for stem in stems(task.name)}
    if here & (stems(form.foods[0]) | stems(dish) | stems(words_of(thing))):
        return False
    filling.words |= {"alien": form.foods[0], "alien_ing": form.ing, "alien_dish": dish, "alien_thing": words_of(thing)}
    return True


def _said(slot: str, names: Names, rng: random.Random) -> tuple[str, str]:
    """What is said for `slot`, and the value in the answer."""
    match slot:
        case "cook":
            cook = rng.choice(names.cooks)
            return cook.capitalize(), cook
        case "thing":
            return _thing(names, rng)
        case "oven":
            return "oven", rng.choice(names.ovens)
        case "dish":
            return _dish(names, rng)
        case "course":
            course = rng.choice(names.courses)
            return rng.choice(words().courses[course]), course
        case "minutes":
            minutes = rng.choice(_MINUTES)
            return _span(minutes, rng), str(minutes)
        case "celsius":
            celsius = str(rng.randint(9, 21) * 10)
            return celsius + rng.choice((" degrees", "°C", "", " °C")), celsius
        case "number" | "other":
            number = rng.randint(2, 16)
            return rng.choice((str(number), words().number(number))), str(number)
        case "ingredient":
            ingredient = rng.choice(words().ingredients)
            return ingredient, ingredient
        case "stranger":
            return rng.choice(words().strangers), ""
    raise KeyError(slot)


def _thing(names: Names, rng: random.Random) -> tuple[str, str]:
    thing = rng.choice(names.equipment)
    if thing == "burner":
        return rng.choice(_BURNER), thing
    said = words_of(thing)
    *first, last = said.split()
    shared = sum(last in words_of(other) for other in names.equipment) > 1
    return (last if first and not shared and rng.random() < 0.35 else said), thing


def _dish(names: Names, rng: random.Random) -> tuple[str, str]:
    """A dish by its whole name, or by a word that no other dish has."""
    dish = rng.choice(names.dishes)
    own = stems(words_of(dish)) - {stem for other in names.dishes if other != dish for stem in stems(words_of(other))}
    telling = [word for word in words_of(dish).split() if len(word) > 3 and stems(word) & own]
    return (telling[-1] if telling and rng.random() < 0.45 else words_of(dish)), dish


def _span(minutes: int, rng: random.Random) -> str:
    if minutes in (15, 30, 45) and rng.random() < 0.4:
        return {15: "a quarter of an hour", 30: "half an hour", 45: "three quarters of an hour"}[minutes]
    number = rng.choice((str(minutes), words().number(minutes)))
    return f"{number} {rng.choice(('minutes', 'minutes', 'more minutes', 'min', 'mins'))}"


def _moment(names: Names, rng: random.Random) -> tuple[datetime, str]:
    """A moment in the next hours, as a clock time or, seldom, as a span from now."""
    if rng.random() < 0.12:
        minutes = rng.choice((10, 15, 20, 30, 40))
        return names.now + timedelta(minutes=minutes), f"in {_span(minutes, rng).replace(' more', '')}"
    moment = (names.now + timedelta(minutes=rng.randint(10, 150))).replace(second=0)
    moment = moment.replace(minute=moment.minute // 5 * 5)
    return moment, rng.choice(_clock_forms(moment))


def _clock_forms(moment: datetime) -> list[str]:
    hour, minute = moment.hour % 12 or 12, moment.minute
    word = words().number(hour)
    said = [
        f"{moment:%H:%M}",
        f"{hour}:{minute:02}",
        f"{hour}.{minute:02} pm" if moment.hour >= 12 else f"{moment:%H:%M}",
    ]
    if minute == 0:
        said += [word, str(hour), f"{word} o'clock", f"{hour} pm" if moment.hour >= 12 else word, word]
    if minute in (15, 30, 45):
        following = words().number(hour % 12 + 1)
        said += {
            15: [f"quarter past {word}"],
            30: [f"half past {word}", f"{word} thirty"],
            45: [f"quarter to {following}"],
        }[minute]
    if minute in (5, 10, 20):
        said.append(f"{words().number(minute)} past {word}")
    if minute in (40, 50, 55):
        said.append(f"{words().number(60 - minute)} to {words().number(hour % 12 + 1)}")
    return said
