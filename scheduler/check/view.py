"""A schedule laid beside its problem, indexed by id; no rule lives here."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from scheduler.problem import Cook, Dish, Outage, OvenUse, Pin, Problem, Task, Window
from scheduler.schedule import Assignment, Inserted, Schedule


def overlap(start: int, end: int, other_start: int, other_end: int) -> bool:
    """Whether two half-open intervals share a minute; an empty interval shares none."""
    return max(start, other_start) < min(end, other_end)


@dataclass(frozen=True)
class Placed:
    """A task with its place."""

    task: Task
    at: Assignment
    pin: Pin | None

    @property
    def id(self) -> str:
        """The task's id."""
        return self.task.id

    @property
    def start(self) -> int:
        """The minute when it starts."""
        return self.at.start_minutes

    @property
    def end(self) -> int:
        """The minute when it ends."""
        return self.at.end_minutes

    @property
    def done(self) -> bool:
        """Over before now."""
        return self.pin is not None and self.pin.state == "done"

    @property
    def settled(self) -> bool:
        """Done or running: life decided it."""
        return self.pin is not None and self.pin.state != "locked"

    @property
    def attended(self) -> bool:
        """Whether it needs a cook."""
        return self.task.attention != "unattended"


@dataclass(frozen=True)
class Baking:
    """A task that is in an oven."""

    placed: Placed
    oven: str
    use: OvenUse

    @property
    def start(self) -> int:
        """The minute when it starts."""
        return self.placed.start

    @property
    def end(self) -> int:
        """The minute when it ends."""
        return self.placed.end


@dataclass(frozen=True)
class Load:
    """Something that takes units of a resource in [start, end)."""

    id: str
    start: int
    end: int
    units: int
    settled: bool = False


def units_left(count: int, outages: tuple[Outage, ...], minute: int) -> int:
    """How many of ``count`` units are not out of order at this minute."""
    return count - sum(outage.units for outage in outages if outage.start_minutes <= minute < outage.end_minutes)


@dataclass(frozen=True)
class Overload:
    """From this minute on these loads take ``taken`` units where only ``free`` are."""

    minute: int
    loads: tuple[Load, ...]
    taken: int
    free: int


def overloads(loads: Iterable[Load], capacity: Callable[[int], int], changes: Iterable[int] = ()) -> Iterator[Overload]:
    """Each minute at which the loads begin to exceed the capacity; ``changes`` are the minutes when it changes.

    What settled loads take is taken away from the capacity, which never falls below 0 by that.
    """
    loads = tuple(load for load in loads if load.start < load.end and load.units > 0)
    broken = False
    for minute in sorted({load.start for load in loads} | {load.end for load in loads} | set(changes)):
        active = tuple(load for load in loads if load.start <= minute < load.end)
        free = max(0, capacity(minute) - sum(load.units for load in active if load.settled))
        taken = sum(load.units for load in active if not load.settled)
        if taken > free and not broken:
            yield Overload(minute, active, taken, free)
        broken = taken > free


@dataclass(frozen=True)
class Work:
    """Minutes in which a cook is busy: a task, or the cook's part of an inserted task."""

    cook: str
    id: str
    start: int
    end: int
    hands: bool
    light: bool
    pots: int
    tags: tuple[str, ...]
    pin: Pin | None
    inserted: bool

    @property
    def minutes(self) -> int:
        """Its length."""
        return self.end - self.start

    @property
    def done(self) -> bool:
        """Over before now."""
        return self.pin is not None and self.pin.state == "done"

    @property
    def settled(self) -> bool:
        """Done or running: life decided it."""
        return self.pin is not None and self.pin.state != "locked"


