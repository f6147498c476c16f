"""Puts a real plan into the README: `python docs/embed.py` after `docs/dinner.txt` was made anew (`make picture`)."""

from __future__ import annotations

import re
from pathlib import Path

HEAD_LINES = 30
BEGIN, END = "<!-- docs/dinner.txt -->\n```\n", "```\n<!-- end of docs/dinner.txt -->"


def excerpt(dinner: str) -> str:
    """The beginning of the timeline, the beginning of the first cook's list, and everything from the table on but the
    notes."""
    timeline, _, rest = dinner.partition("\n\n\n")
    head = timeline.splitlines()[:HEAD_LINES]
    while not re.match(r" \d\d:\d\d", timeline.splitlines()[len(head)]):  # whole rows only
        head.append(timeline.splitlines()[len(head)])
    cook = rest.splitlines()[:6]
    table = rest[rest.index("At the table") :].partition("\n\nNotes")[0].replace("\n\n\n", "\n\n")
    return "\n".join([*head, " …", "", *cook, "  …", "", table]) + "\n"


def embedded(readme: str, dinner: str) -> str:
    """`readme` with the excerpt of `dinner` between its marks."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + excerpt(dinner) + END + after


if __name__ == "__main__":
    docs = Path(__file__).parent
    readme = docs.parent / "README.md"
    readme.write_text(embedded(readme.read_text(), (docs / "dinner.txt").read_text()))
