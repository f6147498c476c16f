"""A sentence about the cooking, understood as one typed event: what the model is asked, and whether to ask back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict

from kitchen_agent.live import eventline
from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Happening
from kitchen_agent.live.hearing import Heard, hear, matches, relevance, stems
from kitchen_agent.live.names import Names, TaskName, words_of
from kitchen_agent.planner import Question
from kitchen_agent.prompt import Message

SYSTEM: Final = "Write the event that the cook reports."
ANSWER_TOKENS_MAX: Final = 48
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


class Understood(BaseModel):
    """What a sentence means: `event`, in words for people, and other events that it may mean as well."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: Happening
    words: str
    other_readings: tuple[Happening, ...] = ()


def question(sentence: str, names: Names) -> Question:
    """Ask which event `sentence` reports."""
    heard = hear(sentence, names)
    messages: tuple[Message, ...] = (
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": f"{_situation(heard, names)}\n> {heard.text}"},
    )
    return Question(messages, eventline.grammar(heard, names), ANSWER_TOKENS_MAX)


def _situation(heard: Heard, names: Names) -> str:
    """The names that matter, as the model reads them: a task's state stands before its name."""
    labels = names.labels()
    lines = []
    for state in _SHOWN_STATES:
        if tasks := [label for label in heard.tasks if labels[label].state == state]:
            lines.append(f"{state}: {' | '.join(tasks)}")
    groups = {"cooks": names.cooks, "things": heard.things, "dishes": names.dishes, "courses": names.courses}
    return "\n".join([*lines, *(f"{group}: {' '.join(words)}" for group, words in groups.items())])


def understood(sentence: str, answer: str, names: Names) -> Understood:
    """The event in the model's `answer`, with the others that `sentence` may mean just as well.

    Raises UnclearSentenceError when the answer is no event, UnsaidAmountError when it lacks an amount.
    """
    event, *others = eventline.read(answer, names)
    others += [other for other in readings(sentence, event, names) if other != event]
    return Understood(event=event, words=in_words(event, names), other_readings=tuple(others))


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
            return f"{words_of(event.equipment)} cannot be used"
        case happen.EquipmentBack():
            return f"{words_of(event.equipment)} works again"
        case happen.OvenColder():
            return f"{words_of(event.oven)} only reaches {event.celsius} °C"
        case happen.GuestsChanged():
            return f"there are {event.guests} guests"
        case happen.DishDropped():
            return f"{words_of(event.dish)} is not served"
        case happen.ServingMoved():
            return f"dinner is served at {event.serve_at:%H:%M}"
        case happen.CourseHeld():
            return f"{words_of(event.course)} is held back by {event.minutes} minutes"
        case happen.IngredientMissing():
            return f"{event.ingredient} is missing for {words_of(event.dish)}"
    return event.kind.replace("_", " ")


def readings(sentence: str, event: Happening, names: Names) -> list[Happening]:
    """The same event for all that `sentence` names best among what it may be about: tasks, equipment or dishes.

    Of tasks that are named equally well, those in the likeliest state count.
    """
    said = stems(hear(sentence, names).text)
    if states := _EXPECTED.get(event.kind):
        task = getattr(event, "task", "")
        expected = {entry.id: entry for entry in names.tasks if entry.state in states or entry.id == task}
        named = _best({name: relevance(said, entry) for name, entry in expected.items()})
        likeliest = _likeliest([expected[name] for name in named], states)
        return [event.model_copy(update={"task": entry.id}) for entry in likeliest] or [event]
    for field, choices in (("equipment", names.equipment), ("dish", names.dishes)):
        if getattr(event, field, None) is not None:
            best = _best({name: matches(said, stems(words_of(name))) for name in choices})
            return [event.model_copy(update={field: name}) for name in best] or [event]
    return [event]


def _best(scores: Mapping[str, float]) -> list[str]:
    """The names with the highest score; none when all are zero."""
    best = max(scores.values(), default=0.0)
    return [name for name, score in scores.items() if score == best > 0]


def _likeliest(tasks: list[TaskName], states: tuple[str, ...]) -> list[TaskName]:
    for state in states:
        if found := [task for task in tasks if task.state == state]:
            return found
    return tasks
