"""The finished plan of a dinner, with clock times: what every output format shows.

A plan stands alone: its JSON holds the request, the recipes' graphs, the scheduler's problem and schedule, and the
versions that made it, so that it can be checked, cooked from and planned again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from kitchen_agent.menu import DinnerRequest
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import Attention, Serve, TaskGraph
from scheduler.explain import Repair
from scheduler.problem import Problem
from scheduler.schedule import Schedule, Term

ItemKind = Literal["task", "warm_up", "wash_up", "clean"]


class PlanModel(BaseModel):
    """Base of a plan's parts: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(PlanModel):
    """One bar of the plan: a task of a dish, or something that the scheduler added.

    `cooks` are names; `watcher` is who set going, or worked last on, what needs nobody. `equipment` is for people
    ("frying pan 2", "oven at 200 °C"). `busy_until`: when its cooks are free again (a warm-up holds a cook only for a
    moment). `ingredients` first enter the dish here, scaled. `rounds` in words, or empty. `ahead`: done before the
    dinner session.
    """

    id: str
    kind: ItemKind
    dish: str | None
    name: str
    start: datetime
    end: datetime
    busy_until: datetime
    minutes: int
    attention: Attention
    cooks: tuple[str, ...]
    watcher: str
    equipment: tuple[str, ...]
    ingredients: tuple[str, ...] = ()
    rounds: str = ""
    ahead: bool = False


class PlanDish(PlanModel):
    """One dish at the table: `ready` when its last task ends, `served` when its guests get it.

    `wait_minutes` lie between the two; `late_minutes` between the wished time (`due`) and the real one.
    """

    id: str
    name: str
    title: str
    sitting: str
    serve: Serve
    portions: int
    due: datetime
    ready: datetime
    served: datetime
    wait_minutes: int
    late_minutes: int
    ingredients: tuple[str, ...]


class PlanCook(PlanModel):
    """One cook's day. `busy_minutes` are hands-on or tending; `first` and `last` are None without work."""

    id: str
    name: str
    skill: str
    busy_minutes: int
    first: datetime | None
    last: datetime | None


class Place(PlanModel):
    """Something in the kitchen that is in use from `start` to `end`.

    `name` says which ("burner 2"), `group` of what sort; `doing` is a task's name, or what else happens to it.
    """

    name: str
    group: Literal["oven", "heat and machines", "vessels", "boards"]
    dish: str | None
    doing: str
    start: datetime
    end: datetime


class DinnerPlan(PlanModel):
    """Everything there is to know about one planned dinner. Times carry their zone; `starts_at` is minute 0.

    `repairs` made the dinner fit, in their order; the `problem` has them already.
    """

    format: Literal[1] = 1
    title: str
    guests: int
    serve_at: datetime
    starts_at: datetime
    items: tuple[Item, ...]
    dishes: tuple[PlanDish, ...]
    cooks: tuple[PlanCook, ...]
    places: tuple[Place, ...]
    bottleneck: str
    notes: tuple[str, ...]
    optimal: bool
    terms: tuple[Term, ...]
    versions: dict[str, str]
    request: DinnerRequest
    recipes: dict[str, Recipe]
    graphs: dict[str, TaskGraph]
    problem: Problem
    schedule: Schedule
    repairs: tuple[Repair, ...] = ()

    @property
    def first_work(self) -> datetime:
        """When the first item starts."""
        return min((item.start for item in self.items), default=self.starts_at)

    def of_cook(self, name: str) -> tuple[Item, ...]:
        """The items that `name` does, in order of time."""
        return tuple(item for item in self.items if name in item.cooks)

    def dish_name(self, dish: str | None) -> str:
        """The name of the dish with this id; empty for None."""
        return next((entry.name for entry in self.dishes if entry.id == dish), "")
