"""What can happen while a dinner is cooked: one small type for each kind of event.

An `Event` is an envelope (when, who, and a key that makes a doubled tap count once) around one happening. Names are
the ids of the plan's tasks ("mousse/3"), dishes, cooks and equipment. Times of day are aware datetimes; spans are whole
minutes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from kitchen_agent.menu import DishRequest
from kitchen_agent.plan import DinnerPlan
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph

MINUTES_MAX = 24 * 60
Name = Annotated[str, Field(min_length=1, max_length=200)]
Minutes = Annotated[int, Field(ge=1, le=MINUTES_MAX)]


class _Happening(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskStarted(_Happening):
    """A cook began a task, or went on with a paused one; `cook` None is whoever the plan names."""

    kind: Literal["started"] = "started"
    task: Name
    cook: Name | None = None


class TaskDone(_Happening):
    """A task is finished, early or late; one that nobody started counts as done at once."""

    kind: Literal["done"] = "done"
    task: Name


class NeedsMinutes(_Happening):
    """A task takes `minutes` longer than it would have from now on."""

    kind: Literal["needs_minutes"] = "needs_minutes"
    task: Name
    minutes: Minutes


class TaskRedo(_Happening):
    """The result of a task is lost (burnt, dropped, waited too long): it is done again."""

    kind: Literal["redo"] = "redo"
    task: Name


class TaskSkipped(_Happening):
    """A task is left out; what needed it goes on without."""

    kind: Literal["skip"] = "skip"
    task: Name


class TaskPaused(_Happening):
    """Work on a running task stops; the remaining minutes stay to be done."""

    kind: Literal["pause"] = "pause"
    task: Name


class WaitAccepted(_Happening):
    """A person accepts that the result of a task waited beyond its limit."""

    kind: Literal["accept_wait"] = "accept_wait"
    task: Name


class CookLeaves(_Happening):
    """A cook goes at `at`."""

    kind: Literal["cook_leaves"] = "cook_leaves"
    cook: Name
    at: AwareDatetime


class CookJoins(_Happening):
    """A cook comes (new, or back, or late) at `at`; `skill` is needed for one who is not in the plan."""

    kind: Literal["cook_joins"] = "cook_joins"
    cook: Name
    at: AwareDatetime
    skill: Literal["novice", "home", "expert"] | None = None


class CookSwap(_Happening):
    """`cook` takes over a task from whoever the plan names."""

    kind: Literal["swap"] = "swap"
    task: Name
    cook: Name


class EquipmentFails(_Happening):
    """`units` of an equipment cannot be used until it is reported back."""

    kind: Literal["fails"] = "fails"
    equipment: Name
    units: Annotated[int, Field(ge=1, le=50)] = 1


class EquipmentBack(_Happening):
    """An equipment that had failed works again."""

    kind: Literal["back"] = "back"
    equipment: Name


class OvenColder(_Happening):
    """The oven is at `celsius` instead of what it is set to; what is in it takes longer."""

    kind: Literal["oven_colder"] = "oven_colder"
    oven: Name
    celsius: Annotated[int, Field(ge=20, le=320)]


class GuestsChanged(_Happening):
    """There are `guests` guests now; what is already in the pan stays as it is."""

    kind: Literal["guests"] = "guests"
    guests: Annotated[int, Field(ge=1, le=500)]


class DishAdded(_Happening):
    """A dish of the cookbook is served as well; it comes with its recipe and the graph that the planner wrote."""

    kind: Literal["dish_added"] = "dish_added"
    dish: DishRequest
    recipe: Recipe
    graph: TaskGraph


class DishDropped(_Happening):
    """A dish is not served after all."""

    kind: Literal["dish_dropped"] = "dish_dropped"
    dish: Name


class ServingMoved(_Happening):
    """The dinner is served at another time; courses keep their distance."""

    kind: Literal["serving_moved"] = "serving_moved"
    serve_at: AwareDatetime


class CourseHeld(_Happening):
    """One course, and what follows it, is held back ("they are still on the starter")."""

    kind: Literal["course_held"] = "course_held"
    course: Name
    minutes: Minutes


class IngredientMissing(_Happening):
    """An ingredient of a dish is not there; the planner proposes what to do."""

    kind: Literal["ingredient_missing"] = "ingredient_missing"
    dish: Name
    ingredient: Name


class SubstituteProposed(_Happening):
    """The planner's answer to a missing ingredient: what could stand in for it, best first; a person decides.

    No `options`: nothing is known to stand in for it.
    """

    kind: Literal["substitute_proposed"] = "substitute_proposed"
    dish: Name
    ingredient: Name
    options: Annotated[tuple[Name, ...], Field(max_length=10)] = ()


class IngredientReplaced(_Happening):
    """A person takes `by` in place of a missing ingredient."""

    kind: Literal["ingredient_replaced"] = "ingredient_replaced"
    dish: Name
    ingredient: Name
    by: Name


class IngredientLeftOut(_Happening):
    """A person does without a missing ingredient; work on nothing else is left out with it."""

    kind: Literal["ingredient_left_out"] = "ingredient_left_out"
    dish: Name
    ingredient: Name


class PlanAdopted(_Happening):
    """A plan is in force: the first when it was approved, later ones after what happened, which `because` tells."""

    kind: Literal["plan"] = "plan"
    plan: DinnerPlan
    because: Annotated[str, Field(max_length=500)] = ""


Happening = Annotated[
    TaskStarted
    | TaskDone
    | NeedsMinutes
    | TaskRedo
    | TaskSkipped
    | TaskPaused
    | WaitAccepted
    | CookLeaves
    | CookJoins
    | CookSwap
    | EquipmentFails
    | EquipmentBack
    | OvenColder
    | GuestsChanged
    | DishAdded
    | DishDropped
    | ServingMoved
    | CourseHeld
    | IngredientMissing
    | SubstituteProposed
    | IngredientReplaced
    | IngredientLeftOut
    | PlanAdopted,
    Field(discriminator="kind"),
]


class Event(BaseModel):
    """One happening with its moment, its source and its idempotency key (the same key counts once in a session)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, Field(min_length=1, max_length=100)]
    at: AwareDatetime
    by: Annotated[str, Field(min_length=1, max_length=100)]
    what: Happening


class Recorded(BaseModel):
    """An event as the store acknowledged it: number `seq` of its session, counted from 1 without gaps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seq: int
    recorded_at: datetime
    event: Event
