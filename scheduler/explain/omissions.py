"""Repairs that cook less: without a garnish, without a dish."""

from typing import Literal

from scheduler.explain.offer import Offer
from scheduler.problem import Dish, Link, Problem, ServingLink


class LeaveOut(Offer):
    """Optional tasks are not done, such as a garnish."""

    kind: Literal["leave_out"] = "leave_out"
    dish: str
    tasks: tuple[str, ...]

    def apply(self, problem: Problem) -> Problem:
        """The problem without these tasks; what came before them still comes before what came after them."""
        bridged = problem
        for task in self.tasks:
            bridged = _without_tasks(_bridged(bridged, task), {task})
        return bridged


class DropDish(Offer):
    """A dish is left out."""

    kind: Literal["drop_dish"] = "drop_dish"
    cooks_can_decide: bool = False
    dish: str

    def apply(self, problem: Problem) -> Problem:
        """The problem without the dish, its tasks and their links."""
        left = _without_tasks(problem, {task.id for task in problem.tasks if task.dish == self.dish})
        replan = left.replan and left.replan.model_copy(
            update={
                "held": tuple(held for held in left.replan.held if held.dish != self.dish),
                "served": tuple(served for served in left.replan.served if served.dish != self.dish),
            }
        )
        dishes = tuple(dish for dish in left.dishes if dish.id != self.dish)
        return left.model_copy(update={"dishes": dishes, "replan": replan})


def _bridged(problem: Problem, task: str) -> Problem:
    """With links from what comes before the task to what comes after it, and to the table if it was the last."""
    order = [link for link in problem.links if link.min_lag_minutes is not None and not link.from_start]
    before = [link.before for link in order if link.after == task]
    after = [link.after for link in order if link.before == task]
    known = {(link.before, link.after) for link in order}
    new = [Link(before=i, after=j) for i in before for j in after if (i, j) not in known]
    dishes = tuple(dish.model_copy(update={"serving": _passed_on(dish, task, before)}) for dish in problem.dishes)
    return problem.model_copy(update={"links": (*problem.links, *new), "dishes": dishes})


def _passed_on(dish: Dish, task: str, before: list[str]) -> tuple[ServingLink, ...]:
    """The dish's serving links; what leads to the task waits for the table as the task did."""
    served = {link.task for link in dish.serving}
    new = [
        link.model_copy(update={"task": i})
        for link in dish.serving
        if link.task == task
        for i in before
        if i not in served
    ]
    return (*dish.serving, *new)


def _without_tasks(problem: Problem, gone: set[str]) -> Problem:
    """The problem without the tasks and all that speaks of them."""

    def freed(dish: Dish) -> Dish:
        return dish.model_copy(update={"serving": tuple(link for link in dish.serving if link.task not in gone)})

    replan = problem.replan and problem.replan.model_copy(
        update={"baseline": tuple(entry for entry in problem.replan.baseline if entry.task not in gone)}
    )
    return problem.model_copy(
        update={
            "tasks": tuple(task for task in problem.tasks if task.id not in gone),
            "links": tuple(link for link in problem.links if not {link.before, link.after} & gone),
            "dishes": tuple(freed(dish) for dish in problem.dishes),
            "pins": tuple(pin for pin in problem.pins if pin.task not in gone),
            "replan": replan,
        }
    )
