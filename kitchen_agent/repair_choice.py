"""Which repair the model is asked to choose, and how its choice is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kitchen_agent.menu import DinnerRequest
from kitchen_agent.planner import Question

if TYPE_CHECKING:
    from scheduler.explain import Repair

OFFERS_MAX = 9
_SYSTEM = (
    "You run a kitchen. A dinner does not fit as it is planned. Choose the one change that guests and cooks mind "
    "least. Answer with its number."
)


def repair_question(request: DinnerRequest, reasons: Sequence[str], offers: Sequence[Repair]) -> Question:
    """Ask which of `offers` (cheapest first) to make; the grammar allows their numbers and nothing else."""
    menu = ", ".join(dish.name for dish in request.dishes)
    cooks = ", ".join(f"{cook.name} ({cook.skill})" for cook in request.cooks)
    lines = [
        f"{menu} for {request.guests} guests at {request.serve_at:%H:%M}. Cooks: {cooks}.",
        *(f"Problem: {reason}" for reason in reasons),
        *(f"{number}. {offer.sentence}" for number, offer in enumerate(offers[:OFFERS_MAX], 1)),
    ]
    numbers = " | ".join(f'"{number}"' for number in range(1, len(offers[:OFFERS_MAX]) + 1))
    return Question(
        ({"role": "system", "content": _SYSTEM}, {"role": "user", "content": "\n".join(lines)}),
        grammar=f"root ::= {numbers}",
        max_tokens=2,
    )


def chosen_repair(answer: str, offers: Sequence[Repair]) -> Repair:
    """The offer whose number `answer` is."""
    return offers[int(answer) - 1]
