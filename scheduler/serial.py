"""A quick plan of a project: serial schedule generation, then pushed together from both ends.

Tasks are placed one after another, each as early as the ones before it, the equipment and the people allow; the most
urgent first. Placing them again from the end backwards, the last first, and then once more forwards makes no plan
longer and most of them shorter (double justification of Valls, Ballestín and Quintanilla 2005).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from random import Random

from scheduler.durations import crew_needs, minutes_with_pans, willing
from scheduler.extract import with_units
from scheduler.problem import Cook, Problem, Task
from scheduler.schedule import Assignment, Schedule

TRIES = 12
"""Plans that are made, each with other chances."""
CHANCE = 0.2
"""How far chance moves a task in the order of urgency, as a part of the whole project's length."""

_Lags = dict[str, list[tuple[str, int]]]


@dataclass(frozen=True)
class _Place:
    task: Task
    start: int
    end: int
    cooks: frozenset[str]


_Plan = dict[str, _Place]


def serial(problem: Problem) -> Schedule | None:
    """A plan of tasks, equipment and people without objective terms; None where tasks are tied otherwise than one
    after another. What else there is in a kitchen is not looked at: the judge has to see the plan.
    """
    before: _Lags = {task.id: [] for task in problem.tasks}
    after: _Lags = {task.id: [] for task in problem.tasks}
    for link in problem.links:
        if link.from_start or link.max_lag_minutes is not None or (link.min_lag_minutes or 0) < 0:
            return None
        before[link.after].append((link.before, link.min_lag_minutes or 0))
        after[link.before].append((link.after, link.min_lag_minutes or 0))
    try:
        order = list(
            TopologicalSorter({name: [other for other, _ in row] for name, row in before.items()}).static_order()
        )
    except CycleError:
        return None
    site = _Site(problem, order, before, after)
    plans = [plan for number in range(TRIES) if (plan := site.plan(number)) is not None]
    if not plans:
        return None
    return _schedule(problem, min(plans, key=_length))


@dataclass(frozen=True)
class _Site:
    """The project, an order of its tasks that keeps the links, and the links from both sides."""

    problem: Problem
    order: list[str]
    before: _Lags
    after: _Lags

    def plan(self, number: int) -> _Plan | None:
        """The plan of this try; None when some task cannot be staffed at all."""
        rank = {name: place for place, name in enumerate(self.order)}
        plan = self._placed(self._urgent(number), self.before)
        if plan is None:
            return None
        while True:
            ends = {name: (-place.end, -rank[name]) for name, place in plan.items()}
            mirrored = self._placed(sorted(ends, key=lambda name: ends[name]), self.after) or {}
            starts = {name: (-place.end, rank[name]) for name, place in mirrored.items()}
            better = self._placed(sorted(starts, key=lambda name: starts[name]), self.before)
            if not better or _length(better) >= _length(plan):
                return plan
            plan = better

    def _urgent(self, number: int) -> Iterable[str]:
        """The tasks in an order that keeps the links, those with the longest chain behind them first."""
        behind: dict[str, float] = {}
        tasks = {task.id: task for task in self.problem.tasks}
        for name in reversed(self.order):
            rest = [lag + behind[other] for other, lag in self.after[name]]
            behind[name] = minutes_with_pans(tasks[name], 1) + max(rest, default=0)
        random, reach = Random(number), CHANCE * max(behind.values(), default=0) if number else 0.0
        urgency = {name: length + reach * random.random() for name, length in behind.items()}
        sorter = TopologicalSorter({name: [other for other, _ in row] for name, row in self.before.items()})
        sorter.prepare()
        ready = list(sorter.get_ready())
        while ready:
            name = max(ready, key=lambda task: urgency[task])
            ready.remove(name)
            yield name
            sorter.done(name)
            ready += sorter.get_ready()

    def _placed(self, order: Iterable[str], lags: _Lags) -> _Plan | None:
        """Each task in turn at the first moment that does."""
        tasks = {task.id: task for task in self.problem.tasks}
        plan: _Plan = {}
        for name in order:
            task = tasks[name]
            soonest = max([task.release_minutes, *(plan[other].end + lag for other, lag in lags[name])])
            moments = sorted({soonest, *(place.end for place in plan.values() if place.end > soonest)})
            minutes = minutes_with_pans(task, 1)
            place = next((found for at in moments if (found := self._place(plan, task, at, at + minutes))), None)
            if place is None:
                return None
            plan[name] = place
        return plan

    def _place(self, plan: _Plan, task: Task, start: int, end: int) -> _Place | None:
        beside = [place for place in plan.values() if place.start < end and place.end > start]
        if not self._equipped(beside, task, start):
            return None
        busy = frozenset[str]().union(*(place.cooks for place in beside))
        free = [cook for cook in self.problem.cooks if cook.id not in busy and willing(task, cook)]
        cooks = _staff(task, free)
        return None if cooks is None else _Place(task, start, end, cooks)

    def _equipped(self, beside: list[_Place], task: Task, start: int) -> bool:
        counts = {pool.id: pool.count for pool in self.problem.equipment}
        for need in task.needs:
            users = [
                (place, sum(n.units for n in place.task.needs if n.equipment == need.equipment)) for place in beside
            ]
            for moment in {start, *(place.start for place, units in users if units and place.start > start)}:
                taken = sum(units for place, units in users if place.start <= moment < place.end)
                if taken + need.units > counts[need.equipment]:
                    return False
        return True


def _staff(task: Task, free: list[Cook]) -> frozenset[str] | None:
    """People for all places of the task, those with the fewest abilities first; None when there are too few."""
    places = [need.ability for need in crew_needs(task) for _ in range(need.count)]
    people = sorted(free, key=lambda cook: len(cook.abilities))
    filled: dict[str, int] = {}

    def seat(place: int, asked: set[str]) -> bool:
        for cook in people:
            if cook.id in asked or not (places[place] is None or places[place] in cook.abilities):
                continue
            asked.add(cook.id)
            if cook.id not in filled or seat(filled[cook.id], asked):
                filled[cook.id] = place
                return True
        return False

    return frozenset(filled) if all(seat(place, set()) for place in range(len(places))) else None


def _length(plan: _Plan) -> int:
    return max((place.end for place in plan.values()), default=0)


def _schedule(problem: Problem, plan: _Plan) -> Schedule:
    assignments = [
        Assignment(
            task=name,
            start_minutes=place.start,
            end_minutes=place.end,
            cooks=tuple(cook.id for cook in problem.cooks if cook.id in place.cooks),
        )
        for name, place in plan.items()
    ]
    return Schedule(
        assignments=tuple(sorted(with_units(problem, assignments), key=lambda entry: (entry.start_minutes, entry.task)))
    )
