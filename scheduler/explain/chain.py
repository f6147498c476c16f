"""Why a plan is as long as it is: from its last task back, what each one waited for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from scheduler.explain.facts import Say, minute_words
from scheduler.problem import Model, Problem
from scheduler.schedule import Assignment, Inserted, Schedule

CauseKind = Literal["link", "cook", "oven", "equipment", "vessel", "board", "arrival", "time", "nothing"]
Cause = tuple[CauseKind, str]


class Step(Model):
    """One piece of work on the chain. ``waits_for``: what kept it from starting earlier, as (kind, id of the cook,
    oven, pool, stock, board or task before it)."""

    work: str
    start_minutes: int
    end_minutes: int
    waits_for: Cause
    sentence: str


@dataclass(frozen=True)
class _Work:
    """A task or an inserted task with everything that it holds while it lasts."""

    id: str
    words: str
    start: int
    end: int
    holds: frozenset[Cause]
    entry: Assignment | Inserted


def critical_chain(problem: Problem, schedule: Schedule, say: Say = minute_words) -> tuple[Step, ...]:
    """From the first to the last: the work that leads, without a pause, to the last task of the latest dish.

    A pause means that the task there could have been earlier; the chain begins behind it.
    """
    work = {entry.id: entry for entry in _work(problem, schedule)}
    current = _last(problem, schedule, work)
    steps: list[Step] = []
    seen: set[str] = set()
    while current is not None and current.id not in seen:
        seen.add(current.id)
        previous, cause, words = _reason(problem, work, current, say)
        span = f"{say(current.start)} to {say(current.end)}"
        steps.append(
            Step(
                work=current.id,
                start_minutes=current.start,
                end_minutes=current.end,
                waits_for=cause,
                sentence=f"{current.words} ({span}) {words}.",
            )
        )
        current = previous
    return tuple(reversed(steps))


def _work(problem: Problem, schedule: Schedule) -> Iterator[_Work]:
    tasks = {task.id: task for task in problem.tasks}
    vessels = {(hold.dish, hold.vessel): hold.unit.rpartition("#")[0] for hold in schedule.holds}
    for at in schedule.assignments:
        task = tasks[at.task]
        holds: set[Cause] = {("cook", cook) for cook in at.cooks}
        holds |= {("equipment", unit.rpartition("#")[0]) for unit in at.units}
        holds |= {("oven", at.oven)} if at.oven else set()
        holds |= {("board", at.board)} if at.board else set()
        holds |= {("vessel", vessels[task.dish or "", letter]) for letter in task.vessels}
        yield _Work(at.task, task.name or task.id, at.start_minutes, at.end_minutes, frozenset(holds), at)
    words = {"warm_up": "heating {oven}", "wash_up": "washing {unit}", "clean": "cleaning after {task}"}
    for entry in schedule.inserted:
        held: set[Cause] = set()
        held |= {("cook", entry.cook)} if entry.cook else set()
        held |= {("oven", entry.oven)} if entry.oven else set()
        held |= {("board", entry.board)} if entry.board else set()
        held |= {("vessel", entry.unit.rpartition("#")[0])} if entry.unit else set()
        said = words[entry.kind].format(oven=entry.oven, unit=entry.unit, task=entry.task)
        yield _Work(entry.id, said, entry.start_minutes, entry.end_minutes, frozenset(held), entry)


def _last(problem: Problem, schedule: Schedule, work: dict[str, _Work]) -> _Work | None:
    """The last task of the dish that is served last, or of everything."""
    served = {entry.dish: entry.served_minutes for entry in schedule.served}
    latest = max(served.values(), default=0)
    dishes = {dish for dish, minute in served.items() if minute == latest}
    candidates = [work[task.id] for task in problem.tasks if task.dish in dishes and task.id in work]
    return max(candidates or [work[at.task] for at in schedule.assignments], key=lambda one: one.end, default=None)


def _reason(problem: Problem, work: dict[str, _Work], current: _Work, say: Say) -> tuple[_Work | None, Cause, str]:
    """What came right before, the cause, and the words for it."""
    for before, lag in _linked(problem, work, current):
        rest = f" and {lag} minutes of rest" if lag else ""
        return before, ("link", before.id), f"follows {before.words}{rest}"
    if isinstance(current.entry, Assignment) and current.entry.oven:
        for other in work.values():
            heats = isinstance(other.entry, Inserted) and other.entry.kind == "warm_up"
            if heats and ("oven", current.entry.oven) in other.holds and other.end == current.start:
                return other, ("oven", current.entry.oven), f"waits until {current.entry.oven} is hot"
    scarce = {cause for cause in current.holds if _used_up(problem, work, cause, current.start)}
    sharing = [
        (other, min(other.holds & scarce))
        for other in work.values()
        if other.end == current.start and other.id != current.id and other.holds & scarce
    ]
    if sharing:
        other, (kind, subject) = max(sharing, key=lambda pair: pair[0].end - pair[0].start)
        return other, (kind, subject), f"waits for {subject}, busy with {other.words}"
    return None, *_edge(problem, current, say)


def _used_up(problem: Problem, work: dict[str, _Work], cause: Cause, minute: int) -> bool:
    """Whether nothing of it was free right before this minute; cooks, ovens and boards are taken by any work."""
    kind, subject = cause
    counts = {("equipment", pool.id): pool.count for pool in problem.equipment}
    counts |= {("vessel", stock.id): stock.count for stock in problem.vessels}
    taken = sum(cause in one.holds and one.start < minute <= one.end for one in work.values())
    return taken >= counts.get((kind, subject), 1)


def _linked(problem: Problem, work: dict[str, _Work], current: _Work) -> Iterator[tuple[_Work, int]]:
    for link in problem.links:
        before = work.get(link.before)
        if link.after == current.id and before is not None and link.min_lag_minutes is not None:
            reference = before.start if link.from_start else before.end
            if reference + link.min_lag_minutes == current.start:
                yield before, link.min_lag_minutes


def _edge(problem: Problem, current: _Work, say: Say) -> tuple[Cause, str]:
    """The chain's beginning: a cook arrives, the kitchen opens, or the task simply has time."""
    for kind, subject in sorted(current.holds):
        if kind == "cook":
            cook = next(cook for cook in problem.cooks if cook.id == subject)
            if any(window.start_minutes == current.start for window in cook.presence):
                return ("arrival", subject), f"waits until {cook.name or cook.id} comes at {say(current.start)}"
    opens = {0, *(entry.start_minutes for entry in problem.sessions)}
    opens |= {problem.replan.now_minutes} if problem.replan else set()
    if current.start in opens:
        return ("time", "start"), "begins as soon as the kitchen opens"
    return ("nothing", ""), "waits for nothing"
