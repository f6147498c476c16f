"""What the scheduler answers: a schedule with its objective and record, or why there is none."""

from typing import Literal

from pydantic import Field

from scheduler.problem import Model, TermName

InsertedKind = Literal["warm_up", "wash_up", "clean"]
StoppedBy = Literal["optimal", "gap", "deterministic_limit", "time_limit", "cancel", "disagreement"]
"""Why the search ended: every term is proved, or good enough; a limit; the caller; or model and judge disagree on what
is a plan, and the answer is the best plan that the judge accepts."""


class Assignment(Model):
    """One task's place: [start_minutes, end_minutes), its cooks, its equipment.

    ``units``: unit ids ``{equipment}#{n}`` of every pool that the task needs. ``oven`` and ``board``: ids.
    ``pans``: number of pans in parallel (1 when the task has one round).
    """

    task: str
    start_minutes: int
    end_minutes: int
    cooks: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    oven: str | None = None
    board: str | None = None
    pans: int = 1


class VesselHold(Model):
    """A vessel ``unit`` (``{stock}#{n}``) that a dish's vessel use holds in [start_minutes, end_minutes).

    The end is the end of the wash-up; the end of the last task if the stock needs no washing; the horizon when nobody
    washes it. ``vessel`` is the letter of the dish, for the k-th extra pan of a task (k = 2, 3, …)
    ``{letter}+{task}#{k}``.
    """

    dish: str
    vessel: str
    unit: str
    start_minutes: int
    end_minutes: int


class Inserted(Model):
    """A task that the scheduler added.

    * ``warm_up``: id ``warm_up:{task}``, the use for which the oven is made hot, to that use's ``celsius``; the cook is
      busy in [start, start + oven_touch_minutes); with a touch of 0 there is no cook.
    * ``wash_up``: id ``wash_up:{dish}/{vessel}``, ``unit`` is the vessel; the cook is busy all the time.
    * ``clean``: id ``clean:{task}``, ``board`` is the board of that task (None when it used none); the cook is busy all
      the time.
    """

    id: str
    kind: InsertedKind
    start_minutes: int
    end_minutes: int
    cook: str | None = None
    task: str | None = None
    oven: str | None = None
    celsius: int | None = None
    dish: str | None = None
    vessel: str | None = None
    unit: str | None = None
    board: str | None = None


class Served(Model):
    """When a dish is served."""

    dish: str
    served_minutes: int


class Term(Model):
    """One term of the objective: its value in this schedule and the best proven lower bound, given that the terms
    before it keep their values. ``optimal``: value == bound. ``gap`` is (value − bound) / max(1, value)."""

    name: TermName
    value: int
    bound: int
    optimal: bool

    @property
    def gap(self) -> float:
        """How far the value may be from the best, relative to it."""
        return (self.value - self.bound) / max(1, abs(self.value))


class SolverRecord(Model):
    """What made the plan: with the same record and no stop by time or caller the same plan comes out.

    ``hinted``: the search began from a plan that the caller gave; the same plan then comes out from the same hint.
    """

    seed: int
    workers: int
    deterministic_limit: float | None
    time_limit_seconds: float | None
    cpu_limit_seconds: float | None = None
    gap: float = 0.0
    hinted: bool = False
    stopped_by: StoppedBy
    deterministic_time: float
    wall_seconds: float
    versions: dict[str, str]


class Schedule(Model):
    """A complete plan. Assignments are sorted by (start, task), inserted tasks by (start, id)."""

    assignments: tuple[Assignment, ...]
    inserted: tuple[Inserted, ...] = ()
    holds: tuple[VesselHold, ...] = ()
    served: tuple[Served, ...] = ()
    terms: tuple[Term, ...] = ()
    solver: SolverRecord | None = None


class Solved(Model):
    """There is a plan. ``optimal``: every term is proved; otherwise the terms carry their bounds."""

    status: Literal["solved"] = "solved"
    schedule: Schedule
    optimal: bool


class Infeasible(Model):
    """It was proved that no plan exists. :func:`scheduler.explain` says why, in kitchen words."""

    status: Literal["infeasible"] = "infeasible"
    wall_seconds: float


class TimedOut(Model):
    """The limit passed without a plan and without a proof that there is none.

    ``bounds``: what was proved of the terms of the objective meanwhile; no plan has less.
    """

    status: Literal["timed_out"] = "timed_out"
    wall_seconds: float
    bounds: dict[TermName, int] = Field(default_factory=dict)


Outcome = Solved | Infeasible | TimedOut
