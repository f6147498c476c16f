"""MiniZinc's data files (``.dzn``) as far as scheduling instances use them: whole numbers, truth values, sets, arrays.

The grammar is that of the MiniZinc Handbook, section "Data files". Strings, floats, enums, comprehensions and arrays
with an index before each value are read past; they are refused only where such a value is asked for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.benchmarks.project import LARGEST
from scheduler.errors import BenchmarkFormatError

Value = int | frozenset[int] | list["Value"]
"""A number (true is 1), a set, or an array. A table is a list of its rows."""

DEEPEST = 20
"""Brackets within brackets; instances have two."""
LONGEST = 100_000
"""Numbers in a range; instances have as many as people, skills or activities."""

_SKIPPED = re.compile(r"(?:\s+|%[^\n]*|/\*.*?\*/)+", re.DOTALL)
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|-?\d+\.\d+(?:[eE][-+]?\d+)?|-?\d+(?![\w])|\.\.|\[\||\|\]|[A-Za-z_]\w*|\S', re.DOTALL
)


@dataclass(frozen=True)
class Data:
    """The values of a file by name, the lines that all of them begin in, and why some are not understood."""

    values: dict[str, Value]
    lines: dict[str, int]
    refused: dict[str, BenchmarkFormatError]

    def fault(self, name: str, message: str) -> BenchmarkFormatError:
        """The error that says what is wrong with this value, and where it stands."""
        return BenchmarkFormatError(f"line {self.lines[name]}: {name}: {message}")


@dataclass
class _Tokens:
    """The words of a text, one after another, each with its line."""

    words: list[tuple[str, int]]
    place: int = 0
    depth: int = 0

    def peek(self) -> str:
        """The next word, empty at the end; it stays."""
        return self.words[self.place][0] if self.place < len(self.words) else ""

    @property
    def line(self) -> int:
        """The line of the word that was taken last; of the first one before any was."""
        return self.words[max(0, self.place - 1)][1]

    def take(self, *wanted: str) -> str:
        """The next word, which must be one of the wanted when any are named."""
        word = self.peek()
        if not word or (wanted and word not in wanted):
            expected = " or ".join(repr(one) for one in wanted) or "a value"
            raise BenchmarkFormatError(f"expected {expected} and found {word!r}" if word else "the file ends too early")
        self.place += 1
        return word

    def skip(self, word: str) -> bool:
        """Whether this word comes next; it is then taken."""
        if self.peek() != word:
            return False
        self.place += 1
        return True


def parse(text: str) -> Data:
    """The value of each ``name = value;``; the last semicolon may be missing.

    A value that is not understood is read past up to the semicolon. Raises BenchmarkFormatError, with the line, where
    no name and value begin.
    """
    tokens = _Tokens(list(_words(text)))
    data = Data({}, {}, {})
    while tokens.peek():
        name = tokens.take()
        data.lines[name] = tokens.line
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise BenchmarkFormatError(f"line {tokens.line}: {name!r} is no name; is this a file of MiniZinc data?")
        if not tokens.skip("="):
            raise BenchmarkFormatError(f"line {tokens.line}: {name}: expected '=' and found {tokens.peek()!r}")
        try:
            tokens.depth = 0
            data.values[name] = _value(tokens)
            if tokens.peek():
                tokens.take(";")
        except BenchmarkFormatError as error:
            data.refused[name] = BenchmarkFormatError(f"line {tokens.line}: {name}: {error}")
            while tokens.peek() and tokens.take() != ";":
                pass
    return data


def _words(text: str) -> Iterator[tuple[str, int]]:
    """The words with their lines."""
    place, line = 0, 1
    while place < len(text):
        found = _SKIPPED.match(text, place) or _TOKEN.match(text, place)
        assert found is not None, "any character is a word if it is nothing else"
        if found.re is _TOKEN:
            yield found[0], line
        line += found[0].count("\n")
        place = found.end()


def _value(tokens: _Tokens) -> Value:
    tokens.depth += 1
    if tokens.depth > DEEPEST:
        raise BenchmarkFormatError(f"more than {DEEPEST} brackets within each other")
    value = _one_value(tokens)
    tokens.depth -= 1
    return value


def _one_value(tokens: _Tokens) -> Value:
    word = tokens.take()
    if word == "[":
        return _until("]", tokens)
    if word == "[|":
        return _table(tokens)
    if word == "{":
        return _as_set(_until("}", tokens))
    if word in ("true", "false"):
        return int(word == "true")
    if re.fullmatch(r"array[1-6]d", word):
        return _shaped(tokens, int(word[5]))
    number = _integer(word)
    if not tokens.skip(".."):
        return number
    last = _integer(tokens.take())
    if last - number >= LONGEST:
        raise BenchmarkFormatError(f"{number}..{last}: a range of more than {LONGEST} numbers")
    return frozenset(range(number, last + 1))


def _integer(word: str) -> int:
    try:
        number = int(word)
    except ValueError as error:
        raise BenchmarkFormatError(f"{word[:20]!r} is no whole number, set or array") from error
    if abs(number) > LARGEST:
        raise BenchmarkFormatError(f"{word[:20]} is beyond {LARGEST}, which the solver cannot add up")
    return number


def _until(end: str, tokens: _Tokens) -> list[Value]:
    """Values between commas up to the bracket that ends them; a comma may come before it."""
    values: list[Value] = []
    while not tokens.skip(end):
        values.append(_value(tokens))
        if tokens.peek() != end:
            tokens.take(",", end)
    return values


def _as_set(values: list[Value]) -> frozenset[int]:
    numbers = [value for value in values if isinstance(value, int)]
    if len(numbers) != len(values):
        raise BenchmarkFormatError("a set holds whole numbers only")
    return frozenset(numbers)


def _table(tokens: _Tokens) -> Value:
    """Rows between bars, ``[| a, b | c, d |]``; commas at the ends of rows may be there or not."""
    rows: list[Value] = []
    row: list[Value] = []
    while True:
        if tokens.peek() in ("|", "|]"):
            rows.append(row)
            row = []
            if tokens.take() == "|]":
                return [] if rows == [[]] else rows
        else:
            row.append(_value(tokens))
            if tokens.peek() not in ("|", "|]"):
                tokens.take(",")


def _shaped(tokens: _Tokens, dimensions: int) -> Value:
    """``array2d(1..nActs, SKILL, [...])``: the values in one row, to be cut by who knows the number of columns."""
    tokens.take("(")
    for _ in range(dimensions):
        _index_set(tokens)
    value = _value(tokens)
    tokens.skip(",")
    tokens.take(")")
    return value


def _index_set(tokens: _Tokens) -> None:
    """Read past a range of numbers or names, a set of them or a name, and the comma after it."""
    word = ""
    while word != ",":
        word = tokens.take()
        if word == "{":
            while tokens.take() != "}":
                pass
        if word in (";", "[", "]", "(", ")"):
            raise BenchmarkFormatError(f"expected an index set and found {word!r}")
