"""Choosing an estimate by all that a model holds possible, not by its likeliest figure.

A model that splits its belief over 5, 10, 12 and 15 minutes writes 5 when that is the likeliest of them, although ten
would be near to nearly all. So where an estimate is to be written, the figures that the model holds possible are
tried one by one, and their geometric mean is taken, each by its share: of all figures the one with the least expected
squared error in proportion, the loss that fits times (a posterior mean of logarithms; Berger, Statistical Decision
Theory, 1985, section 4.4).
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kitchen_agent.llama import Logits

# What is less likely than this is not tried: it would hardly move the choice.
_LEAST_SHARE = 0.04
# A figure that the model is this sure of needs no others beside it.
_SURE_SHARE = 0.8
_DIGITS_MAX = 4

Figure = tuple[int, ...]


def weigh(first: Logits, digits: Sequence[int]) -> Generator[Figure, Logits, Figure]:
    """The digits of the figure to write, found by asking for the logits after beginnings of figures.

    `first` are the logits where the figure begins, `digits` the tokens of the digits 0 to 9. Yields a beginning and
    wants to be sent the logits after it. Of each beginning all but the last digit is the one yielded before it or a
    beginning of that: who keeps what was evaluated has one token to add each time.
    """
    opened = _digit_shares(first, digits)
    del opened[0]
    total = sum(opened.values())
    belief: dict[Figure, float] = {}
    yield from _explore((), {digit: share / total for digit, share in opened.items()}, digits, belief)
    return tuple(map(int, str(_middle(belief))))


def _explore(
    begun: Figure, opened: Mapping[int, float], digits: Sequence[int], belief: dict[Figure, float]
) -> Generator[Figure, Logits, None]:
    """Fill `belief` with the shares of the figures that begin with `begun` and go on with one of `opened`.

    The likeliest are tried first; of one that is not tried it is taken that the figure ends there.
    """
    for digit, share in sorted(opened.items(), key=lambda item: -item[1]):
        figure = (*begun, digit)
        belief[figure] = share
        if share < _LEAST_SHARE or len(figure) == _DIGITS_MAX or max(belief.values()) >= _SURE_SHARE > share:
            continue
        logits = yield figure
        after = {more: share * part for more, part in _digit_shares(logits, digits).items()}
        belief[figure] = max(0.0, share - sum(after.values()))
        yield from _explore(figure, after, digits, belief)


def _digit_shares(logits: Logits, digits: Sequence[int]) -> dict[int, float]:
    """The probability of each digit as the next token."""
    wide = logits.astype(np.float64) - float(logits.max())
    weights, total = np.exp(wide[list(digits)]), np.exp(wide).sum()
    return {digit: float(max(weight / total, 1e-12)) for digit, weight in enumerate(weights)}


def _middle(belief: Mapping[Figure, float]) -> int:
    """The geometric mean of the figures, each by its share, to the nearest whole number."""
    total = sum(belief.values())
    logarithms = (share / total * math.log(int("".join(map(str, figure)))) for figure, share in belief.items())
    return round(math.exp(sum(logarithms)))
