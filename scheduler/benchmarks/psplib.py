"""PSPLIB's single-mode format (``.sm``).

R. Kolisch, A. Sprecher: PSPLIB, a project scheduling problem library. European Journal of Operational Research 96
(1997). The horizon in the file's head is a note of its generator and no limit; the sum of the durations is used.
"""

import re
from collections.abc import Iterator

from scheduler.benchmarks.project import Activity, Project, integers
from scheduler.errors import BenchmarkFormatError
from scheduler.problem import Link, Problem

_Row = tuple[int, list[int]]


def read_sm(text: str) -> Problem:
    """The single-mode instance in this text; tasks are named by their job numbers.

    Raises :class:`BenchmarkFormatError` for anything else, among it multi-mode files and non-renewable resources.
    """
    lines = text.splitlines()
    renewable = _resources(lines)
    jobs: dict[int, tuple[int, list[int]]] = {}
    for number, row in _section(lines, "REQUESTS/DURATIONS"):
        if len(row) != 3 + renewable or row[1] != 1 or row[0] in jobs:
            raise BenchmarkFormatError(
                f"line {number}: expected job, mode 1, duration and {renewable} requests, once a job; "
                "multi-mode instances are not supported"
            )
        jobs[row[0]] = (row[2], row[3:])
    rows = list(_section(lines, "RESOURCEAVAILABILITIES"))
    if len(rows) != 1 or len(rows[0][1]) != renewable:
        raise BenchmarkFormatError(f"RESOURCEAVAILABILITIES should hold one line of {renewable} numbers")
    project = Project(
        activities=tuple(Activity(str(job), duration, tuple(demands)) for job, (duration, demands) in jobs.items()),
        capacities=tuple(rows[0][1]),
        links=tuple(_links(lines, set(jobs))),
    )
    return project.problem(horizon_minutes=sum(activity.duration for activity in project.activities))


def _resources(lines: list[str]) -> int:
    """The number of renewable resources; there must be no others."""
    counts = {}
    for line in lines:
        found = re.match(r"\s*-\s*(renewable|nonrenewable|doubly constrained)\s*:\s*(\d+)", line)
        if found:
            counts[found[1]] = int(found[2])
    if "renewable" not in counts:
        raise BenchmarkFormatError("no line '- renewable : N' in the head; is this a PSPLIB file?")
    others = [name for name, count in counts.items() if count and name != "renewable"]
    if others:
        raise BenchmarkFormatError(f"{', '.join(others)} resources are not supported (they come with several modes)")
    return counts["renewable"]


def _section(lines: list[str], title: str) -> Iterator[_Row]:
    """The rows of numbers below a title, up to the next line of stars."""
    starts = [index for index, line in enumerate(lines) if line.strip().startswith(title)]
    if len(starts) != 1:
        raise BenchmarkFormatError(f"expected one section {title}, found {len(starts)}")
    for index in range(starts[0] + 1, len(lines)):
        line = lines[index].strip()
        if line.startswith("*"):
            return
        # Column titles and the dashed rule below them are no rows.
        if line and line[0].isdecimal():
            yield index + 1, integers(line, index + 1)


def _links(lines: list[str], jobs: set[int]) -> Iterator[Link]:
    seen = set()
    for number, row in _section(lines, "PRECEDENCE RELATIONS"):
        if len(row) < 3 or len(row) != 3 + row[2] or not jobs.issuperset([row[0], *row[3:]]):
            raise BenchmarkFormatError(f"line {number}: expected job, modes, number of successors and their jobs")
        if row[1] != 1:
            raise BenchmarkFormatError(f"line {number}: job {row[0]} has {row[1]} modes; only one is supported")
        seen.add(row[0])
        for successor in row[3:]:
            yield Link(before=str(row[0]), after=str(successor))
    if seen != jobs:
        missing = ", ".join(map(str, sorted(jobs ^ seen)))
        raise BenchmarkFormatError(f"jobs {missing} are in one of PRECEDENCE RELATIONS and REQUESTS/DURATIONS only")