class View:
    """The problem's things by id and the schedule's entries by the ids of what they place."""

    def __init__(self, problem: Problem, schedule: Schedule) -> None:
        self.problem = problem
        self.schedule = schedule
        self.now = problem.replan.now_minutes if problem.replan else 0
        self.tasks = {task.id: task for task in problem.tasks}
        self.cooks: dict[str, Cook] = {cook.id: cook for cook in problem.cooks}
        self.dishes: dict[str, Dish] = {dish.id: dish for dish in problem.dishes}
        self.pins = {pin.task: pin for pin in problem.pins}
        self.placed = {
            at.task: Placed(self.tasks[at.task], at, self.pins.get(at.task))
            for at in schedule.assignments
            if at.task in self.tasks
        }
        self.served = {entry.dish: entry.served_minutes for entry in schedule.served if entry.dish in self.dishes}
        self.served_before = {entry.dish for entry in problem.replan.served} if problem.replan else set()

    def of_dish(self, dish: str) -> list[Placed]:
        """The placed tasks of a dish."""
        return [placed for placed in self.placed.values() if placed.task.dish == dish]

    def inserted(self, kind: str) -> list[Inserted]:
        """The inserted tasks of a kind."""
        return [entry for entry in self.schedule.inserted if entry.kind == kind]

    def inserted_settled(self, entry: Inserted) -> bool:
        """Whether it is done or running."""
        pin = self.pins.get(entry.id)
        return pin is not None and pin.state != "locked"

    def inserted_done(self, entry: Inserted) -> bool:
        """Whether it is over."""
        pin = self.pins.get(entry.id)
        return pin is not None and pin.state == "done"

    def presence(self, cook: str) -> tuple[Window, ...]:
        """The windows in which the cook is in the kitchen."""
        whole = Window(start_minutes=0, end_minutes=self.problem.horizon_minutes)
        return self.cooks[cook].presence or (whole,)

    @cached_property
    def baking(self) -> list[Baking]:
        """Every task that is given an oven."""
        return [
            Baking(placed, placed.at.oven, placed.task.oven)
            for placed in self.placed.values()
            if placed.task.oven is not None and placed.at.oven is not None
        ]

    @cached_property
    def work(self) -> list[Work]:
        """Everything that keeps a known cook busy."""
        return [*self._task_work(), *self._inserted_work()]

    def _task_work(self) -> Iterator[Work]:
        for placed in self.placed.values():
            if not placed.attended:
                continue
            hands = placed.task.attention == "hands_on"
            for cook in dict.fromkeys(placed.at.cooks):
                if cook in self.cooks:
                    yield Work(
                        cook=cook,
                        id=placed.id,
                        start=placed.start,
                        end=placed.end,
                        hands=hands,
                        light=hands and placed.task.light,
                        pots=0 if hands else placed.at.pans,
                        tags=placed.task.tags,
                        pin=placed.pin,
                        inserted=False,
                    )

    def _inserted_work(self) -> Iterator[Work]:
        settings = self.problem.settings
        tag = {"warm_up": "oven", "wash_up": "wash_up", "clean": "clean"}
        for entry in self.schedule.inserted:
            if entry.cook not in self.cooks:
                continue
            touch = entry.kind == "warm_up"
            end = entry.start_minutes + settings.oven_touch_minutes if touch else entry.end_minutes
            yield Work(
                cook=entry.cook,
                id=entry.id,
                start=entry.start_minutes,
                end=end,
                hands=True,
                light=touch or settings.washing_is_light,
                pots=0,
                tags=(tag[entry.kind],),
                pin=self.pins.get(entry.id),
                inserted=True,
            )

    def due(self, dish: str) -> int | None:
        """The minute at which the guests expect the dish, None when nobody said one."""
        entry = self.dishes[dish]
        if entry.serve_at_minutes is not None or entry.course is None:
            return entry.serve_at_minutes
        courses = {course.id: course for course in self.problem.courses}
        gap = 0
        course = courses.get(entry.course)
        for _ in self.problem.courses:
            if course is None:
                return None
            if course.serve_at_minutes is not None:
                return course.serve_at_minutes + gap
            gap += course.gap_minutes
            course = courses.get(course.follows) if course.follows else None
        return None
