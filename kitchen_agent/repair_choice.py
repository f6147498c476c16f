"""Which repair the model is asked to choose, and how its choice is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kitchen_agent.choosing import choice_questions, most_chosen
from kitchen_agent.menu import DinnerRequest
from kitchen_agent.planner import Question

if TYPE_CHECKING:
    from scheduler.explain import Repair

OFFERS_MAX = 4
_SYSTEM = (
    "You run a kitchen. A dinner does not fit as it is planned. Choose the one change that guests and cooks mind "
    "least. Answer with its number."
)


def repair_questions(request: DinnerRequest, reasons: Sequence[str], offers: Sequence[Repair]) -> tuple[Question, ...]:
    """Ask which of the first `offers` (cheapest first) to make, once with each of them at the head of the list."""
    menu = ", ".join(dish.name for dish in request.dishes)
    cooks = ", ".join(f"{cook.name} ({cook.skill})" for cook in request.cooks)
    situation = [
        f"{menu} for {request.guests} guests at {request.serve_at:%H:%M}. Cooks: {cooks}.",
        *(f"Problem: {reason}" for reason in reasons),
    ]
    return choice_questions(_SYSTEM, situation, [offer.promise for offer in offers[:OFFERS_MAX]])


def chosen_repair(answers: Sequence[str], offers: Sequence[Repair]) -> Repair:
    """The offer that the `answers` to the questions choose most often, the cheapest of those that are even."""
    return offers[most_chosen(answers)]
