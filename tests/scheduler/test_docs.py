"""The examples in the scheduler's guide run, and each rule has one."""

import re
from pathlib import Path

from scheduler.rules import RULES

GUIDE = Path(__file__).parents[2] / "docs" / "scheduler.md"


def test_every_example_runs() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    names: dict[str, object] = {}
    blocks = list(re.finditer(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL))
    assert len(blocks) > 25
    for block in blocks:
        # Empty lines before the code, so that an error names the line in the guide.
        lines = text[: block.start(1)].count("\n")
        exec(compile("\n" * lines + block[1], str(GUIDE), "exec"), names)


def test_every_rule_is_explained() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert [rule.__name__ for rule in RULES if f"`{rule.__name__}`" not in text] == []
