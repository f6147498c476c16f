"""What the judge answers."""

from typing import Literal

from scheduler.problem import Model, TermName

Rule = Literal[
    "form",
    "horizon",
    "duration",
    "release",
    "link",
    "session",
    "pin",
    "replan",
    "crew",
    "skill",
    "refusal",
    "presence",
    "hands",
    "tending",
    "fire",
    "equipment",
    "oven_celsius",
    "oven_slots",
    "oven_change",
    "oven_heat",
    "oven_warm_up",
    "oven_door",
    "vessel",
    "wash_up",
    "board",
    "hygiene",
    "clean",
    "serving",
    "course",
    "terms",
]


class Violation(Model):
    """One rule that a schedule breaks.

    ``subjects`` are the ids of what collides (tasks, inserted tasks, dishes, cooks, equipment), most important first;
    ``at_minutes`` is the minute at which it happens, where there is one; ``message`` says it in kitchen words.
    """

    rule: Rule
    subjects: tuple[str, ...]
    message: str
    at_minutes: int | None = None

    def __str__(self) -> str:
        return f"[{self.rule}] {self.message}"


class Report(Model):
    """Everything wrong with a schedule, and all terms of the objective computed again from it."""

    violations: tuple[Violation, ...]
    terms: dict[TermName, int]

    @property
    def ok(self) -> bool:
        """Whether no rule is broken."""
        return not self.violations

    def __str__(self) -> str:
        return "\n".join(map(str, self.violations)) or "the plan keeps every rule"
