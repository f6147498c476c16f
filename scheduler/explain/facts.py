"""The facts of a kitchen that a dinner can collide with, each with the same kitchen without it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from scheduler.explain import relax
from scheduler.problem import Board, Cook, Course, Dish, Equipment, Model, Outage, Oven, Problem, Task, VesselStock

FactKind = Literal[
    "presence",
    "cooks",
    "skill",
    "refusal",
    "tending",
    "equipment",
    "oven",
    "vessel",
    "board",
    "hygiene",
    "hold",
    "serving_hold",
    "serving_time",
    "course",
    "session",
    "horizon",
    "time_window",
    "fire",
    "pin",
    "freeze",
    "order",
]
Say = Callable[[int], str]
"""Turns a minute of the plan into words, for example a clock time."""
Relax = Callable[[Problem], Problem]


def minute_words(minute: int) -> str:
    """The words for a minute when nobody says at what time the plan starts."""
    return f"minute {minute}"


class Fact(Model):
    """One fact of the kitchen, in words. ``subjects``: the ids that it is about."""

    kind: FactKind
    subjects: tuple[str, ...]
    sentence: str


@dataclass(frozen=True)
class Assumption:
    """A fact and what the problem would be if it were not so."""

    fact: Fact
    relax: Relax


def assumptions(problem: Problem, say: Say) -> list[Assumption]:
    """Every fact that a plan may collide with; what remains without all of them is the recipes' own order."""
    found = [
        *_people(problem, say),
        *_things(problem, say),
        *_waits(problem),
        *_times(problem, say),
        *_settled(problem),
    ]
    return [assumption for assumption in found if assumption.relax(problem) != problem]


def named(thing: Cook | Task | Dish | Course | Equipment | Oven | VesselStock | Board) -> str:
    """What a person calls it."""
    return thing.name or thing.id


def kind_named(problem: Problem, kind: str) -> str:
    """What a person calls vessels of this kind: as the first stock of them."""
    return next((named(stock) for stock in problem.vessels if stock.kind == kind), kind)


def _assume(kind: FactKind, subjects: tuple[str, ...], sentence: str, without: Relax) -> Assumption:
    return Assumption(Fact(kind=kind, subjects=subjects, sentence=sentence), without)


def _listed(words: Sequence[str], most: int = 3) -> str:
    """A few words and how many more there are."""
    rest = len(words) - most
    return ", ".join(words[:most]) + (f" and {rest} more" if rest > 0 else "")


def _count(count: int, words: str) -> str:
    return f"There {'is' if count == 1 else 'are'} {count} × {words}"


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _broken(outages: Iterable[Outage], count: int, say: Say) -> str:
    """When some of ``count`` things cannot be used: nothing, or a comma and the words."""
    words = ""
    for outage in outages:
        some = f"{outage.units} of them " if outage.units < count else ""
        if outage.units:
            words += f", {some}out of order from {say(outage.start_minutes)} to {say(outage.end_minutes)}"
    return words


def _people(problem: Problem, say: Say) -> Iterator[Assumption]:
    for cook in problem.cooks:
        name = (cook.id,)
        hours = " and ".join(
            f"from {say(window.start_minutes)} to {say(window.end_minutes)}" for window in relax.joined(cook.presence)
        )
        sentence = f"{named(cook)} is in the kitchen only {hours}."
        yield _assume("presence", name, sentence, partial(relax.without_hours, cook.id))
        sentence = f"{named(cook)} does not do: {', '.join(cook.refuses)}."
        yield _assume("refusal", name, sentence, partial(relax.without_refusals, cook.id))
        if any(task.attention == "tend" for task in problem.tasks):
            sentence = f"{named(cook)} watches at most {_many(cook.tend_capacity, 'pot')} at once."
            yield _assume("tending", name, sentence, partial(relax.without_pot_limit, cook.id))
    for level in sorted({task.skill for task in problem.tasks if task.skill > 1}):
        able = _listed([named(cook) for cook in problem.cooks if cook.skill >= level]) or "nobody"
        tasks = [task for task in problem.tasks if task.skill == level]
        sentence = f"Only {able} can do {_listed([named(task) for task in tasks])}."
        yield _assume("skill", tuple(task.id for task in tasks), sentence, partial(relax.without_skill, level))
    attended = sum(task.attention != "unattended" for task in problem.tasks)
    if attended:
        names = tuple(cook.id for cook in problem.cooks)
        most = sum(max(1, sum(need.count for need in task.crew)) for task in problem.tasks)
        sentence = f"{_count(len(names), 'cook')}, for {_many(attended, 'piece')} of work."
        yield _assume("cooks", names, sentence, partial(relax.with_helpers, min(most, 20)))


