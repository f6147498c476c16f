"""A sentence about the cooking, understood as one typed event: what the model is asked, and when to ask back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict

from kitchen_agent.cookbook import Cookbook
from kitchen_agent.errors import UnclearSentenceError
from kitchen_agent.live import eventline
from kitchen_agent.live.events import EquipmentFails, Happening
from kitchen_agent.live.hearing import Heard, hear, is_lost, matches, relevance, stems, units_said
from kitchen_agent.live.names import Names, TaskName, words_of
from kitchen_agent.live.wishes import asks, wished
from kitchen_agent.menu import DishRequest
from kitchen_agent.planner import Question
from kitchen_agent.prompt import Message, Style

SYSTEM: Final = "Write the event that the cook reports."
ANSWER_TOKENS_MAX: Final = 48
_EXPLAINED: Final = f"""{SYSTEM} One line, in one of these forms:
started COOK TASK | done TASK | needs_minutes NUMBER TASK | redo TASK | skip TASK | pause TASK | accept_wait TASK
swap COOK TASK | cook_leaves COOK CLOCK | cook_joins COOK CLOCK | fails THING | back THING | oven_colder OVEN NUMBER
guests NUMBER | dish_dropped DISH | serving_moved CLOCK | course_held COURSE NUMBER | ingredient_missing DISH WORDS
none (for everything else). COOK is - when nobody is named."""
_EXAMPLES: Final = (
    ("the soup needs five more minutes", "needs_minutes 5 Simmer the soup"),
    ("we're off to a good start", "none"),
    ("Lou is peeling the carrots", "started lou Peel the carrots"),
    ("the carrots are peeled", "done Peel the carrots"),
    ("Lou goes home at 20:00", "cook_leaves lou 20:00"),
    ("the pot leaks", "fails pot"),
    ("one more guest", "guests +1"),
    ("soup burnt, make it again", "redo Simmer the soup"),
)
_EXAMPLE_NAMES: Final = (
    "running: Simmer the soup\nwaiting: Peel the carrots\ncooks: lou\nthings: pot\ndishes: soup\ncourses: main"
)
_SHOWN_STATES: Final = ("running", "paused", "waiting", "done", "skipped")
_EXPECTED: Final = {
    "done": ("running", "waiting", "paused"),
    "needs_minutes": ("running", "paused", "waiting"),
    "pause": ("running",),
    "started": ("waiting", "paused"),
    "swap": ("waiting", "paused"),
    "skip": ("waiting", "paused", "running"),
    "redo": ("done", "running", "paused"),
    "accept_wait": ("done",),
}
"""The states of a task in which each event is likely, likeliest first."""


class Reads(Protocol):
    """A model that reads sentences: how questions to it are put, and asking it."""

    @property
    def style(self) -> Style:
        """How much its questions must explain."""

    def ask(self, question: Question) -> Answer:
        """What it writes for `question`, under its grammar."""


class Answer(Protocol):
    """What a model wrote."""

    @property
    def text(self) -> str:
        """The line."""


class Understood(BaseModel):
    """What a sentence means: `event`, and other events that it may mean just as well; a dish is one to be added.

    `named` is False when no word of the sentence is one of the task's, so that the task is the model's guess, and for a
    dish that the sentence names without asking for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: Happening | DishRequest
    other_readings: tuple[Happening | DishRequest, ...] = ()
    named: bool = True


def understand(sentence: str, names: Names, model: Reads, cookbook: Cookbook) -> Understood:
    """The event that `sentence` reports in the session of `names`.

    When it reports nothing that happened and names dishes of the `cookbook`, it may ask for them.
    Raises UnclearSentenceError when it is nothing of both, UnsaidAmountError when it leaves out an amount.
    """
    line = model.ask(question(sentence, names, model.style)).text
    if line != eventline.NONE:
        return understood(sentence, line, names)
    dishes = wished(sentence, names, cookbook)
    if not dishes:
        raise UnclearSentenceError(sentence)
    return Understood(event=dishes[0], other_readings=dishes[1:], named=asks(sentence))


