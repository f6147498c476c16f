"""Every error that this package raises on purpose.

    KitchenAgentError
    ├── InputError                 what a person gave is wrong (exit status 2)
    │   ├── RecipeError            a recipe that cannot be read or lacks a part
    │   └── ...                    further leaves stand next to the part that raises them in this file
    └── PlanningError              the work itself failed (exit status 1)
        ├── LineFormatError        the model's answer is not in the line format
        └── GraphRefusedError           the model's answer is not a task graph, and no mend makes it one

A leaf carries its data as attributes; its message says what is wrong, where, and what to change.
"""

from __future__ import annotations

from collections.abc import Sequence


class KitchenAgentError(Exception):
    """Root of this package's errors."""


class InputError(KitchenAgentError):
    """Something that a person entered is wrong; the message names the field, the value and the fix."""


class PlanningError(KitchenAgentError):
    """The input was fine, but the work could not be done."""


class RecipeError(InputError):
    """A recipe that cannot be read, or that lacks something which planning needs."""

    def __init__(self, source: str, field: str, problem: str, fix: str) -> None:
        self.source, self.field, self.problem, self.fix = source, field, problem, fix
        super().__init__(f"{source}: {field}: {problem}. {fix}")


class LineFormatError(PlanningError):
    """A text that is not a task graph in the line format; `faults` has one sentence for each wrong line."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


class GraphRefusedError(PlanningError):
    """The model's last answer is not a task graph; `faults` says why, a sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        shown = "; ".join(self.faults[:3])
        super().__init__(
            f"the model wrote no usable task graph: {shown}. Shorten the recipe's steps or try another model"
        )
