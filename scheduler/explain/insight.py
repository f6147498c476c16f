"""What a plan that fits says about the kitchen: what holds it up, who has time to spare, what more would bring."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from scheduler.explain.chain import Step, critical_chain
from scheduler.explain.facts import Say, minute_words, named
from scheduler.explain.question import ask
from scheduler.explain.relax import with_hours
from scheduler.explain.repairs import MoreUnits
from scheduler.problem import Cook, Equipment, Model, Oven, Problem, TermName, Window
from scheduler.schedule import Schedule, Solved

GROUPS: dict[str, Literal["equipment", "vessels", "ovens", "boards"]] = {
    "equipment": "equipment",
    "vessel": "vessels",
    "oven": "ovens",
    "board": "boards",
}
"""What there can be one more of, by the kind of cause."""


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
    """The critical chain, the bottleneck, the cooks' slack and the gain from one more of each thing in the kitchen.

    ``say`` turns a minute into words. Gains and slack ask the solver, for half of ``seconds`` of wall clock each; the
    slack is then what is known so far, and the gains that were not reached are missing. What the chain waits for is
    asked about first.
    """
    now = time.monotonic()
    chain = critical_chain(problem, schedule, say)
    busy = _busy(problem, schedule)
    gains = tuple(_gains(problem, schedule, _scarce(problem, chain, busy), now + seconds / 2))
    slack = tuple(_slack(problem, schedule, cook, now + seconds, say) for cook in problem.cooks)
    return Insight(chain=chain, bottleneck=_bottleneck(problem, schedule, chain, busy), slack=slack, gains=gains)


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


def _bottleneck(
    problem: Problem, schedule: Schedule, chain: tuple[Step, ...], busy: dict[tuple[str, str], int]
) -> Bottleneck | None:
    if not busy:
        return None
    start = min(at.start_minutes for at in schedule.assignments)
    span = max(1, max(at.end_minutes for at in schedule.assignments) - start)
    waits: Counter[tuple[str, str]] = Counter(step.waits_for for step in chain)
    kind, of = max(busy, key=lambda key: (waits[key], busy[key]))
    percent = min(100, round(100 * busy[kind, of] / span))
    things: tuple[Cook | Oven | Equipment, ...] = (*problem.cooks, *problem.ovens, *problem.equipment)
    name = next(named(thing) for thing in things if thing.id == of)
    used = f"{percent}% of the {span} minutes"
    if waits[kind, of]:
        steps = f"{waits[kind, of]} of the {len(chain)} steps of its longest chain"
        sentence = f"{name[0].upper()}{name[1:]} is what the plan waits for most: {steps}, busy {used}."
    else:
        sentence = f"The recipes' own steps are what the plan waits for; the busiest is {name}: {used}."
    return Bottleneck(kind=kind, of=of, busy_percent=percent, sentence=sentence)


def _value(schedule: Schedule, name: TermName) -> int:
    return next((term.value for term in schedule.terms if term.name == name), 0)


def _first_work(schedule: Schedule, cook: str) -> int | None:
    """When the cook begins to work, None without work."""
    starts = [at.start_minutes for at in schedule.assignments if cook in at.cooks]
    return min([*starts, *(entry.start_minutes for entry in schedule.inserted if entry.cook == cook)], default=None)


def _slack(problem: Problem, schedule: Schedule, cook: Cook, deadline: float, say: Say) -> Slack:
    """By bisection over the minute at which the cook comes."""
    hours = cook.presence or (Window(start_minutes=0, end_minutes=problem.horizon_minutes),)
    arrival = hours[0].start_minutes
    low = _first_work(schedule, cook.id)
    if low is None:
        left = max(0, hours[-1].end_minutes - arrival)
        return Slack(cook=cook.id, minutes=left, sentence=f"{named(cook)} is not needed.")
    late = _value(schedule, "lateness")
    high = hours[-1].end_minutes - 1 if problem.replan is None else low
    while low < high and time.monotonic() < deadline:
        middle = (low + high + 1) // 2
        plan = _with_arrival(problem, cook, hours, middle, deadline)
        if plan is not None and _value(plan, "lateness") <= late:
            low = min(high, max(middle, _first_work(plan, cook.id) or high))
        else:
            high = middle - 1
    sentence = f"{named(cook)} may come at {say(low)}, {low - arrival} minutes later, without harm."
    return Slack(cook=cook.id, minutes=max(0, low - arrival), sentence=sentence)


def _with_arrival(
    problem: Problem, cook: Cook, hours: tuple[Window, ...], minute: int, deadline: float
) -> Schedule | None:
    """The plan with the least lateness when the cook comes at this minute."""
    later = tuple(
        window.model_copy(update={"start_minutes": max(window.start_minutes, minute)})
        for window in hours
        if window.end_minutes > minute
    )
    outcome = ask(with_hours(cook.id, later, problem), ("lateness",), deadline) if later else None
    return outcome.schedule if isinstance(outcome, Solved) else None


def _scarce(problem: Problem, chain: tuple[Step, ...], busy: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    """Everything that there could be one more of: what the chain waits for, then the busiest, then the rest."""
    waited = [step.waits_for for step in chain]
    things = [("equipment", pool.id) for pool in problem.equipment] + [("oven", oven.id) for oven in problem.ovens]
    things += [("vessel", stock.id) for stock in problem.vessels] + [
        ("board", board.id) for board in problem.boards[:1]
    ]
    boards = any(kind == "board" for kind, _ in waited)

    def rank(thing: tuple[str, str]) -> tuple[bool, int]:
        waits = thing in waited or (thing[0] == "board" and boards)
        return (not waits, -busy.get(thing, 0))

    return sorted(things, key=rank)


def _gains(problem: Problem, schedule: Schedule, things: list[tuple[str, str]], deadline: float) -> Iterator[Gain]:
    """What one more of each thing would bring, as long as there is time. The plan at hand stays possible."""
    names = {
        "equipment": {pool.id: named(pool) for pool in problem.equipment},
        "vessel": {stock.id: named(stock) for stock in problem.vessels},
        "oven": {oven.id: named(oven) for oven in problem.ovens},
        "board": {board.id: "cutting board" for board in problem.boards},
    }
    for kind, of in things:
        more = MoreUnits(group=GROUPS[kind], of=of).apply(problem)
        outcome = ask(more, ("lateness", "presence"), deadline, hint=schedule)
        if not isinstance(outcome, Solved):
            return
        late = max(0, _value(schedule, "lateness") - _value(outcome.schedule, "lateness"))
        there = max(0, _value(schedule, "presence") - _value(outcome.schedule, "presence")) if late == 0 else 0
        words = f"{late} minutes less late" if late else f"{there} minutes less work in the kitchen"
        sentence = f"One more {names[kind][of]}: {words if late or there else 'nothing gained'}."
        yield Gain(group=GROUPS[kind], of=of, lateness_minutes=late, presence_minutes=there, sentence=sentence)
