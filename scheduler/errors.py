"""The errors of the scheduler.

SchedulerError
├── InvalidProblemError    the problem contradicts itself or names things that do not exist (all faults at once)
├── InvalidScheduleError   a schedule given from outside (old plan, hint) does not belong to the problem
└── BenchmarkFormatError  a published instance cannot be read

A dinner that does not fit is no error: it is the outcome ``Infeasible``.
"""

from dataclasses import dataclass


class SchedulerError(Exception):
    """Anything that the scheduler refuses."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a problem: ``where`` (a path such as ``tasks.roast.oven.celsius``), the offending
    ``value``, what is wrong with it and what to change."""

    where: str
    value: str
    message: str

    def __str__(self) -> str:
        return f"{self.where} = {self.value}: {self.message}"


class InvalidProblemError(SchedulerError):
    """The problem has faults; ``faults`` holds all of them."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        lines = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(f"the problem has {len(faults)} fault(s):\n{lines}")


class InvalidScheduleError(SchedulerError):
    """The schedule does not fit the problem; the message names the first thing that is missing or unknown."""


class BenchmarkFormatError(SchedulerError):
    """A benchmark file is not in the format that its name promises; the message says the line."""
