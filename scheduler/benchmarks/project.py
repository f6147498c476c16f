"""A resource-constrained project as the published formats have it, and the problem that it is for the scheduler."""

from dataclasses import dataclass, field

from scheduler.errors import BenchmarkFormatError
from scheduler.problem import Equipment, Link, Need, Problem, Task

LARGEST = 1_000_000
"""The largest number in a file; sums and products of such numbers still fit the solver's integers."""


@dataclass(frozen=True)
class Activity:
    """``demands``: units of each resource, in the order of the project's capacities."""

    id: str
    duration: int
    demands: tuple[int, ...]


@dataclass(frozen=True)
class Project:
    """Activities, capacities of the renewable resources, and links between activities."""

    activities: tuple[Activity, ...]
    capacities: tuple[int, ...]
    links: tuple[Link, ...] = field(default=())

    def problem(self, horizon_minutes: int) -> Problem:
        """The same as a problem without cooks or kitchen: resources R1, R2, … are pools of equipment."""
        return Problem(
            horizon_minutes=horizon_minutes,
            tasks=tuple(self._task(activity) for activity in self.activities),
            links=self.links,
            equipment=tuple(
                Equipment(id=f"R{number}", count=capacity) for number, capacity in enumerate(self.capacities, start=1)
            ),
            objective=("makespan",),
        )

    def _task(self, activity: Activity) -> Task:
        if len(activity.demands) != len(self.capacities):
            raise BenchmarkFormatError(
                f"activity {activity.id} has {len(activity.demands)} demands for {len(self.capacities)} resources"
            )
        if activity.duration < 0 or min(activity.demands, default=0) < 0:
            raise BenchmarkFormatError(f"activity {activity.id}: a negative duration or demand has no meaning")
        needs = tuple(
            Need(equipment=f"R{number}", units=units)
            for number, units in enumerate(activity.demands, start=1)
            if units and activity.duration
        )
        return Task(id=activity.id, minutes=activity.duration, needs=needs)


def integers(line: str, number: int) -> list[int]:
    """The whole numbers of a line; ``number`` is its place in the file, for the error."""
    try:
        numbers = [int(word) for word in line.split()]
    except ValueError as error:
        raise BenchmarkFormatError(f"line {number}: {line.strip()!r} should hold whole numbers only") from error
    if any(abs(value) > LARGEST for value in numbers):
        raise BenchmarkFormatError(f"line {number}: a number is beyond {LARGEST}, which the solver cannot add up")
    return numbers
