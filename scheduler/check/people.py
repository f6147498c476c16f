"""Who does the work: crews, skill, refusals, presence, hands and pots, somebody near the fire."""

from collections.abc import Iterator
from functools import partial
from itertools import combinations

from scheduler.check.report import Violation
from scheduler.check.view import Load, Placed, View, Work, overlap, overloads, units_left
from scheduler.problem import CrewNeed


def crew(view: View) -> Iterator[Violation]:
    """An attended task has the cooks that it asks for, one for each place; an unattended one has none."""
    for placed in view.placed.values():
        cooks = placed.at.cooks
        if placed.settled and placed.pin is not None and placed.pin.cooks is not None:
            continue
        places = _places(placed)
        able = [
            [
                index
                for index, ability in enumerate(places)
                if placed.settled or ability is None or (cook in view.cooks and ability in view.cooks[cook].abilities)
            ]
            for cook in cooks
        ]
        if len(set(cooks)) != len(places) or len(cooks) != len(places) or not _fill(able):
            wanted = ", ".join(ability or "any cook" for ability in places) or "nobody"
            message = f"{placed.id} needs {wanted} but is given to {', '.join(cooks) or 'nobody'}"
            yield Violation(rule="crew", subjects=(placed.id, *cooks), message=message, at_minutes=placed.start)


def _places(placed: Placed) -> list[str | None]:
    if not placed.attended:
        return []
    needs = placed.task.crew or (CrewNeed(),)
    return [need.ability for need in needs for _ in range(need.count)]


def _fill(able: list[list[int]]) -> bool:
    """Whether every cook finds a place of its own (augmenting paths, Kuhn 1955)."""
    taken: dict[int, int] = {}

    def seat(cook: int, tried: set[int]) -> bool:
        for place in able[cook]:
            if place not in tried:
                tried.add(place)
                if place not in taken or seat(taken[place], tried):
                    taken[place] = cook
                    return True
        return False

    return all(seat(cook, set()) for cook in range(len(able)))


def skill(view: View) -> Iterator[Violation]:
    """Nobody does what is above their skill."""
    for placed in view.placed.values():
        for name in placed.at.cooks:
            cook = view.cooks.get(name)
            if cook and not placed.settled and placed.task.skill > cook.skill:
                message = f"{placed.id} needs skill {placed.task.skill}, {name} has {cook.skill}"
                yield Violation(rule="skill", subjects=(placed.id, name), message=message, at_minutes=placed.start)


def refusal(view: View) -> Iterator[Violation]:
    """Nobody does what they refuse to do."""
    for work in view.work:
        refused = set(work.tags) & set(view.cooks[work.cook].refuses)
        if refused and not work.settled:
            message = f"{work.cook} refuses {', '.join(sorted(refused))} but is given {work.id}"
            yield Violation(rule="refusal", subjects=(work.id, work.cook), message=message, at_minutes=work.start)


def presence(view: View) -> Iterator[Violation]:
    """A cook works only while present, without a break inside a task."""
    for work in view.work:
        inside = any(
            window.start_minutes <= work.start and work.end <= window.end_minutes for window in view.presence(work.cook)
        )
        if not inside and not work.settled:
            message = f"{work.cook} is not there for all of {work.id} ({work.start} to {work.end})"
            yield Violation(rule="presence", subjects=(work.id, work.cook), message=message, at_minutes=work.start)


def hands(view: View) -> Iterator[Violation]:
    """One pair of hands does one thing at a time, and only light work beside a pot that wants tending."""
    for name in view.cooks:
        for one, other in combinations([work for work in view.work if work.cook == name], 2):
            if (one.settled and other.settled) or one.done or other.done or not _both_hands(view, one, other):
                continue
            if overlap(one.start, one.end, other.start, other.end):
                message = f"{name} cannot do {one.id} ({one.start} to {one.end}) and {other.id} ({other.start} to "
                message += f"{other.end}) at once"
                minute = max(one.start, other.start)
                yield Violation(rule="hands", subjects=(one.id, other.id, name), message=message, at_minutes=minute)


def _both_hands(view: View, one: Work, other: Work) -> bool:
    """Whether the two exclude each other."""
    if one.hands and other.hands:
        return True
    if not one.hands and not other.hands:
        return False
    beside = one if one.hands else other
    return not (beside.light and view.problem.settings.light_beside_tending)


def tending(view: View) -> Iterator[Violation]:
    """A cook tends at most so many pots at once."""
    for name, cook in view.cooks.items():
        loads = [
            Load(work.id, work.start, work.end, work.pots, work.settled)
            for work in view.work
            if work.cook == name and work.pots and not work.done
        ]
        for over in overloads(loads, partial(units_left, cook.tend_capacity, ())):
            names = tuple(load.id for load in over.loads)
            message = f"{name} tends {', '.join(names)} at once, at most {cook.tend_capacity} pots"
            yield Violation(rule="tending", subjects=(*names, name), message=message, at_minutes=over.minute)


def fire(view: View) -> Iterator[Violation]:
    """Somebody is in the kitchen while something is on the fire."""
    if not view.problem.settings.watch_fire or not view.cooks:
        return
    windows = sorted(
        (window.start_minutes, window.end_minutes) for name in view.cooks for window in view.presence(name)
    )
    for placed in view.placed.values():
        if not placed.task.on_fire or placed.settled:
            continue
        reached = placed.start
        for start, end in windows:
            if start <= reached:
                reached = max(reached, end)
        if reached < placed.end:
            message = f"{placed.id} is on the fire from {placed.start} to {placed.end} while nobody is in the kitchen"
            yield Violation(rule="fire", subjects=(placed.id,), message=message, at_minutes=placed.start)
