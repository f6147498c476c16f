"""What an attempt of the greedy planner knows: the problem seen from the back, and what is placed so far."""

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from scheduler.durations import minutes_with_pans
from scheduler.greedy.occupancy import Occupancy
from scheduler.problem import Dish, Link, Problem, Task, Window
from scheduler.rules.cooks import merged
from scheduler.rules.courses import dish_due


@dataclass(frozen=True)
class Place:
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
    """This attempt failed: a dish found no place, or ``blamed`` has to end by ``cap`` for its input not to wait."""

    def __init__(self, dish: str | None, blamed: str | None = None, cap: int = 0) -> None:
        super().__init__(dish)
        self.dish, self.blamed, self.cap = dish, blamed, cap


@dataclass
class Attempt:
    """One try: the diary, the places so far and the serving times aimed at."""

    problem: Problem
    served: dict[str, int]
    diary: Occupancy
    places: dict[str, Place] = field(default_factory=dict)
    vessels: dict[tuple[str, str], VesselPlace] = field(default_factory=dict)
    cleans: dict[str, tuple[int, int, str, str | None]] = field(default_factory=dict)
    caps: dict[str, int] = field(default_factory=dict)


class Frame:
    """What stays the same in all attempts."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.now = problem.replan.now_minutes if problem.replan else 0
        self.tasks = {task.id: task for task in problem.tasks}
        self.cooks = {cook.id: cook for cook in problem.cooks}
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
        self.heights = self._heights()

    def _heights(self) -> dict[str, int]:
        """Minutes on the longest path from a task's start to the end of everything after it."""
        heights: dict[str, int] = {}
        stack = list(self.tasks)
        while stack:
            name = stack[-1]
            if name in heights:
                stack.pop()
                continue
            following = [link for link in self.after[name] if link.min_lag_minutes is not None]
            missing = [link.after for link in following if link.after not in heights]
            if missing:
                stack.extend(missing)
                continue
            task = self.tasks[name]
            length = minutes_with_pans(task, 1)
            ends = [heights[link.after] + (link.min_lag_minutes or 0) for link in following]
            heights[name] = length + max(ends, default=0)
            stack.pop()
        return heights

    def serving_times(self, delay: int, spread: bool) -> dict[str, int]:
        """For each dish the minute aimed at: its due time and the delay, never before now; gone dishes keep theirs.

        With ``spread`` the dishes of a course land one after another through its window.
        """
        gone = {s.dish: s.served_minutes for s in self.problem.replan.served} if self.problem.replan else {}
        horizon = self.problem.horizon_minutes
        follows = {course.id: course for course in self.problem.courses}
        aims: dict[str, int] = {}
        dues = {dish.id: dish_due(self.problem, dish) for dish in self.problem.dishes}
        for dish in sorted(self.problem.dishes, key=lambda d: (dues[d.id] is None, dues[d.id] or 0)):
            due = dues[dish.id]
            aim = horizon if due is None else max(self.now, due + delay)
            course = follows.get(dish.course or "")
            if course is not None and course.follows is not None:
                before = [aims[d.id] for d in self.problem.dishes if d.course == course.follows and d.id in aims]
                aim = max([aim, *(minute + course.gap_minutes for minute in before)])
            aims[dish.id] = gone.get(dish.id, min(aim + (self._offset(dish) if spread else 0), horizon))
        return aims

    def _offset(self, dish: Dish) -> int:
        members = [other.id for other in self.problem.dishes if other.course == dish.course]
        window = next((c.window_minutes for c in self.problem.courses if c.id == dish.course), 0)
        return window * members.index(dish.id) // max(1, len(members) - 1) if dish.course else 0

    def patience(self, task: Task) -> int:
        """Minutes that the task's result can wait, at most 60."""
        holds = [link.max_lag_minutes for link in self.after[task.id]]
        if task.dish is not None:
            holds += [link.max_lag_minutes for link in self.dishes[task.dish].serving if link.task == task.id]
        return min([60, *(hold for hold in holds if hold is not None)])

    def order(self, urgency: dict[str | None, int]) -> Iterator[Task]:
        """All tasks, each after those that follow it: urgent dishes first, then what cannot wait, then the latest."""
        waiting = {name: sum(1 for link in self.after[name] if link.min_lag_minutes is not None) for name in self.tasks}
        heap = [self._key(name, urgency) for name, count in waiting.items() if count == 0]
        heapq.heapify(heap)
        while heap:
            name = heapq.heappop(heap)[-1]
            yield self.tasks[name]
            for link in self.before[name]:
                if link.min_lag_minutes is None:
                    continue
                waiting[link.before] -= 1
                if waiting[link.before] == 0:
                    heapq.heappush(heap, self._key(link.before, urgency))

    def _key(self, name: str, urgency: dict[str | None, int]) -> tuple[int, int, int, str]:
        task = self.tasks[name]
        return -urgency[task.dish], self.patience(task), self.heights[name], name
