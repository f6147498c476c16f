"""ProGen/max's format of RCPSP/max (``.sch``): start-to-start lags, a negative one is a maximal lag backwards.

C. Schwindt: Generation of resource-constrained project scheduling problems subject to temporal constraints. WIOR-543,
Universität Karlsruhe (1998).
"""

from collections.abc import Iterator

from scheduler.benchmarks.project import Activity, Project, integers
from scheduler.errors import BenchmarkFormatError
from scheduler.problem import Link, Problem

_Line = tuple[int, str]


def read_sch(text: str) -> Problem:
    """The instance in this text; activity 0 is the source and starts at 0, the last one is the sink.

    The horizon is the sum over the activities of the longest of duration and outgoing lags, which some optimal
    schedule of every feasible instance keeps.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    count, resources = _head(lines)
    if len(lines) != 2 * count + 2:
        raise BenchmarkFormatError(f"{len(lines)} lines that are not empty, {2 * count + 2} are needed")
    arcs = [
        (before, after, lag)
        for row, line in enumerate(lines[1 : count + 1])
        for before, after, lag in _arcs(row, line, count)
        if before != after or lag > 0  # that it starts no later than itself is true of every activity
    ]
    activities = tuple(_activity(row, line, resources) for row, line in enumerate(lines[count + 1 : -1]))
    number, line = lines[-1]
    capacities = integers(line, number)
    if len(capacities) != resources:
        raise BenchmarkFormatError(f"line {number}: {len(capacities)} capacities for {resources} resources")
    links = tuple(_link(before, after, lag, activities[before].duration) for before, after, lag in arcs)
    longest = [activity.duration for activity in activities]
    for before, _, lag in arcs:
        longest[before] = max(longest[before], lag)
    problem = Project(activities, tuple(capacities), links).problem(horizon_minutes=sum(longest))
    source = problem.tasks[0].model_copy(update={"deadline_minutes": activities[0].duration})
    return problem.model_copy(update={"tasks": (source, *problem.tasks[1:])})


def _head(lines: list[_Line]) -> tuple[int, int]:
    """Number of activities with source and sink, number of renewable resources."""
    head = integers(lines[0][1], lines[0][0]) if lines else []
    if len(head) < 2 or min(head) < 0:
        raise BenchmarkFormatError("line 1: expected the numbers of activities and of resources")
    if any(head[2:]):
        raise BenchmarkFormatError("line 1: only renewable resources are supported")
    return head[0] + 2, head[1]


def _arcs(row: int, line: _Line, count: int) -> Iterator[tuple[int, int, int]]:
    """The arcs (from, to, lag) of one line: activity, modes, number of successors, successors, [lags]."""
    number, text = line
    words = text.replace("[", " ").replace("]", " ")
    values = integers(words, number)
    if len(values) < 3 or values[0] != row:
        raise BenchmarkFormatError(f"line {number}: expected the successors of activity {row}")
    if values[1] != 1:
        raise BenchmarkFormatError(f"line {number}: activity {row} has {values[1]} modes; only one is supported")
    successors, lags = values[3 : 3 + values[2]], values[3 + values[2] :]
    if len(successors) != values[2] or len(lags) != values[2]:
        raise BenchmarkFormatError(f"line {number}: {values[2]} successors and as many lags are expected")
    if not all(0 <= successor < count for successor in successors):
        raise BenchmarkFormatError(f"line {number}: a successor lies outside 0 to {count - 1}")
    for successor, lag in zip(successors, lags, strict=True):
        yield row, successor, lag


def _activity(row: int, line: _Line, resources: int) -> Activity:
    number, text = line
    values = integers(text, number)
    if len(values) != 3 + resources or values[0] != row or values[1] != 1:
        raise BenchmarkFormatError(f"line {number}: expected activity {row}, mode 1, duration, {resources} demands")
    return Activity(str(row), values[2], tuple(values[3:]))


def _link(before: int, after: int, lag: int, duration: int) -> Link:
    """A lag that is no shorter than the first activity is a plain precedence, which the model uses best."""
    if lag >= duration > 0:
        return Link(before=str(before), after=str(after), min_lag_minutes=lag - duration)
    if lag >= 0:
        return Link(before=str(before), after=str(after), min_lag_minutes=lag, from_start=True)
    return Link(before=str(after), after=str(before), min_lag_minutes=None, max_lag_minutes=-lag, from_start=True)
