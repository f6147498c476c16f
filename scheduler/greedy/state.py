"""What an attempt of the greedy planner knows: the problem seen from the back, and what is placed so far."""

import heapq
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scheduler.durations import could_fill, hygiene_pairs, minutes_with_pans, useful_pans, willing
from scheduler.greedy.occupancy import Occupancy
from scheduler.problem import Cook, Link, Problem, Task, Window
from scheduler.rules.cooks import merged

PLAIN_ATTEMPTS = 4
"""So many attempts leave nothing to chance."""
LONG_WAIT = 240
"""Minutes; what can wait longer is as patient as what can wait for ever."""


@dataclass(frozen=True)
class Place:
    """Where a task goes: [start, end) and with what."""

    start: int
    end: int
    cooks: tuple[str, ...] = ()
    pans: int = 1
    oven: str | None = None
    board: str | None = None


@dataclass(frozen=True)
class VesselPlace:
    """A vessel use on a unit; the wash-up after it, if any, as (start, end, cook)."""

    unit: str
    first: int
    last: int
    wash: tuple[int, int, str] | None = None


class DoesNotFitError(Exception):
    """This attempt failed: a dish found no place, or ``blamed`` has to end by ``cap`` for its input not to wait.

    ``has_room``: there is a place, but too early for serving; else there is none at all.
    """

    def __init__(self, dish: str | None, blamed: str | None = None, cap: int = 0, has_room: bool = True) -> None:
        super().__init__(dish)
        self.dish, self.blamed, self.cap, self.has_room = dish, blamed, cap, has_room


class Chance:
    """What the attempt of this number varies: nothing in the first ones, order and serving in the later ones."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._random = random.Random(number) if number >= PLAIN_ATTEMPTS else None

    def factor(self) -> float:
        """A number by which to stretch or shrink something."""
        return self._random.uniform(0.4, 1.6) if self._random else 1.0

    def minutes(self, most: int) -> int:
        """Minutes in 0..most."""
        return self._random.randint(0, max(0, most)) if self._random else 0

    def shuffled(self, names: list[str]) -> list[str]:
        """The names in any order."""
        return self._random.sample(names, len(names)) if self._random else names


@dataclass
class Attempt:
    """One try: the diary, the places so far and the serving times aimed at.

    ``caps``: the latest ends of tasks whose input would wait too long otherwise. ``steps``: how many more places may be
    looked at.
    """

    problem: Problem
    served: dict[str, int]
    diary: Occupancy
    steps: int
    caps: dict[str, int]
    places: dict[str, Place] = field(default_factory=dict)
    vessels: dict[tuple[str, str], VesselPlace] = field(default_factory=dict)
    cleans: dict[str, tuple[int, int, str, str | None]] = field(default_factory=dict)


class Frame:
    """What stays the same in all attempts."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.now = problem.replan.now_minutes if problem.replan else 0
        self.tasks = {task.id: task for task in problem.tasks}
        self.cooks = {cook.id: cook for cook in problem.cooks}
        self.counts = {pool.id: pool.count for pool in problem.equipment}
        self.dishes = {dish.id: dish for dish in problem.dishes}
        self.pins = {pin.task: pin for pin in problem.pins}
        self.baseline = {p.task: p for p in problem.replan.baseline} if problem.replan else {}
        self.after: dict[str, list[Link]] = defaultdict(list)
        self.before: dict[str, list[Link]] = defaultdict(list)
        for link in problem.links:
            self.after[link.before].append(link)
            self.before[link.after].append(link)
        windows = [
            w
            for c in problem.cooks
            for w in c.presence or (Window(start_minutes=0, end_minutes=problem.horizon_minutes),)
        ]
        self.fire = [Window(start_minutes=low, end_minutes=high) for low, high in merged(windows)]
        self.able = {task.id: self._able(task) for task in problem.tasks}
        self.contaminating = {(first.id, second.id) for first, second in hygiene_pairs(problem)}
        self.unclean: dict[str, list[str]] = defaultdict(list)
        for first, second in sorted({(min(pair), max(pair)) for pair in self.contaminating}):
            self.unclean[first].append(second)
            self.unclean[second].append(first)
        self.heights = self._longest({name: [(x.after, x) for x in self.after[name]] for name in self.tasks})
        self.depths = self._longest({name: [(x.before, x) for x in self.before[name]] for name in self.tasks})

    def frozen(self, name: str) -> bool:
        """Whether the task is about to start and stays with its cooks."""
        planned, replan = self.baseline.get(name), self.problem.replan
        return bool(planned and replan and 0 <= planned.start_minutes - replan.now_minutes < replan.freeze_minutes)

    def _able(self, task: Task) -> tuple[Cook, ...]:
        """The cooks who may do the task; those of the old plan alone when it is locked or about to start."""
        able = [cook for cook in self.problem.cooks if could_fill(task, cook) and willing(task, cook)]
        pin = self.pins.get(task.id)
        fixed = (pin.cooks if pin else None) or (self.baseline[task.id].cooks if self.frozen(task.id) else None)
        return tuple(cook for cook in able if not fixed or cook.id in fixed)

    def _longest(self, onward: Mapping[str, list[tuple[str, Link]]]) -> dict[str, int]:
        """Minutes on the longest path through minimum lags from each task on, its own minutes included."""
        lengths: dict[str, int] = {}
        stack = list(self.tasks)
        while stack:
            name = stack[-1]
            if name in lengths:
                stack.pop()
                continue
            following = [(other, link) for other, link in onward[name] if link.min_lag_minutes is not None]
            missing = [other for other, _ in following if other not in lengths]
            if missing:
                stack.extend(missing)
                continue
            ends = [lengths[other] + (link.min_lag_minutes or 0) for other, link in following]
            lengths[name] = self.least_minutes(self.tasks[name]) + max(ends, default=0)
            stack.pop()
        return lengths

    def least_minutes(self, task: Task) -> int:
        """The task's length with as many pans as it may take."""
        return minutes_with_pans(task, useful_pans(task)[-1])

    def group(self, dish: str | None) -> str | None:
        """What is served together with a dish: its course, else itself."""
        return (self.dishes[dish].course or dish) if dish in self.dishes else None

    def patience(self, task: Task) -> int:
        """Minutes that the task's result can wait, at most ``LONG_WAIT``."""
        holds = [link.max_lag_minutes for link in self.after[task.id]]
        if task.dish is not None:
            holds += [link.max_lag_minutes for link in self.dishes[task.dish].serving if link.task == task.id]
        return min([LONG_WAIT, *(hold for hold in holds if hold is not None)])

    def order(self, urgency: Mapping[str | None, int], chance: Chance) -> Iterator[Task]:
        """All tasks, each after those that follow it: urgent dishes first, then what cannot wait, then the latest."""
        waiting = {name: sum(1 for link in self.after[name] if link.min_lag_minutes is not None) for name in self.tasks}
        heap = [self._key(name, urgency, chance) for name, count in waiting.items() if count == 0]
        heapq.heapify(heap)
        while heap:
            name = heapq.heappop(heap)[-1]
            yield self.tasks[name]
            for link in self.before[name]:
                if link.min_lag_minutes is None:
                    continue
                waiting[link.before] -= 1
                if waiting[link.before] == 0:
                    heapq.heappush(heap, self._key(link.before, urgency, chance))

    def _key(self, name: str, urgency: Mapping[str | None, int], chance: Chance) -> tuple[int, float, float, str]:
        task = self.tasks[name]
        patience, height = self.patience(task) * chance.factor(), self.heights[name] * chance.factor()
        return -urgency.get(task.dish, 0), patience, height, name
