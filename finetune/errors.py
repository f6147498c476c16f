"""Every error that this package raises on purpose.

    FinetuneError
    ├── InputError             a file, folder or setting that a person gave is wrong (exit status 2)
    │   ├── DataError          a data file that cannot be read, with the line where it fails
    │   └── AdapterError       an adapter or base model that cannot be exported as it is
    └── WorkError              the input was fine, but the work could not be done (exit status 1)

The message says what is wrong, where, and what to change.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError


class FinetuneError(Exception):
    """Root of this package's errors."""


class InputError(FinetuneError):
    """Something that a person gave is wrong; the message names the field, the value and the fix."""


class WorkError(FinetuneError):
    """The input was fine, but the work could not be done."""


class DataError(InputError):
    """A data file that cannot be read; `line` counts from 1, or is None when the whole file is meant."""

    def __init__(self, path: Path, problem: str, fix: str, line: int | None = None) -> None:
        self.path, self.problem, self.fix, self.line = path, problem, fix, line
        place = f"{path}, line {line}" if line else str(path)
        super().__init__(f"{place}: {problem}. {fix}")


class AdapterError(InputError):
    """An adapter or a base model that cannot be exported as it is."""

    def __init__(self, path: Path, problem: str, fix: str) -> None:
        self.path, self.problem, self.fix = path, problem, fix
        super().__init__(f"{path}: {problem}. {fix}")


def missing_module(error: ModuleNotFoundError) -> str:
    """What to do about a module that is not installed; raises `error` again when it is one of the project's own."""
    if (error.name or "").partition(".")[0] in ("", "finetune", "kitchen_agent", "scheduler"):
        raise error
    fix = "Install the finetune extra: pip install -e '.[finetune]'"
    return f"finetune: the module {error.name!r} is not installed. {fix}"


def reason(error: Exception) -> str:
    """What `error` says, on one line; of a Pydantic error the first fault: the field, its value, what is expected."""
    if not isinstance(error, ValidationError):
        return " ".join(str(error).split())
    fault = error.errors()[0]
    field, given = ".".join(map(str, fault["loc"])), repr(fault.get("input"))
    shown = given if len(given) <= 60 else f"{given[:57]}..."
    return f"{field} = {shown}: {fault['msg']}" if field else fault["msg"]
