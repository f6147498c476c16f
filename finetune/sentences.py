"""Sentences about cooking with the events that they report: made from templates, to train on.

The dinners are drawn from the annotated graphs, so that tasks have real names; sayings come from
`data/sentences/templates.yaml`. The hand-written sentences in `data/sentences/sentences.jsonl` are for judging only and
share no wording with the templates on purpose.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from importlib.resources import files
from typing import Any, Final

import yaml

from finetune.chat import ChatExample
from kitchen_agent.live.eventline import UNCLEAR
from kitchen_agent.live.names import Names, TaskName
from kitchen_agent.live.session import TaskState
from kitchen_agent.live.understand import question
from kitchen_agent.menu import slug
from kitchen_agent.taskgraph import TaskGraph

_COOKS: Final = [
    "ana",
    "ben",
    "carla",
    "dev",
    "emil",
    "sam",
    "tia",
    "noor",
    "jonas",
    "mia",
    "leo",
    "ruth",
    "omar",
    "kim",
    "paul",
    "ines",
]
_THINGS: Final = [
    "oven",
    "burner",
    "grill",
    "blender",
    "food_processor",
    "hand_mixer",
    "stand_mixer",
    "frying_pan",
    "saucepan",
    "pot",
    "wok",
    "baking_sheet",
    "baking_dish",
    "roasting_pan",
    "dutch_oven",
    "microwave",
]
_STATES: Final[tuple[TaskState, ...]] = ("done", "running", "waiting", "waiting", "waiting", "paused")
_WANTED: Final[dict[str, tuple[TaskState, ...]]] = {
    "started": ("waiting", "paused"),
    "done": ("running", "running", "waiting"),
    "needs_minutes": ("running",),
    "redo": ("done",),
    "skip": ("waiting",),
    "pause": ("running",),
    "accept_wait": ("done",),
    "swap": ("waiting",),
}
_VOWELS: Final = "aeiou"


def sentence_examples(graphs: Sequence[TaskGraph], count: int, seed: int) -> Iterator[ChatExample]:
    """`count` questions with their answers, the same ones for the same `seed`."""
    rng = random.Random(seed)
    templates = yaml.safe_load((files("finetune") / "data/sentences/templates.yaml").read_text(encoding="utf-8"))
    kinds = [kind for kind, sayings in templates.items() for _ in range(_share(kind, sayings))]
    for number in range(count):
        names = _dinner(graphs, rng)
        kind = rng.choice(kinds)
        sentence, line = _say(kind, rng.choice(templates[kind]), names, rng)
        asked = question(_as_typed(sentence, rng), names)
        yield ChatExample.model_validate(
            {"key": f"sentence {seed}-{number}", "messages": list(asked.messages), "answer": line}
        )


def _share(kind: str, sayings: Sequence[str]) -> int:
    """Events of tasks are the most common and the hardest: the task has to be found."""
    return 3 if kind in _WANTED else 2 if len(sayings) > 3 else 1


def _dinner(graphs: Sequence[TaskGraph], rng: random.Random) -> Names:
    menu = rng.sample(graphs, rng.randint(2, 3))
    cooks = rng.sample(_COOKS, rng.randint(1, 3))
    dishes = {graph.key: slug(_title(graph.key)) for graph in menu}
    tasks = [
        TaskName(id=f"{dishes[graph.key]}/{task.id}", name=task.name, state=rng.choice(_STATES))
        for graph in menu
        for task in graph.tasks[: rng.randint(3, 6)]
    ]
    now = datetime(2026, rng.randint(1, 12), rng.randint(1, 28), rng.randint(16, 20), rng.randint(0, 59))
    now = now.replace(tzinfo=timezone(timedelta(hours=rng.randint(-2, 3))))
    courses = rng.choice((["main", "dessert"], ["starter", "main"], ["starter", "main", "dessert"], ["main"]))
    return Names(
        now=now,
        serve_at=now + timedelta(minutes=rng.randint(20, 120)),
        tasks=tuple(tasks),
        cooks=tuple(cooks),
        equipment=tuple(sorted({"oven", "burner", *rng.sample(_THINGS, rng.randint(4, 8))})),
        dishes=tuple(dishes.values()),
        courses=tuple(courses),
    )


def _title(key: str) -> str:
    return key.removeprefix("Cookbook:").partition("(")[0].strip()[:40]


def _say(kind: str, template: str, names: Names, rng: random.Random) -> tuple[str, str]:
    """A sentence from `template` and the line that it means."""
    values: dict[str, Any] = {}

    def pick(slot: str) -> str:
        said, written = _SLOTS[slot](kind, names, rng)
        values[slot.partition(":")[0]] = written
        return said

    sentence = re.sub(r"\{([a-z_:]+)\}", lambda match: pick(match[1]), template)
    if kind == UNCLEAR:
        return sentence, UNCLEAR
    order = ("task", "dish", "course", "thing", "cook", "number", "celsius", "minutes", "clock", "ingredient")
    return sentence, " ".join([kind, *(str(values[slot]) for slot in order if slot in values)])


def _task(form: Callable[[str], str]) -> Callable[[str, Names, random.Random], tuple[str, str]]:
    def pick(kind: str, names: Names, rng: random.Random) -> tuple[str, str]:
        wanted = rng.choice(_WANTED.get(kind, ("waiting",)))
        numbered = list(enumerate(names.tasks, 1))
        number, task = rng.choice([entry for entry in numbered if entry[1].state == wanted] or numbered)
        return form(task.name), str(number)

    return pick


def _object(name: str) -> str:
    """What a task is about: "Boil the green beans until tender" gives "the green beans"."""
    words = re.split(r"\b(?:with|in|into|and|until|for|from|on|over|to)\b|,", name.partition(" ")[2])[0].strip()
    words = re.sub(r"^(?:the|a|an)\s+", "", words.lower())
    return f"the {words or name.lower()}"


def _verb(name: str) -> str:
    return name.partition(" ")[0].lower()


def _gerund(name: str) -> str:
    """ "Boil the beans" gives "boiling the beans"."""
    verb = _verb(name)
    return f"{_stem(verb, keep_e=False)}ing {_object(name)}"


def _participle(name: str) -> str:
    """ "Boil the beans" gives "the beans are boiled"."""
    verb, food = _verb(name), _object(name)
    return f"{food} {'are' if food.endswith('s') else 'is'} {_stem(verb, keep_e=False)}ed"


def _stem(verb: str, *, keep_e: bool) -> str:
    if verb.endswith("e") and not verb.endswith("ee") and not keep_e:
        return verb[:-1]
    short = len(verb) <= 4 and verb[-1] not in "wxy" and verb[-1] not in _VOWELS and verb[-2:-1] in _VOWELS
    return verb + verb[-1] if short and len(verb) > 2 and verb[-3:-2] not in _VOWELS else verb


def _short(name: str) -> str:
    return f"the {_object(name).split()[-1]}"


def _cook(kind: str, names: Names, rng: random.Random) -> tuple[str, str]:
    cook = rng.choice(names.cooks)
    return cook.capitalize() if rng.random() < 0.8 else cook, cook


def _thing(kind: str, names: Names, rng: random.Random) -> tuple[str, str]:
    thing = "oven" if kind == "oven_colder" else rng.choice(names.equipment)
    return thing.replace("_", " "), thing


def _dish(kind: str, names: Names, rng: random.Random) -> tuple[str, str]:
    dish = rng.choice(names.dishes)
    words = dish.split("-")
    return " ".join(words[-2:] if rng.random() < 0.4 else words), dish


def _course(kind: str, names: Names, rng: random.Random) -> tuple[str, str]:
    course = rng.choice(names.courses)
    said = {"starter": ["the starter", "the first course"], "main": ["the main", "the main course", "the mains"]}
    return rng.choice(said.get(course, [f"the {course}", course, "the sweet"])), course


def _number(low: int, high: int) -> Callable[[str, Names, random.Random], tuple[str, str]]:
    def pick(kind: str, names: Names, rng: random.Random) -> tuple[str, str]:
        number = str(rng.randint(low, high))
        return number, number

    return pick


def _minutes(kind: str, names: Names, rng: random.Random) -> tuple[str, str]:
    minutes = rng.choice((2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 45))
    return f"{minutes} {rng.choice(('minutes', 'more minutes', 'min'))}", str(minutes)


def _clock(kind: str, names: Names, rng: random.Random) -> tuple[str, str]:
    moment = names.now + timedelta(minutes=rng.randint(5, 120))
    moment = moment.replace(minute=moment.minute // 5 * 5)
    return f"{moment:%H:%M}", f"{moment:%H:%M}"


def _ingredient(kind: str, names: Names, rng: random.Random) -> tuple[str, str]:
    words = "cream butter milk eggs flour sugar parsley basil lemon garlic onions rice yoghurt chilli saffron walnuts"
    ingredient = rng.choice([*words.split(), "olive oil", "sour cream", "brown sugar", "bay leaves", "white wine"])
    return ingredient, ingredient


_SLOTS: Final[dict[str, Callable[[str, Names, random.Random], tuple[str, str]]]] = {
    "task:object": _task(_object),
    "task:short": _task(_short),
    "task:gerund": _task(_gerund),
    "task:participle": _task(_participle),
    "task:name": _task(lambda name: name[:1].lower() + name[1:]),
    "cook": _cook,
    "thing": _thing,
    "dish": _dish,
    "course": _course,
    "number": _number(1, 24),
    "celsius": _number(90, 210),
    "minutes": _minutes,
    "clock": _clock,
    "ingredient": _ingredient,
}


def _as_typed(sentence: str, rng: random.Random) -> str:
    """People type in a hurry: small letters, an ending or none, now and then a word of courtesy."""
    if rng.random() < 0.5:
        sentence = sentence[:1].upper() + sentence[1:]
    if rng.random() < 0.15:
        sentence = rng.choice(("please ", "hey, ", "ok, ", "sorry, ", "um, ")) + sentence
    return sentence + rng.choice(("", "", "", ".", "!", " please", " now"))