def understood(sentence: str, line: str, names: Names) -> Understood:
    """The event in `line`, with the others that `sentence` may mean just as well.

    What is burnt or spoilt is never done: it is done once more.
    Raises UnclearSentenceError when the line is no event, UnsaidAmountError when it lacks an amount.
    """
    if line.startswith("done ") and is_lost(sentence, names):
        line = f"redo {line.removeprefix('done ')}"
    event, *others = eventline.read(line, names)
    if isinstance(event, EquipmentFails) and event.units == 1:
        event = event.model_copy(update={"units": units_said(hear(sentence, names).text, event.equipment)})
    found = readings(sentence, event, names)
    others += [other for other in found or _guesses(event, names) if other != event]
    return Understood(event=event, other_readings=tuple(others), named=bool(found))


def with_said_amount(sentence: str, line: str, amount: str, names: Names) -> Understood:
    """The event in `line`, which lacks an amount, with the first figure of `amount`. Raises as `understood`."""
    return understood(sentence, eventline.with_amount(line, amount, names.now), names)


def question(sentence: str, names: Names, style: Style = "short") -> Question:
    """Ask which event `sentence` reports; `example` explains the lines to a model that was not trained on them."""
    heard = hear(sentence, names)
    asked: Message = {"role": "user", "content": f"{_situation(heard, names)}\n> {heard.text}"}
    before: tuple[Message, ...] = ({"role": "system", "content": SYSTEM},)
    if style == "example":
        before = ({"role": "system", "content": _EXPLAINED}, *_worked_examples())
    return Question((*before, asked), eventline.grammar(heard, names), ANSWER_TOKENS_MAX)


def _worked_examples() -> tuple[Message, ...]:
    return tuple(
        message
        for sentence, line in _EXAMPLES
        for message in (
            Message(role="user", content=f"{_EXAMPLE_NAMES}\n> {sentence}"),
            Message(role="assistant", content=line),
        )
    )


def _situation(heard: Heard, names: Names) -> str:
    """The names that matter, as the model reads them: a task's state stands before its name."""
    labels = names.labels()
    lines = []
    for state in _SHOWN_STATES:
        if tasks := [label for label in heard.tasks if labels[label].state == state]:
            lines.append(f"{state}: {' | '.join(tasks)}")
    groups = {"cooks": heard.cooks, "things": heard.things, "dishes": heard.dishes, "courses": names.courses}
    return "\n".join([*lines, *(f"{group}: {' '.join(words)}" for group, words in groups.items() if words)])


def readings(sentence: str, event: Happening, names: Names) -> list[Happening]:
    """The same event for all that `sentence` names best among what it may be about: tasks, equipment or dishes.

    Of tasks that are named equally well, those in the likeliest state count. Empty when none is named.
    """
    said = stems(hear(sentence, names).text)
    if event.kind in _EXPECTED:
        expected = _expected(event, names)
        named = _best({name: relevance(said, entry) for name, entry in expected.items()})
        return _for_tasks(event, [expected[name] for name in named])
    for field, choices in (("equipment", names.equipment), ("dish", names.dishes)):
        if getattr(event, field, None) is not None:
            best = _best({name: _said_share(said, name) for name in choices})
            return [event.model_copy(update={field: name}) for name in best]
    return [event]


def _said_share(said: set[str], name: str) -> float:
    """How many words of `name` are said; of two names the one that is said whole counts more."""
    words = stems(words_of(name))
    found = matches(said, words)
    return found + found / len(words) if words else 0.0


def _guesses(event: Happening, names: Names) -> list[Happening]:
    """The event for every task that is in the likeliest state for it."""
    return _for_tasks(event, list(_expected(event, names).values())) if event.kind in _EXPECTED else []


def _expected(event: Happening, names: Names) -> dict[str, TaskName]:
    """The tasks of which `event` is likely, and the one that it is about."""
    states, task = _EXPECTED[event.kind], getattr(event, "task", "")
    return {entry.id: entry for entry in names.tasks if entry.state in states or entry.id == task}


def _for_tasks(event: Happening, tasks: list[TaskName]) -> list[Happening]:
    return [event.model_copy(update={"task": task.id}) for task in _likeliest(tasks, _EXPECTED[event.kind])]


def _best(scores: Mapping[str, float]) -> list[str]:
    """The names with the highest score; none when all are zero."""
    best = max(scores.values(), default=0.0)
    return [name for name, score in scores.items() if score == best > 0]


def _likeliest(tasks: list[TaskName], states: tuple[str, ...]) -> list[TaskName]:
    for state in states:
        if found := [task for task in tasks if task.state == state]:
            return found
    return tasks
