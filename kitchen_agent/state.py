"""What the graph knows between its steps, and what its nodes are given.

The state holds only what a later step needs and what a person may ask for: it is written to the checkpointer after
each step. Models, solvers, clocks and stores are never in it; nodes get them as `Deps`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Protocol, TypedDict, get_args

from pydantic import BaseModel, ConfigDict

from kitchen_agent.answers import AnswerStore, Author
from kitchen_agent.cookbook import Cookbook
from kitchen_agent.kitchen import Kitchen
from kitchen_agent.menu import DinnerRequest
from kitchen_agent.plan import DinnerPlan
from kitchen_agent.planner import Question
from kitchen_agent.planner_model import PlannerModel
from kitchen_agent.prompt import Style
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph
from scheduler.explain import Explanation, Insight, Repair, Say
from scheduler.problem import Problem
from scheduler.schedule import Infeasible, Outcome, Schedule, Solved, TimedOut


class Reply(Protocol):
    """What a model wrote."""

    @property
    def text(self) -> str: ...


class AsksModel(Protocol):
    """A model that reads recipes: how questions to it are put, who it is for the kept answers, and asking it.

    `ask` may be called from several threads; `on_token` hears each piece of the answer where the model can say it.
    """

    @property
    def style(self) -> Style: ...

    @property
    def author(self) -> Author: ...

    def ask(self, question: Question, on_token: Callable[[str], None] | None = None) -> Reply: ...


@dataclass(frozen=True)
class DishDeps:
    """What planning a dish needs. Without `answers` nothing is recalled and nothing is kept."""

    model: AsksModel
    answers: AnswerStore | None


@dataclass(frozen=True)
class Scheduler:
    """The scheduler's verbs with their limits set."""

    solve: Callable[[Problem], Outcome]
    search_longer: Callable[[Problem], Outcome]
    explain: Callable[[Problem, Say], Explanation]
    rescues: Callable[[Problem, Schedule, Say], tuple[Repair, ...]]
    insight: Callable[[Problem, Schedule, Say], Insight]


@dataclass(frozen=True)
class Deps(DishDeps):
    """What planning a dinner needs besides. `chooser` picks repairs; `now` is the clock."""

    model: PlannerModel
    chooser: PlannerModel
    cookbook: Cookbook
    scheduler: Scheduler
    now: Callable[[], datetime]


class DishPlan(BaseModel):
    """One dish after planning: its task graph, and what a person should know about how it came to be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    graph: TaskGraph
    notes: tuple[str, ...] = ()


def merge_dishes(known: dict[str, DishPlan], new: dict[str, DishPlan]) -> dict[str, DishPlan]:
    """Reducer: the branches of the dishes report one by one."""
    return {**known, **new}


class DishState(TypedDict, total=False):
    """One dish on its way from recipe to task graph.

    `dish` is its id on the menu. `best` is the best answer so far, `faults` what is wrong with it, `revisions` how
    often the model was asked again. `recalled`: the answer was kept from an earlier run.
    """

    dish: str
    recipe: Recipe
    best: str
    faults: tuple[str, ...]
    revisions: int
    recalled: bool
    dishes: dict[str, DishPlan]


class DishResult(TypedDict):
    """What a dish's branch gives back to the dinner."""

    dishes: dict[str, DishPlan]


class Refusal(BaseModel):
    """Why there is no plan, in kitchen words, and what would make the dinner fit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reasons: tuple[str, ...]
    remedies: tuple[str, ...] = ()


class DinnerState(TypedDict, total=False):
    """A dinner on its way from request to plan; one thread of the checkpointer.

    `menu_file` and `asked` are what the person gave (fields of a DinnerRequest; those asked for go before the file's).
    `model` are the versions of the model that the run was begun with. Cooks of the `request` who are not there in the
    working hours leave it before it is scheduled, and `absent` says so.
    `recipes` and `dishes` are by dish id. `repairs` are those chosen so far, in order; they change the problem before
    it is solved; `searches` counts the searches since the last of them. `reasons` say why the last problem did not fit,
    `offers` what would help. At the end there is a `plan` or a `refusal`.
    """

    menu_file: Path | None
    asked: dict[str, Any]
    request: DinnerRequest
    model: dict[str, str]
    absent: tuple[str, ...]
    recipes: dict[str, Recipe]
    dishes: Annotated[dict[str, DishPlan], merge_dishes]
    repairs: tuple[Repair, ...]
    outcome: Outcome
    searches: int
    reasons: tuple[str, ...]
    offers: tuple[Repair, ...]
    plan: DinnerPlan | None
    refusal: Refusal | None


REPAIR_TYPES: tuple[type[BaseModel], ...] = get_args(get_args(Repair)[0])
STATE_TYPES: tuple[type[BaseModel], ...] = (
    DinnerPlan, DinnerRequest, DishPlan, Infeasible, Kitchen, Recipe, Refusal, Solved, TimedOut, *REPAIR_TYPES,
)  # fmt: skip
"""The types that a checkpoint may hold."""
