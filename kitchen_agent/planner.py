"""The planner's verbs: what to ask the model for a recipe, how to judge its answer, what to ask next.

Nothing here calls a model or loops: the dish graph (`graph.py`) owns the order of the verbs. An answer is
untrusted. It is parsed and mended where that is safe; what is still wrong goes back to the model in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pydantic import ValidationError

from kitchen_agent import lineformat
from kitchen_agent.draft import Draft
from kitchen_agent.errors import GraphRefusedError, LineFormatError
from kitchen_agent.graphfaults import Fault, faults, passed_over
from kitchen_agent.mend import mend
from kitchen_agent.prompt import Message, Style, messages
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph

REVISIONS_MAX = 2
ANSWER_TOKENS_MAX = 800
FAULTS_TOLD_MAX = 6
LOOK = "look at the recipe: "
_TASKS = re.compile(r"\btasks? (\d+)(?: and (\d+))?\b")


@dataclass(frozen=True)
class Question:
    """One request to a model: the chat, the GBNF grammar of the answer and the answer's longest length in tokens.

    `begun` is the beginning of the answer, where that is given: the model writes on from there. Figures that follow
    `estimate` are weighed.
    """

    messages: tuple[Message, ...]
    grammar: str
    max_tokens: int = ANSWER_TOKENS_MAX
    begun: str = ""
    estimate: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Judged:
    """An answer after reading and mending.

    `draft` is None when the answer could not be read. `faults` are those that no mend could put right; `notes`
    say what the mends changed, and which steps without a time were passed over.
    """

    answer: str
    draft: Draft | None
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    @property
    def is_graph(self) -> bool:
        """Whether something that can be scheduled comes of it."""
        return self.draft is not None and _is_graph(self.draft)

    @property
    def missed_steps(self) -> tuple[int, ...]:
        """The indices of the steps whose stated time no task takes, in ascending order."""
        return tuple(sorted({fault.missed_step for fault in self.faults if fault.missed_step is not None}))

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """Of two answers the one with the lower rank is better: readable, a graph, few missed steps, few faults."""
        return self.draft is None, not self.is_graph, len(self.missed_steps), len(self.faults)


def question(recipe: Recipe, style: Style) -> Question:
    """Ask for the task graph of `recipe`."""
    return Question(tuple(messages(recipe, style)), lineformat.grammar(recipe), estimate=lineformat.ESTIMATE)


def judge(answer: str, recipe: Recipe) -> Judged:
    """Read `answer`, mend what is safe to mend and list what is still wrong."""
    try:
        draft = lineformat.parse(answer, recipe)
    except LineFormatError as error:
        return Judged(answer, None, tuple(Fault(sentence) for sentence in error.faults), ())
    mended, notes = mend(draft, recipe)
    notes += tuple(f"{LOOK}{sentence}" for sentence in passed_over(mended, recipe))
    return Judged(answer, mended, tuple(faults(mended, recipe)), notes)


def revision(recipe: Recipe, style: Style, judged: Judged) -> Question:
    """Ask again: a trained model goes on where it passed over a step, another one hears of the faults in words."""
    if style == "short" and judged.is_graph:
        return replace(question(recipe, style), begun=_up_to_the_missed_step(judged))
    told = "\n".join(f"- {fault.sentence}" for fault in judged.faults[:FAULTS_TOLD_MAX])
    first = question(recipe, style)
    again: tuple[Message, ...] = (
        {"role": "assistant", "content": judged.answer},
        {"role": "user", "content": f"This is wrong:\n{told}\nWrite the whole task graph again, with that put right."},
    )
    return replace(first, messages=first.messages + again)


def wants_revision(judged: Judged, style: Style) -> bool:
    """Whether to ask again.

    An untuned model is told of every fault. A trained one learnt no revisions: it is asked again only when nothing
    that can be scheduled came of it, or when it passed over a step that states a time.
    """
    if style == "example":
        return bool(judged.faults)
    return not judged.is_graph or bool(judged.missed_steps)


def finish(judged: Judged) -> tuple[TaskGraph, tuple[str, ...]]:
    """The task graph of a judged answer, with notes on what was mended and what may still be wrong.

    Raises GraphRefusedError when the answer is no graph: nothing that can be scheduled would come of it.
    """
    if judged.draft is None or not judged.is_graph:
        raise GraphRefusedError([fault.sentence for fault in judged.faults])
    notes = (*judged.notes, *(f"{LOOK}{fault.sentence}" for fault in judged.faults))
    return judged.draft.graph(), tuple(_with_names(note, judged.draft) for note in notes)


def _up_to_the_missed_step(judged: Judged) -> str:
    """The answer's lines up to the first step that it missed, and the start of a line for that step."""
    assert judged.draft is not None
    missed = judged.missed_steps[0]
    kept = next(
        (place for place, task in enumerate(judged.draft.tasks) if min(task.steps) > missed), len(judged.draft.tasks)
    )
    lines = [line.strip() for line in judged.answer.strip().splitlines() if line.strip()]
    return "\n".join([*lines[: kept + 1], f"{kept + 1}/{missed + 1}"])


def _with_names(note: str, draft: Draft) -> str:
    """`note` with the names of tasks in place of "task 3" and "tasks 3 and 4": nobody who cooks sees numbers."""
    names = {str(task.id): f"'{task.name}'" for task in draft.tasks}
    return _TASKS.sub(
        lambda found: " and ".join(names.get(number, number) for number in found.groups() if number), note
    )


def _is_graph(draft: Draft) -> bool:
    try:
        draft.graph()
    except ValidationError:
        return False
    return True