def _things(problem: Problem, say: Say) -> Iterator[Assumption]:
    for pool in problem.equipment:
        sentence = f"{_count(pool.count, named(pool))}{_broken(pool.outages, pool.count, say)}."
        yield _assume("equipment", (pool.id,), sentence, partial(relax.without_pool, pool.id))
    ovens = _listed(
        [f"{named(oven)} with {_many(oven.slots, 'slot')}{_broken(oven.outages, 1, say)}" for oven in problem.ovens]
    )
    names = tuple(oven.id for oven in problem.ovens)
    yield _assume("oven", names, f"In the kitchen: {ovens}, one temperature at a time.", relax.without_ovens)
    for kind in sorted({use.kind for dish in problem.dishes for use in dish.vessels}):
        stocks = [stock for stock in problem.vessels if stock.kind == kind]
        count = sum(stock.count for stock in stocks)
        broken = _broken([outage for stock in stocks for outage in stock.outages], count, say)
        sentence = f"{_count(count, kind_named(problem, kind))}{broken}, washed before another dish takes it."
        yield _assume("vessel", (kind,), sentence, partial(relax.without_vessels, kind))
    boards = tuple(board.id for board in problem.boards)
    yield _assume("board", boards, f"{_count(len(boards), 'cutting board')}.", relax.without_boards)
    if any(task.hygiene != "none" or task.free_from for task in problem.tasks):
        yield _assume("hygiene", (), "Boards and hands are cleaned between raw and ready food.", relax.without_hygiene)
    if any(task.on_fire for task in problem.tasks):
        yield _assume("fire", (), "Somebody stays while something is on the heat.", relax.without_watch)


def _waits(problem: Problem) -> Iterator[Assumption]:
    names = {task.id: named(task) for task in problem.tasks}
    for link in problem.links:
        if link.max_lag_minutes is not None:
            sentence = f"{names[link.after]} starts at most {_many(link.max_lag_minutes, 'minute')} after "
            sentence += f"{names[link.before]}."
            without = partial(relax.with_max_lag, link, None)
            yield _assume("hold", (link.before, link.after), sentence, without)
    for dish in problem.dishes:
        for serving in dish.serving:
            if serving.max_lag_minutes is not None:
                sentence = f"{named(dish)} is served at most {_many(serving.max_lag_minutes, 'minute')} after "
                sentence += f"{names[serving.task]}."
                without = partial(relax.with_serving_lag, dish.id, serving, None)
                yield _assume("serving_hold", (dish.id, serving.task), sentence, without)


def _times(problem: Problem, say: Say) -> Iterator[Assumption]:
    for dish in problem.dishes:
        if dish.serve_at_minutes is not None:
            sentence = f"{named(dish)} is not served before {say(dish.serve_at_minutes)}."
            yield _assume("serving_time", (dish.id,), sentence, partial(relax.without_dish_time, dish.id))
    for course in problem.courses:
        if course.serve_at_minutes is not None:
            sentence = f"{named(course)} is not served before {say(course.serve_at_minutes)}."
            yield _assume("serving_time", (course.id,), sentence, partial(relax.without_course_time, course.id))
        sentence = f"The dishes of {named(course)} come to the table within "
        sentence += f"{_many(course.window_minutes, 'minute')}."
        yield _assume("course", (course.id,), sentence, partial(relax.without_course_window, course.id))
    sentence = "Work is done in its sessions, and what does not keep only in the last."
    yield _assume("session", (), sentence, relax.without_sessions)
    for task in problem.tasks:
        end = "" if task.deadline_minutes is None else f" and is over by {say(task.deadline_minutes)}"
        sentence = f"{named(task)} does not begin before {say(task.release_minutes)}{end}."
        yield _assume("time_window", (task.id,), sentence, partial(relax.without_time_window, task.id))
    sentence = f"Everything is over by {say(problem.horizon_minutes)}."
    yield _assume("horizon", (), sentence, relax.with_time_for_everything)


def _settled(problem: Problem) -> Iterator[Assumption]:
    for pin in problem.pins:
        if pin.state == "locked":
            sentence = f"{pin.task} is settled as it is."
            yield _assume("pin", (pin.task,), sentence, partial(relax.without_pin, pin.task))
    if problem.replan:
        sentence = f"What starts in the next {_many(problem.replan.freeze_minutes, 'minute')} stays with its cooks."
        yield _assume("freeze", (), sentence, relax.without_freeze)
