"""What a person can choose in a moment of the cooking: each choice in words, with the events that it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Happening
from kitchen_agent.live.refusals import refusal_of
from kitchen_agent.live.rescues import Rescue
from kitchen_agent.live.session import Session
from kitchen_agent.live.wording import sentence, told_apart
from kitchen_agent.menu import DishRequest

MUCH_LONGER_MINUTES = 15


@dataclass(frozen=True)
class Choice:
    """One line to choose; no `events`: nothing happened."""

    words: str
    events: tuple[Happening | DishRequest, ...] = ()


def problems(session: Session, task: str) -> list[Choice]:
    """What can be wrong with a task that is as far as this one is, and which other cook may take it over."""
    found = [
        Choice("it is burnt, dropped or spoilt: do it again", (happen.TaskRedo(task=task),)),
        Choice("it waited too long, but it is fine", (happen.WaitAccepted(task=task),)),
        Choice("it had to be stopped", (happen.TaskPaused(task=task),)),
        Choice("leave it out", (happen.TaskSkipped(task=task),)),
        Choice(
            f"it needs {MUCH_LONGER_MINUTES} more minutes",
            (happen.NeedsMinutes(task=task, minutes=MUCH_LONGER_MINUTES),),
        ),
    ]
    item = session.item(task)
    for cook in session.plan.problem.cooks if item is not None and item.cooks else ():
        if item is not None and cook.name not in item.cooks and not _is_away(session, cook.id):
            found.append(Choice(f"{cook.name or cook.id} does it", (happen.CookSwap(task=task, cook=cook.id),)))
    return [choice for choice in found if not _refused(session, choice)]


def _is_away(session: Session, cook: str) -> bool:
    return any(
        entry.cook == cook and entry.start <= session.now and (entry.end is None or entry.end > session.now)
        for entry in session.away
    )


def ways_out(session: Session, offers: Sequence[Rescue]) -> Iterator[Choice]:
    """What answers the open questions about missing ingredients, then what would make the dinner less late."""
    for missing in session.open_questions:
        dish, ingredient = missing.dish, missing.ingredient
        answers: list[Happening] = [
            happen.IngredientReplaced(dish=dish, ingredient=ingredient, by=option)
            for option in session.options(missing) or ()
        ]
        answers += [happen.IngredientLeftOut(dish=dish, ingredient=ingredient), happen.DishDropped(dish=dish)]
        yield from (Choice(sentence(session, answer), (answer,)) for answer in answers)
    for offer in offers:
        left = f", then {offer.late_minutes} minutes late" if offer.late_minutes else ""
        yield Choice(f"{offer.sentence}{left}", offer.events)


def meanings(session: Session, events: Sequence[Happening | DishRequest]) -> list[Choice]:
    """The events that a sentence can mean."""
    return [Choice(words, (event,)) for words, event in zip(told_apart(session, events), events, strict=True)]


def _refused(session: Session, choice: Choice) -> bool:
    return any(not isinstance(event, DishRequest) and refusal_of(session, event) for event in choice.events)
