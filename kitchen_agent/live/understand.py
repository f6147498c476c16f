"""A sentence about the cooking, understood as one typed event: what the model is asked, and whether to ask back."""

from __future__ import annotations

import re
from typing import Final

from pydantic import BaseModel, ConfigDict

from kitchen_agent.live import eventline
from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Happening
from kitchen_agent.live.names import Names, TaskName
from kitchen_agent.live.sayings import in_figures
from kitchen_agent.planner import Question
from kitchen_agent.prompt import Message

SYSTEM: Final = "Write the event that the cook reports."
ANSWER_TOKENS_MAX: Final = 24
_WORD = re.compile(r"[^\W\d_]+")
_STOP: Final = frozenset(
    ("the", "a", "an", "and", "of", "to", "in", "on", "with", "for", "is", "are", "was", "now", "it")
)
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


class Understood(BaseModel):
    """What a sentence means: `event`, in words for people, and other tasks that it may be about as well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: Happening
    words: str
    other_readings: tuple[Happening, ...] = ()


def question(sentence: str, names: Names) -> Question:
    """Ask which event `sentence` reports."""
    prompt = f"{situation(names)}\n> {in_figures(sentence, names.now)}"
    messages: tuple[Message, ...] = ({"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt})
    return Question(messages, eventline.grammar(names), ANSWER_TOKENS_MAX)


def situation(names: Names) -> str:
    """The names of the session as the model reads them."""
    tasks = [f"{number} {task.name} ({task.state})" for number, task in enumerate(names.tasks, 1)]
    return "\n".join(
        [
            f"{names.now:%H:%M}, dinner at {names.serve_at:%H:%M}",
            *tasks,
            f"cooks {' '.join(names.cooks)}",
            f"things {' '.join(names.equipment)}",
            f"dishes {' '.join(names.dishes)}",
            f"courses {' '.join(names.courses)}",
        ]
    )


def understood(sentence: str, answer: str, names: Names) -> Understood:
    """The event in the model's `answer`, with the other tasks that `sentence` names just as well.

    Raises UnclearSentenceError when the answer is no event.
    """
    event = eventline.read(answer, names)
    readings = tuple(other for other in _readings(sentence, event, names) if other != event)
    return Understood(event=event, words=in_words(event, names), other_readings=readings)


def in_words(event: Happening, names: Names) -> str:
    """`event` as a sentence that a cook can confirm."""
    title = {task.id: f"“{task.name}”" for task in names.tasks}
    match event:
        case happen.TaskStarted():
            return f"{title[event.task]} has been started" + (f" by {event.cook}" if event.cook else "")
        case happen.TaskDone():
            return f"{title[event.task]} is done"
        case happen.NeedsMinutes():
            return f"{title[event.task]} needs {event.minutes} more minutes"
        case happen.TaskRedo():
            return f"{title[event.task]} has to be done again"
        case happen.TaskSkipped():
            return f"{title[event.task]} is left out"
        case happen.TaskPaused():
            return f"{title[event.task]} is interrupted"
        case happen.WaitAccepted():
            return f"{title[event.task]} waited too long, and that is accepted"
        case happen.CookSwap():
            return f"{event.cook} takes over {title[event.task]}"
        case happen.CookLeaves():
            return f"{event.cook} leaves at {event.at:%H:%M}"
        case happen.CookJoins():
            return f"{event.cook} comes at {event.at:%H:%M}"
        case happen.EquipmentFails():
            return f"{_thing(event.equipment)} cannot be used"
        case happen.EquipmentBack():
            return f"{_thing(event.equipment)} works again"
        case happen.OvenColder():
            return f"{_thing(event.oven)} only reaches {event.celsius} °C"
        case happen.GuestsChanged():
            return f"there are {event.guests} guests"
        case happen.DishDropped():
            return f"{_thing(event.dish)} is not served"
        case happen.ServingMoved():
            return f"dinner is served at {event.serve_at:%H:%M}"
        case happen.CourseHeld():
            return f"{_thing(event.course)} is held back by {event.minutes} minutes"
        case happen.IngredientMissing():
            return f"{event.ingredient} is missing for {_thing(event.dish)}"
    return event.kind.replace("_", " ")


def _thing(name: str) -> str:
    return name.replace("-", " ").replace("_", " ")


def _readings(sentence: str, event: Happening, names: Names) -> list[Happening]:
    """The same event for every task that the sentence names best among those that it may be about.

    Of tasks that are named equally well, those in the likeliest state count.
    """
    task = getattr(event, "task", None)
    states = _EXPECTED.get(event.kind)
    if task is None or states is None:
        return [event]
    said = _stems(sentence)
    scores = {
        entry.id: len(said & _stems(entry.name)) for entry in names.tasks if entry.state in states or entry.id == task
    }
    best = max(scores.values())
    if best == 0:
        return [event]
    named = [entry for entry in names.tasks if scores.get(entry.id) == best]
    return [event.model_copy(update={"task": entry.id}) for entry in _likeliest(named, states)]


def _likeliest(tasks: list[TaskName], states: tuple[str, ...]) -> list[TaskName]:
    for state in states:
        if found := [task for task in tasks if task.state == state]:
            return found
    return tasks


def _stems(text: str) -> set[str]:
    """The words of `text` without endings: "boiling", "boiled" and "boils" are one word."""
    words = {word for word in _WORD.findall(text.lower()) if word not in _STOP}
    return {re.sub(r"(?:ing|ed|es|s|e)$", "", word)[:6] for word in words}
