"""RecipeNLG's `full_dataset.csv`: 2.2 million recipes without servings or times (Bień et al., INLG 2020).

Columns: an unnamed id, title, ingredients, directions, link, source, NER; the three lists are JSON inside the CSV's
quotes. Outside `source=Gathered` the slash of fractions was lost ("1/2 cup" became "12 cup").
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

from finetune.errors import DataError, reason
from finetune.prepare.cleaning import Raw

COLUMNS = ("", "title", "ingredients", "directions", "link", "source", "NER")
INTACT_SOURCE = "Gathered"
_BROKEN = "\ufffd"
CELL_CHARACTERS_MAX = 131_072  # no recipe is longer; such a row is left out
_READ_CHARACTERS_MAX = 4_000_000  # where a quote never ends, reading does
_FRACTION = r"(?P<top>[1-7])(?P<bottom>[2348])"
_MEASURE = r"(?=\s+(?:(?:cups?|teaspoons?|tsps?|tablespoons?|tbsps?|pints?|quarts?)\b|c\.(?!\w)))"
_SPOON = r"(?=\s+(?:teaspoon|tsp|tablespoon)\b)"
_TIME = r"(?=\s+(?:hours?|hrs?|minutes?|mins?)\b)"
# "1 12 cups" can only be 1 1/2; "12 cup" alone is a half where nobody measures a dozen, which in the middle of a step
# somebody may do: there it must be one spoon ("add 12 teaspoon salt", not "add 12 cups stock" or "a 12 cup pan").
_MIXED = re.compile(
    rf"\b(?P<whole>\d{{1,2}})\s+{_FRACTION}(?:{_MEASURE}|{_TIME}|(?=\s+(?:lbs?|pounds?|inch(?:es)?)\b))", re.IGNORECASE
)
_ALONE = re.compile(rf"^{_FRACTION}{_MEASURE}", re.IGNORECASE)
_WITHIN = re.compile(rf"(?<![\d.,/–-])(?<!\d\s)\b{_FRACTION}{_SPOON}", re.IGNORECASE)


def read_rows(path: Path) -> Iterator[tuple[str, ...]]:
    """The rows of the CSV file at `path`, one at a time; raises DataError when it is not RecipeNLG's format.

    Bytes that are no UTF-8 become U+FFFD: one broken row among millions is no reason to stop.
    """
    line = None
    csv.field_size_limit(_READ_CHARACTERS_MAX)
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            reader = csv.reader(file)
            head = tuple(next(reader, ()))
            if head != COLUMNS:
                raise DataError(path, f"the columns are {head}", f"RecipeNLG's are {COLUMNS}.")
            for row in reader:
                yield tuple(row)
                line = reader.line_num + 1
    except (OSError, csv.Error) as error:
        raise DataError(path, f"not readable ({reason(error)})", "Name RecipeNLG's full_dataset.csv.", line) from error


def raw_recipe(row: tuple[str, ...]) -> Raw | None:
    """The recipe in a row, with its fractions where they are certain; None when the row cannot be read."""
    if len(row) != len(COLUMNS) or any(_BROKEN in cell or len(cell) > CELL_CHARACTERS_MAX for cell in row):
        return None
    number, title, ingredients, directions, _, source, _ = row
    lists = [_strings(ingredients), _strings(directions)]
    if lists[0] is None or lists[1] is None:
        return None
    if source != INTACT_SOURCE:
        lists = [[with_fractions(line) for line in lines or ()] for lines in lists]
    return Raw(f"recipenlg/{number}", title, None, tuple(lists[0] or ()), tuple(lists[1] or ()))


def with_fractions(line: str) -> str:
    """`line` with the slashes put back where only a fraction makes sense."""
    line = _MIXED.sub(lambda m: _fraction(m, f"{m['whole']} "), line)
    line = _ALONE.sub(lambda m: _fraction(m, ""), line)
    return _WITHIN.sub(lambda m: _fraction(m, ""), line)


def _fraction(match: re.Match[str], whole: str) -> str:
    top, bottom = match["top"], match["bottom"]
    return f"{whole}{top}/{bottom}" if int(top) < int(bottom) else match[0]


def _strings(text: str) -> list[str] | None:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):  # the latter of lists in lists in lists
        return None
    return values if isinstance(values, list) and all(isinstance(value, str) for value in values) else None
