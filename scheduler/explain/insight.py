"""What a plan that fits says about the kitchen: what holds it up, who has time to spare, what more would bring."""

import time
from collections.abc import Iterator

from scheduler.explain.chain import Step, critical_chain
from scheduler.explain.facts import Say, minute_words, named
from scheduler.explain.relax import with_hours
from scheduler.explain.repairs import MoreUnits
from scheduler.problem import Cook, Model, Problem, TermName, Window
from scheduler.schedule import Schedule, Solved
from scheduler.solve import Limits, solve

WORK_PER_QUESTION = 1.0
"""Deterministic seconds for one question to the solver."""


class Bottleneck(Model):
    """The cook or thing that the chain waits for most, else the one that is busiest; ``busy_percent`` of the time
    from the first start to the last end."""

    kind: str
    of: str
    busy_percent: int
    sentence: str


class Slack(Model):
    """How much later than planned a cook may come without making anything later: at least ``minutes``."""

    cook: str
    minutes: int
    sentence: str


class Gain(Model):
    """What one more of something would bring: how much each of the first terms would fall (minutes)."""

    group: str
    of: str
    lateness_minutes: int
    presence_minutes: int
    sentence: str


class Insight(Model):
    """Why a plan is as long as it is."""

    chain: tuple[Step, ...]
    bottleneck: Bottleneck | None
    slack: tuple[Slack, ...]
    gains: tuple[Gain, ...]


def insight(problem: Problem, schedule: Schedule, *, seconds: float = 3.0, say: Say = minute_words) -> Insight:
    """The critical chain, the bottleneck, the cooks' slack and the gain from one more of what the chain waits for.

    ``say`` turns a minute into words. Slack and gains ask the solver and stop after ``seconds`` of wall clock; the
    slack is then what is known without it, and the gains that were not reached are missing.
    """
    deadline = time.monotonic() + seconds
    chain = critical_chain(problem, schedule, say)
    slack = tuple(_slack(problem, schedule, cook, deadline, say) for cook in problem.cooks)
    gains = tuple(_gains(problem, schedule, chain, deadline))
    return Insight(chain=chain, bottleneck=_bottleneck(problem, schedule, chain), slack=slack, gains=gains)


def _busy(problem: Problem, schedule: Schedule) -> dict[tuple[str, str], int]:
    """Minutes of use of each cook, and of each unit of equipment and slot of an oven on average."""
    tasks = {task.id: task for task in problem.tasks}
    busy: dict[tuple[str, str], float] = {}

    def add(kind: str, of: str, minutes: float) -> None:
        busy[kind, of] = busy.get((kind, of), 0) + minutes

    counts = {pool.id: pool.count for pool in problem.equipment}
    slots = {oven.id: oven.slots for oven in problem.ovens}
    for at in schedule.assignments:
        minutes = at.end_minutes - at.start_minutes
        for cook in at.cooks:
            add("cook", cook, minutes)
        for unit in at.units:
            pool = unit.rpartition("#")[0]
            add("equipment", pool, minutes / counts[pool])
        use = tasks[at.task].oven
        if use and at.oven:
            add("oven", at.oven, minutes * use.slots * at.pans / slots[at.oven])
    for entry in schedule.inserted:
        if entry.cook:
            touch = problem.settings.oven_touch_minutes if entry.kind == "warm_up" else None
            add("cook", entry.cook, entry.end_minutes - entry.start_minutes if touch is None else touch)
        if entry.kind == "warm_up" and entry.oven:
            add("oven", entry.oven, entry.end_minutes - entry.start_minutes)
    return {key: round(minutes) for key, minutes in busy.items()}


def _bottleneck(problem: Problem, schedule: Schedule, chain: tuple[Step, ...]) -> Bottleneck | None:
    busy = _busy(problem, schedule)
    if not busy:
        return None
    start = min(at.start_minutes for at in schedule.assignments)
    span = max(1, max(at.end_minutes for at in schedule.assignments) - start)
    waits = [step.waits_for for step in chain]
    kind, of = max(busy, key=lambda key: (sum(cause == key for cause in waits), busy[key]))
    percent = min(100, round(100 * busy[kind, of] / span))
    name = next((named(cook) for cook in problem.cooks if kind == "cook" and cook.id == of), of)
    sentence = f"{name} is what the plan waits for most: busy {percent}% of the {span} minutes."
    return Bottleneck(kind=kind, of=of, busy_percent=percent, sentence=sentence)


def _lateness(problem: Problem) -> int | None:
    """The least lateness of any plan that could be found, None when there is none."""
    first: tuple[TermName, ...] = ("lateness",)
    outcome = solve(problem.model_copy(update={"objective": first}), Limits(deterministic_limit=WORK_PER_QUESTION))
    return outcome.schedule.terms[0].value if isinstance(outcome, Solved) else None


def _value(schedule: Schedule, name: TermName) -> int:
    return next((term.value for term in schedule.terms if term.name == name), 0)


def _slack(problem: Problem, schedule: Schedule, cook: Cook, deadline: float, say: Say) -> Slack:
    """By bisection over the minute at which the cook comes."""
    hours = cook.presence or (Window(start_minutes=0, end_minutes=problem.horizon_minutes),)
    starts = [at.start_minutes for at in schedule.assignments if cook.id in at.cooks]
    starts += [entry.start_minutes for entry in schedule.inserted if entry.cook == cook.id]
    first = min(starts, default=problem.horizon_minutes)
    arrival = hours[0].start_minutes
    late = _value(schedule, "lateness")
    low, high = first, hours[-1].end_minutes - 1 if starts else first
    while low < high and time.monotonic() < deadline and problem.replan is None:
        middle = (low + high + 1) // 2
        later = tuple(
            window.model_copy(update={"start_minutes": max(window.start_minutes, middle)})
            for window in hours
            if window.end_minutes > middle
        )
        found = _lateness(with_hours(cook.id, later, problem)) if later else None
        if found is not None and found <= late:
            low = middle
        else:
            high = middle - 1
    if not starts:
        return Slack(cook=cook.id, minutes=max(0, first - arrival), sentence=f"{named(cook)} is not needed.")
    sentence = f"{named(cook)} may come at {say(low)}, {low - arrival} minutes later, without harm."
    return Slack(cook=cook.id, minutes=max(0, low - arrival), sentence=sentence)


def _gains(problem: Problem, schedule: Schedule, chain: tuple[Step, ...], deadline: float) -> Iterator[Gain]:
    """One more of each thing that the chain waits for."""
    terms: tuple[TermName, ...] = ("lateness", "presence")
    groups = {"equipment": "equipment", "vessel": "vessels", "oven": "ovens", "board": "boards"}
    causes = dict.fromkeys(step.waits_for for step in chain if step.waits_for[0] in groups)
    for kind, of in causes:
        if time.monotonic() > deadline:
            return
        more = MoreUnits.model_validate({"group": groups[kind], "of": of}).apply(problem)
        limits = Limits(deterministic_limit=WORK_PER_QUESTION)
        outcome = solve(more.model_copy(update={"objective": terms}), limits)
        if isinstance(outcome, Solved):
            late = max(0, _value(schedule, "lateness") - _value(outcome.schedule, "lateness"))
            there = max(0, _value(schedule, "presence") - _value(outcome.schedule, "presence")) if late == 0 else 0
            words = f"{late} minutes less late" if late else f"{there} minutes less work in the kitchen"
            sentence = f"One more {of}: {words if late or there else 'nothing gained'}."
            yield Gain(group=groups[kind], of=of, lateness_minutes=late, presence_minutes=there, sentence=sentence)
