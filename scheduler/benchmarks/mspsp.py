"""Multi-skill project scheduling as MiniZinc data (``.dzn``).

K. D. Young, T. Feydy, A. Schutt: Constraint programming applied to the multi-skill project scheduling problem. CP
2017, LNCS 10416. An activity holds, for its whole duration, ``sreq[i, j]`` resources that master skill j; a resource
gives one skill at a time. What the files derive from that (``mint``, unrelated pairs, useful resources) is not read.
"""

import re

from scheduler.errors import BenchmarkFormatError
from scheduler.problem import Cook, CrewNeed, Link, Problem, Task


def read_dzn(text: str) -> Problem:
    """The instance in this text: activities are hands-on tasks, resources are cooks, skills are abilities."""
    values = _assignments(text)
    count, skills, people = (_number(values, name) for name in ("nActs", "nSkills", "nResources"))
    durations = _numbers(values, "dur", count)
    required = _table(values, "sreq", count, skills)
    mastery = _table(values, "mastery", people, skills)
    before = _numbers(values, "pred", _number(values, "nPrecs"))
    after = _numbers(values, "succ", len(before))
    if not all(1 <= activity <= count for activity in before + after):
        raise BenchmarkFormatError(f"pred and succ: activities lie between 1 and {count}")
    if min(durations, default=0) < 0 or min(map(min, required), default=0) < 0:
        raise BenchmarkFormatError("dur and sreq: negative numbers have no meaning")
    return Problem(
        horizon_minutes=sum(durations),
        tasks=tuple(
            _task(str(number), minutes, needs)
            for number, (minutes, needs) in enumerate(zip(durations, required, strict=True), start=1)
        ),
        links=tuple(Link(before=str(first), after=str(second)) for first, second in zip(before, after, strict=True)),
        cooks=tuple(
            Cook(id=f"W{number}", abilities=tuple(f"S{skill}" for skill, has in enumerate(row, start=1) if has))
            for number, row in enumerate(mastery, start=1)
        ),
        objective=("makespan",),
    )


def _task(name: str, minutes: int, needs: list[int]) -> Task:
    crew = tuple(CrewNeed(ability=f"S{skill}", count=units) for skill, units in enumerate(needs, start=1) if units)
    return Task(id=name, minutes=minutes, attention="hands_on" if crew else "unattended", crew=crew)


def _assignments(text: str) -> dict[str, str]:
    """The right-hand side of each ``name = value;``, comments taken out."""
    bare = re.sub(r"%[^\n]*", "", text)
    values = {}
    for statement in bare.split(";"):
        name, equals, value = statement.partition("=")
        if equals:
            values[name.strip()] = value.strip()
        elif statement.strip():
            raise BenchmarkFormatError(f"{statement.strip()[:40]!r} is no assignment")
    return values


def _value(values: dict[str, str], name: str) -> str:
    if name not in values:
        raise BenchmarkFormatError(f"{name} is missing; is this an instance of the multi-skill library?")
    return values[name]


def _cell(name: str, word: str) -> int:
    if word in ("true", "false"):
        return int(word == "true")
    try:
        return int(word)
    except ValueError as error:
        raise BenchmarkFormatError(f"{name}: {word!r} is no whole number, true or false") from error


def _cells(name: str, words: str) -> list[int]:
    return [_cell(name, word.strip()) for word in words.split(",") if word.strip()]


def _number(values: dict[str, str], name: str) -> int:
    return _cell(name, _value(values, name))


def _numbers(values: dict[str, str], name: str, length: int) -> list[int]:
    """A one-dimensional array ``[a, b, c]``."""
    value = _value(values, name)
    if not (value.startswith("[") and value.endswith("]")):
        raise BenchmarkFormatError(f"{name}: expected a list in brackets")
    cells = _cells(name, value[1:-1])
    if len(cells) != length:
        raise BenchmarkFormatError(f"{name}: {len(cells)} values, expected {length}")
    return cells


def _table(values: dict[str, str], name: str, rows: int, columns: int) -> list[list[int]]:
    """A two-dimensional array ``[| a, b, | c, d, |]``; commas at the ends of rows may be missing."""
    value = _value(values, name)
    inner = re.fullmatch(r"\[\s*\|(.*)\|\s*\]", value, flags=re.DOTALL)
    if inner is None:
        raise BenchmarkFormatError(f"{name}: expected a table in [| and |]")
    table = [_cells(name, row) for row in inner[1].split("|")]
    if len(table) != rows or any(len(row) != columns for row in table):
        raise BenchmarkFormatError(f"{name}: expected {rows} rows of {columns} values")
    return table
