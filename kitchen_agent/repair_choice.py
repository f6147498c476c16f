"""Which repair the model is asked to choose, and how its choice is read.

The small model likes whatever stands first: asked about the same repairs in another order it mostly answers 1 again. So
it is asked once for each rotation of the list, and what it chooses most often counts; where its choices only follow the
order, each repair has one vote, and the cheapest is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

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
    """Ask which of the first `offers` (cheapest first) to make, once with each of them at the head of the list.

    The grammar allows their numbers and nothing else.
    """
    asked = offers[:OFFERS_MAX]
    return tuple(_question(request, reasons, [*asked[first:], *asked[:first]]) for first in range(len(asked)))


def chosen_repair(answers: Sequence[str], offers: Sequence[Repair]) -> Repair:
    """The offer that the `answers` to the questions choose most often, the cheapest of those that are even."""
    votes = Counter((first + int(answer) - 1) % len(answers) for first, answer in enumerate(answers))
    return offers[min(votes, key=lambda number: (-votes[number], number))]


def _question(request: DinnerRequest, reasons: Sequence[str], offers: Sequence[Repair]) -> Question:
    menu = ", ".join(dish.name for dish in request.dishes)
    cooks = ", ".join(f"{cook.name} ({cook.skill})" for cook in request.cooks)
    lines = [
        f"{menu} for {request.guests} guests at {request.serve_at:%H:%M}. Cooks: {cooks}.",
        *(f"Problem: {reason}" for reason in reasons),
        *(f"{number}. {offer.sentence}" for number, offer in enumerate(offers, 1)),
    ]
    numbers = " | ".join(f'"{number}"' for number in range(1, len(offers) + 1))
    return Question(
        ({"role": "system", "content": _SYSTEM}, {"role": "user", "content": "\n".join(lines)}),
        grammar=f"root ::= {numbers}",
        max_tokens=2,
    )
