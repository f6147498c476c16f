"""The scheduling problem: kitchen, cooks, dishes and tasks, with the exact meaning of every field.

All times are integer minutes from the plan's start (minute 0) and lie in ``0..horizon_minutes``. An interval
``[start, end)`` contains its start and not its end, so what ends at minute 10 and what starts at minute 10 do
not overlap. Everything refers to everything else by string id. The types only say what shape the data has;
:func:`scheduler.validate.validate` says whether it makes sense and names every fault at once.

Words used throughout: an *attended* task is ``hands_on`` or ``tend``; a *pinned* task has a :class:`Pin`.
"""

from pydantic import Field

from scheduler.problem.base import Hygiene, Model, Outage, Window
from scheduler.problem.kitchen import Board, Cook, Equipment, Oven, Session, Settings, StandIn, VesselStock
from scheduler.problem.menu import Attention, Course, CrewNeed, Dish, Link, Need, OvenUse, ServingLink, Task, VesselUse
from scheduler.problem.replanning import HeldVessel, Pin, PlannedTask, Replan, ServedDish
from scheduler.problem.terms import ORDER, TermName


class Problem(Model):
    """Everything the scheduler needs to know. No recipe, no prose, no clock."""

    horizon_minutes: int
    tasks: tuple[Task, ...]
    links: tuple[Link, ...] = ()
    dishes: tuple[Dish, ...] = ()
    courses: tuple[Course, ...] = ()
    cooks: tuple[Cook, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    ovens: tuple[Oven, ...] = ()
    vessels: tuple[VesselStock, ...] = ()
    boards: tuple[Board, ...] = ()
    sessions: tuple[Session, ...] = ()
    settings: Settings = Field(default_factory=Settings)
    pins: tuple[Pin, ...] = ()
    replan: Replan | None = None
    objective: tuple[TermName, ...] = ORDER


__all__ = [
    "ORDER",
    "Attention",
    "Board",
    "Cook",
    "Course",
    "CrewNeed",
    "Dish",
    "Equipment",
    "HeldVessel",
    "Hygiene",
    "Link",
    "Model",
    "Need",
    "Outage",
    "Oven",
    "OvenUse",
    "Pin",
    "PlannedTask",
    "Problem",
    "Replan",
    "ServedDish",
    "ServingLink",
    "Session",
    "Settings",
    "StandIn",
    "Task",
    "TermName",
    "VesselStock",
    "VesselUse",
    "Window",
]
