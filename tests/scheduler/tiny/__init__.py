"""A seeded family of tiny problems, a theme for each part of the kitchen, small enough for brute force."""

from collections.abc import Callable
from random import Random

from scheduler.problem import Problem
from tests.scheduler.tiny.evening import courses, replans, sessions
from tests.scheduler.tiny.midway import interrupted
from tests.scheduler.tiny.things import boards, cleans, ovens, pools, vessels
from tests.scheduler.tiny.work import batches, crews, fires, lags, people, pots

THEMES: dict[str, Callable[[Random], Problem]] = {
    theme.__name__: theme
    for theme in (
        lags,
        people,
        pots,
        crews,
        pools,
        ovens,
        vessels,
        boards,
        cleans,
        courses,
        sessions,
        batches,
        fires,
        replans,
        interrupted,
    )
}


def tiny(theme: str, seed: int) -> Problem:
    """The problem of a theme and seed, always the same."""
    return THEMES[theme](Random(f"{theme} {seed}"))
