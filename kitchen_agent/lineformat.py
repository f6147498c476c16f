"""The compact text form of a task graph: what the model writes, under a grammar, and what it is trained on.

The first line is the dish, then there is one line a task:

    main hot 4
    1/1 A B|Juice lemon and coat the chicken|coat ~5 hands board baking_dish:a >720 linear
    2/1|Marinate the chicken|marinate =30 free baking_dish:a fridge <1 >720 fixed
    3/2|Bake the chicken|bake =38 free oven baking_dish:a @200 <2 >15 fixed

    course serve servings
    id/steps uses|name|action minutes attention tools @oven sskill <after >hold scaling

Steps and ingredients carry the labels of the prompt (steps 1, 2, 3; ingredients A, B, C). Minutes that the
text states have `=`, estimates `~`. Skill 1, an unused oven and an empty list are left out. The dish's own hold is
that of its last task. The order lets each field be chosen from what is already written: first what the task is
about, then its name, then its figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kitchen_agent.draft import Draft
from kitchen_agent.errors import LineFormatError
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import (
    ACTIONS,
    COURSES,
    SERVES,
    TASK_COUNT_RANGE,
    TOOLS,
    Task,
    TaskGraph,
)

_ATTENTION = {"hands": "hands_on", "tend": "tend", "free": "unattended"}
_ATTENTION_WORD = {value: word for word, value in _ATTENTION.items()}
_SCALING = ("fixed", "linear", "batch")
_NAME_UNSAFE = re.compile(r"[|\n\r]+")
# Where the minutes of an estimate begin.
ESTIMATE = re.compile(r"\|[a-z_]+ ~\Z")
_TASK_LINE = re.compile(
    r"(?P<id>\d+)/(?P<steps>\d+(?:,\d+)*)?(?P<uses>(?: [A-Z]{1,2})*)\|(?P<name>[^|]+)\|(?P<action>[a-z_]+) "
    r"(?P<stated>[=~])(?P<minutes>\d+) (?P<attention>hands|tend|free)(?P<tools>(?: [a-z_]+(?::[a-z])?)*)"
    r"(?: @(?P<oven>\d+))?(?: s(?P<skill>[23]))?(?: <(?P<after>\d+(?:,\d+)*))? >(?P<hold>\d+) "
    r"(?P<scaling>fixed|linear|batch)"
)


def ingredient_label(index: int) -> str:
    """The label of the ingredient at 0-based `index`: A … Z, then AA, AB, …"""
    first, second = divmod(index, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)


def ingredient_index(label: str) -> int:
    """The 0-based index behind an ingredient's `label`."""
    index = 0
    for letter in label:
        index = index * 26 + ord(letter) - 64
    return index - 1


def write(graph: TaskGraph) -> str:
    """`graph` in the line format, without a final newline."""
    lines = [f"{graph.course} {graph.serve} {graph.servings}"]
    return "\n".join([*lines, *map(_task_line, graph.tasks)])


def name_spans(text: str) -> list[tuple[int, int]]:
    """Where the names of tasks stand in `text`, as start and end."""
    return [match.span("name") for match in _TASK_LINE.finditer(text)]


def parse(text: str, recipe: Recipe) -> Draft:
    """Read what the model wrote about `recipe`.

    Each task is valid alone; whether they form a graph that fits the recipe is for `graphfaults` to say. The
    recipe's own servings, where it has any, take the place of the written figure.

    Raises LineFormatError with one sentence for each line that cannot be read.
    """
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    faults: list[str] = []
    header = lines[0].split() if lines else []
    if not (len(header) == 3 and header[0] in COURSES and header[1] in SERVES and header[2].isdecimal()):
        faults.append(f"line 1: {' '.join(header)!r} is not 'course serve servings'")
    tasks = []
    for number, line in enumerate(lines[1:], 2):
        try:
            tasks.append(_read_task(line))
        except ValueError as error:
            faults.append(f"line {number}: {error}")
    if faults or not tasks:
        raise LineFormatError(faults or ["there is no task line"])
    servings = recipe.servings or max(1, int(header[2]))
    return Draft.model_validate(
        {"key": recipe.key, "servings": servings, "course": header[0], "serve": header[1], "tasks": tasks}
    )


def grammar(recipe: Recipe) -> str:
    """The line format for `recipe` as a GBNF grammar: only its own step and ingredient labels can be written."""
    steps = _choice(str(index + 1) for index in range(len(recipe.steps)))
    uses = _choice(ingredient_label(index) for index in range(len(recipe.ingredients)))
    low, high = TASK_COUNT_RANGE
    return "\n".join(
        (
            f'root ::= header ("\\n" task){{{low},{high}}}',
            f'header ::= {_choice(COURSES)} " " {_choice(SERVES)} " " number',
            'task ::= id "/" step ("," step){0,14} (" " use){0,30} "|" name "|" action " " [=~] number " " attention '
            '(" " tool){0,8} (" @" oven)? (" s" [23])? (" <" id ("," id){0,14})? " >" hold " " scaling',
            f"step ::= {steps}",
            f"use ::= {uses}",
            "id ::= [1-9] [0-9]?",
            "name ::= [A-Z] [^|\\n\\r\\\\]{2,90}",
            f"action ::= {_choice(ACTIONS)}",
            "number ::= [1-9] [0-9]{0,4}",
            'hold ::= "0" | number',
            "oven ::= [1-9] [0-9]{1,2}",
            'attention ::= "hands" | "tend" | "free"',
            f'tool ::= {_choice(TOOLS)} (":" [a-z])?',
            f"scaling ::= {_choice(_SCALING)}",
        )
    )


def _task_line(task: Task) -> str:
    subject = f"{task.id}/{_numbers(step + 1 for step in task.steps)}"
    subject += "".join(f" {ingredient_label(use)}" for use in task.uses)
    words = [
        task.action,
        f"{'=' if task.stated else '~'}{task.minutes}",
        _ATTENTION_WORD[task.attention],
        *task.tools,
    ]
    if task.oven_c is not None:
        words.append(f"@{task.oven_c}")
    if task.skill > 1:
        words.append(f"s{task.skill}")
    if task.after:
        words.append(f"<{_numbers(task.after)}")
    words += [f">{task.hold}", task.scaling]
    return f"{subject}|{_NAME_UNSAFE.sub(' ', task.name)}|{' '.join(words)}"


def _read_task(line: str) -> Task:
    match = _TASK_LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"{line!r} is not 'id/steps uses|name|action minutes attention tools <after >hold scaling'")
    return Task.model_validate(
        {
            "id": int(match["id"]),
            "name": " ".join(match["name"].split()[:10]),
            "action": match["action"],
            "minutes": int(match["minutes"]),
            "stated": match["stated"] == "=",
            "attention": _ATTENTION[match["attention"]],
            "tools": tuple(match["tools"].split()),
            "oven_c": int(match["oven"]) if match["oven"] else None,
            "skill": int(match["skill"] or 1),
            "after": tuple(map(int, (match["after"] or "").split(","))) if match["after"] else (),
            "hold": int(match["hold"]),
            "scaling": match["scaling"],
            "uses": tuple(ingredient_index(label) for label in match["uses"].split()),
            "steps": tuple(int(step) - 1 for step in (match["steps"] or "").split(",") if step),
        }
    )


def _numbers(values: Iterable[int]) -> str:
    return ",".join(map(str, values))


def _choice(words: Iterable[str]) -> str:
    return "(" + " | ".join(f'"{word}"' for word in words) + ")"
