"""Numbers of the command line, in the ranges in which they have a meaning."""

import math
from argparse import ArgumentTypeError
from collections.abc import Callable

LARGEST_SEED = 2**31 - 1
"""CP-SAT's seeds are 32 bits with a sign."""
MOST_WORKERS = 10_000
"""CP-SAT takes no more threads."""


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Reads a whole number in least..most (None: any); argparse says what is wrong with another word."""
    words = f"a whole number from {least} to {most}" if most is not None else f"a whole number of at least {least}"

    def read(word: str) -> int:
        try:
            number = int(word)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            raise ArgumentTypeError(f"{word!r}: give {words}")
        return number

    return read


def positive(word: str) -> float:
    """Reads a number above 0, not infinite; argparse says what is wrong with another word."""
    try:
        number = float(word)
    except ValueError:
        number = 0.0
    if not (number > 0 and math.isfinite(number)):
        raise ArgumentTypeError(f"{word!r}: give a number above 0")
    return number
