"""Repairs that cook less: without a garnish, without a dish."""

from collections.abc import Iterable
from typing import Literal

from scheduler.explain.offer import Offer
from scheduler.problem import Dish, Link, Pin, Problem, ServingLink, Task


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
            update={"served": tuple(served for served in left.replan.served if served.dish != self.dish)}
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


def _in_use(tasks: Iterable[Task], vessel: str) -> bool:
    """Whether a task needs ``{dish}/{letter}``, or ``{dish}/{letter}+{task}#{n}``, an extra pan of its own."""
    name, _, pan = vessel.partition("+")
    own = pan.rpartition("#")[0]
    return any(f"{task.dish}/{letter}" == name and own in ("", task.id) for task in tasks for letter in task.vessels)


def _is_left(pin: Pin, tasks: Iterable[Task], gone: set[str]) -> bool:
    """Whether the pin speaks of none of the tasks that are gone, nor of what was inserted for them alone."""
    kind, _, rest = pin.task.partition(":")
    if kind == "wash_up":
        return _in_use(tasks, rest)
    return pin.task not in gone and not (kind in ("warm_up", "clean") and rest in gone)


def _without_tasks(problem: Problem, gone: set[str]) -> Problem:
    """The problem without the tasks and all that speaks of them."""

    def freed(dish: Dish) -> Dish:
        return dish.model_copy(update={"serving": tuple(link for link in dish.serving if link.task not in gone)})

    tasks = tuple(task for task in problem.tasks if task.id not in gone)
    replan = problem.replan and problem.replan.model_copy(
        update={
            "baseline": tuple(entry for entry in problem.replan.baseline if entry.task not in gone),
            "held": tuple(held for held in problem.replan.held if _in_use(tasks, f"{held.dish}/{held.vessel}")),
        }
    )
    return problem.model_copy(
        update={
            "tasks": tasks,
            "links": tuple(link for link in problem.links if not {link.before, link.after} & gone),
            "dishes": tuple(freed(dish) for dish in problem.dishes),
            "pins": tuple(pin for pin in problem.pins if _is_left(pin, tasks, gone)),
            "replan": replan,
        }
    )
