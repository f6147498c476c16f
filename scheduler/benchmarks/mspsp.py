"""Multi-skill project scheduling as MiniZinc data (``.dzn``), in the two published forms.

* The library of K. D. Young, T. Feydy and A. Schutt (Constraint programming applied to the multi-skill project
  scheduling problem, CP 2017): an activity holds, for its whole duration, ``sreq[i, j]`` resources that master skill
  j; a resource gives one skill at a time. What follows from that (``mint``, unrelated pairs, useful resources) is not
  read.
* ``mspsp`` of the MiniZinc benchmarks (``rr``, ``has_skills``, ``suc``): there a worker gives all skills at once. That
  is the same problem where no worker has two of the skills that one task asks for; other instances are refused.
"""

from scheduler.benchmarks.dzn import Value, parse
from scheduler.errors import BenchmarkFormatError
from scheduler.problem import Cook, CrewNeed, Link, Problem, Task


def read_dzn(text: str) -> Problem:
    """The instance in this text: activities are hands-on tasks, resources are cooks, skills are abilities."""
    values = parse(text)
    return _challenge(values) if "has_skills" in values else _library(values)


def _library(values: dict[str, Value]) -> Problem:
    count, skills, people = (_number(values, name) for name in ("nActs", "nSkills", "nResources"))
    mastery = _table(values, "mastery", people, skills)
    before = _numbers(values, "pred", _number(values, "nPrecs") if "nPrecs" in values else None)
    after = _numbers(values, "succ", len(before))
    return _problem(
        durations=_numbers(values, "dur", count),
        required=_table(values, "sreq", count, skills),
        links=list(zip(before, after, strict=True)),
        mastered=[[skill for skill, has in enumerate(row, start=1) if has] for row in mastery],
    )


def _challenge(values: dict[str, Value]) -> Problem:
    count, skills, people = (_number(values, name) for name in ("n_tasks", "n_skills", "n_workers"))
    by_skill = _table(values, "rr", skills, count)
    required = [[by_skill[skill][task] for skill in range(skills)] for task in range(count)]
    mastered = [sorted(row) for row in _sets(values, "has_skills", people)]
    for number, needs in enumerate(required, start=1):
        asked = {skill for skill, units in enumerate(needs, start=1) if units}
        if any(len(asked.intersection(skill)) > 1 for skill in mastered):
            raise BenchmarkFormatError(
                f"task {number} asks for several skills that one worker has: in this form of the problem the worker "
                "would give them all at once, which is not supported"
            )
    followers = _sets(values, "suc", count)
    links = [(before, after) for before, row in enumerate(followers, start=1) for after in sorted(row)]
    return _problem(_numbers(values, "d", count), required, links, mastered)


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


def _value(values: dict[str, Value], name: str) -> Value:
    if name not in values:
        raise BenchmarkFormatError(f"{name} is missing; is this an instance of multi-skill project scheduling?")
    return values[name]


def _number(values: dict[str, Value], name: str) -> int:
    value = _value(values, name)
    if not isinstance(value, int):
        raise BenchmarkFormatError(f"{name}: expected a whole number")
    return value


def _list(values: dict[str, Value], name: str, length: int | None) -> list[Value]:
    value = _value(values, name)
    if not isinstance(value, list):
        raise BenchmarkFormatError(f"{name}: expected an array")
    if length is not None and len(value) != length:
        raise BenchmarkFormatError(f"{name}: {len(value)} values, expected {length}")
    return value


def _numbers(values: dict[str, Value], name: str, length: int | None) -> list[int]:
    """A one-dimensional array of whole numbers or truth values."""
    return _whole(name, _list(values, name, length))


def _whole(name: str, cells: list[Value]) -> list[int]:
    numbers = [cell for cell in cells if isinstance(cell, int)]
    if len(numbers) != len(cells):
        raise BenchmarkFormatError(f"{name}: expected whole numbers, true or false")
    return numbers


def _sets(values: dict[str, Value], name: str, length: int) -> list[frozenset[int]]:
    """A one-dimensional array of sets."""
    cells = _list(values, name, length)
    sets = [cell for cell in cells if isinstance(cell, frozenset)]
    if len(sets) != len(cells):
        raise BenchmarkFormatError(f"{name}: expected sets of whole numbers")
    return sets


def _table(values: dict[str, Value], name: str, rows: int, columns: int) -> list[list[int]]:
    """A two-dimensional array: rows between bars, or all cells in one row (``array2d``)."""
    cells = _list(values, name, None)
    if len(cells) == rows * columns and not any(isinstance(cell, list) for cell in cells):
        flat = _whole(name, cells)
        return [flat[row * columns : (row + 1) * columns] for row in range(rows)]
    table = [_whole(name, row) for row in cells if isinstance(row, list)]
    if len(table) != rows or len(cells) != rows or any(len(row) != columns for row in table):
        raise BenchmarkFormatError(f"{name}: expected {rows} rows of {columns} values")
    return table
