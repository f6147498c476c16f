"""Multi-skill project scheduling as MiniZinc data (``.dzn``), in the two published forms.

* The library of K. D. Young, T. Feydy and A. Schutt (Constraint programming applied to the multi-skill project
  scheduling problem, CP 2017): an activity holds, for its whole duration, ``sreq[i, j]`` resources that master skill
  j; a resource gives one skill at a time. What follows from that (``mint``, unrelated pairs, useful resources) is not
  read.
* ``mspsp`` of the MiniZinc benchmarks (``rr``, ``has_skills``, ``suc``): there a worker gives all skills at once. That
  is the same problem where no worker has two of the skills that one task asks for; other instances are refused.
"""

from scheduler.benchmarks.dzn import Data, Value, parse
from scheduler.errors import BenchmarkFormatError
from scheduler.problem import Cook, CrewNeed, Link, Problem, Task


def read_dzn(text: str) -> Problem:
    """The instance in this text: activities are hands-on tasks, resources are cooks, skills are abilities."""
    data = parse(text)
    return _challenge(data) if "has_skills" in data.lines else _library(data)


def _library(data: Data) -> Problem:
    count, skills, people = (_number(data, name) for name in ("nActs", "nSkills", "nResources"))
    mastery = _table(data, "mastery", people, skills)
    before = _numbers(data, "pred", _number(data, "nPrecs") if "nPrecs" in data.lines else None)
    after = _numbers(data, "succ", len(before))
    return _problem(
        durations=_numbers(data, "dur", count),
        required=_table(data, "sreq", count, skills),
        links=list(zip(before, after, strict=True)),
        mastered=[[skill for skill, has in enumerate(row, start=1) if has] for row in mastery],
    )


def _challenge(data: Data) -> Problem:
    count, skills, people = (_number(data, name) for name in ("n_tasks", "n_skills", "n_workers"))
    by_skill = _table(data, "rr", skills, count)
    required = [[by_skill[skill][task] for skill in range(skills)] for task in range(count)]
    mastered = [sorted(row) for row in _sets(data, "has_skills", people)]
    for number, needs in enumerate(required, start=1):
        asked = {skill for skill, units in enumerate(needs, start=1) if units}
        if any(len(asked.intersection(skill)) > 1 for skill in mastered):
            raise BenchmarkFormatError(
                f"task {number} asks for several skills that one worker has: in this form of the problem the worker "
                "would give them all at once, which is not supported"
            )
    followers = _sets(data, "suc", count)
    links = [(before, after) for before, row in enumerate(followers, start=1) for after in sorted(row)]
    return _problem(_numbers(data, "d", count), required, links, mastered)


def _problem(
    durations: list[int], required: list[list[int]], links: list[tuple[int, int]], mastered: list[list[int]]
) -> Problem:
    """Activities and skills are numbered from 1; ``required``: one row of units by skill for each activity."""
    if not all(1 <= activity <= len(durations) for pair in links for activity in pair):
        raise BenchmarkFormatError(f"precedences: activities lie between 1 and {len(durations)}")
    if min(durations, default=0) < 0 or any(units < 0 for needs in required for units in needs):
        raise BenchmarkFormatError("durations and required skills: negative numbers have no meaning")
    return Problem(
        horizon_minutes=sum(durations),
        tasks=tuple(
            _task(str(number), minutes, needs)
            for number, (minutes, needs) in enumerate(zip(durations, required, strict=True), start=1)
        ),
        links=tuple(Link(before=str(first), after=str(second)) for first, second in links),
        cooks=tuple(
            Cook(id=f"W{number}", abilities=tuple(f"S{skill}" for skill in skills))
            for number, skills in enumerate(mastered, start=1)
        ),
        objective=("makespan",),
    )


def _task(name: str, minutes: int, needs: list[int]) -> Task:
    asked = enumerate(needs if minutes else [], start=1)
    crew = tuple(CrewNeed(ability=f"S{skill}", count=units) for skill, units in asked if units)
    return Task(id=name, minutes=minutes, attention="hands_on" if crew else "unattended", crew=crew)


def _value(data: Data, name: str) -> Value:
    if name in data.refused:
        raise data.refused[name]
    if name not in data.values:
        raise BenchmarkFormatError(f"{name} is missing; is this an instance of multi-skill project scheduling?")
    return data.values[name]


def _number(data: Data, name: str) -> int:
    value = _value(data, name)
    if not isinstance(value, int):
        raise data.fault(name, "expected a whole number")
    return value


def _list(data: Data, name: str, length: int | None) -> list[Value]:
    value = _value(data, name)
    if not isinstance(value, list):
        raise data.fault(name, "expected an array")
    if length is not None and len(value) != length:
        raise data.fault(name, f"{len(value)} values, expected {length}")
    return value


def _numbers(data: Data, name: str, length: int | None) -> list[int]:
    """A one-dimensional array of whole numbers or truth values."""
    return _whole(data, name, _list(data, name, length))


def _whole(data: Data, name: str, cells: list[Value]) -> list[int]:
    numbers = [cell for cell in cells if isinstance(cell, int)]
    if len(numbers) != len(cells):
        raise data.fault(name, "expected whole numbers, true or false")
    return numbers


def _sets(data: Data, name: str, length: int) -> list[frozenset[int]]:
    """A one-dimensional array of sets."""
    cells = _list(data, name, length)
    sets = [cell for cell in cells if isinstance(cell, frozenset)]
    if len(sets) != len(cells):
        raise data.fault(name, "expected sets of whole numbers")
    return sets


def _table(data: Data, name: str, rows: int, columns: int) -> list[list[int]]:
    """A two-dimensional array: rows between bars, or all cells in one row (``array2d``)."""
    cells = _list(data, name, None)
    if len(cells) == rows * columns and not any(isinstance(cell, list) for cell in cells):
        flat = _whole(data, name, cells)
        return [flat[row * columns : (row + 1) * columns] for row in range(rows)]
    table = [_whole(data, name, row) for row in cells if isinstance(row, list)]
    if len(table) != rows or len(cells) != rows or any(len(row) != columns for row in table):
        raise data.fault(name, f"expected {rows} rows of {columns} values")
    return table
