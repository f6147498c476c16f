"""Letting the model choose one of a few options by their numbers.

The small model likes whatever stands first: asked about the same options in another order it mostly answers 1 again (of
27 questions about substitutes 24 times). So it is asked once for each rotation of the list, and what it chooses most
often counts; where its choices only follow the order, each option has one vote, and the first is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kitchen_agent.planner import Question


def choice_questions(system: str, situation: Sequence[str], options: Sequence[str]) -> tuple[Question, ...]:
    """Ask which of `options` to take, once with each of them at the head of the list.

    The grammar allows their numbers and nothing else.
    """
    return tuple(_question(system, situation, [*options[first:], *options[:first]]) for first in range(len(options)))


def most_chosen(answers: Sequence[str]) -> int:
    """The index of the option that the `answers` to the questions choose most often; of even ones the first."""
    votes = Counter((first + int(answer) - 1) % len(answers) for first, answer in enumerate(answers))
    return min(votes, key=lambda number: (-votes[number], number))


def _question(system: str, situation: Sequence[str], options: Sequence[str]) -> Question:
    lines = [*situation, *(f"{number}. {option}" for number, option in enumerate(options, 1))]
    numbers = " | ".join(f'"{number}"' for number in range(1, len(options) + 1))
    return Question(
        ({"role": "system", "content": system}, {"role": "user", "content": "\n".join(lines)}),
        grammar=f"root ::= {numbers}",
        max_tokens=2,
    )
