"""A plan pushed together: the same dishes at the same minutes, everything before them as late as it can be.

Backward justification (Valls, Ballestín and Quintanilla, European Journal of Operational Research 165, 2005): what a
solver finds for one term of the objective is scattered in time as long as the other terms do not count.
"""

from collections.abc import Iterator

from scheduler.greedy.attempt import place_all
from scheduler.greedy.occupancy import Occupancy
from scheduler.greedy.state import Attempt, DoesNotFitError, Frame
from scheduler.problem import Dish, Link, Problem
from scheduler.schedule import Schedule

STEPS_OF_TASK = 40
"""Places to be looked at for each task."""


def justified(problem: Problem, plan: Schedule) -> Iterator[Schedule]:
    """Plans without terms that serve at the same minutes and let no hot food wait longer, as far as any are found.

    Tasks are placed from the last to the first of the plan: once by the cooks whom that keeps least, once
    by those of the plan.
    """
    entries = {entry.task: entry for entry in plan.assignments}
    served = {entry.dish: entry.served_minutes for entry in plan.served}
    waits = {
        (link.before, link.after): entries[link.after].start_minutes - entries[link.before].end_minutes
        for link in problem.links
        if link.hot_weight
    }
    links = tuple(_no_longer(link, waits.get((link.before, link.after))) for link in problem.links)
    ends = {task: entry.end_minutes for task, entry in entries.items()}
    dishes = tuple(_no_longer_at_the_table(dish, served[dish.id], ends) for dish in problem.dishes)
    frame = Frame(problem.model_copy(update={"links": links, "dishes": dishes}))
    order = sorted(frame.tasks.values(), key=lambda task: (-ends[task.id], frame.heights[task.id], task.id))
    for keep_cooks in (False, True):
        if keep_cooks:
            frame.able = {name: tuple(frame.cooks[cook] for cook in entry.cooks) for name, entry in entries.items()}
        steps = STEPS_OF_TASK * len(order)
        attempt = Attempt(frame.problem, served, Occupancy(frame.problem, frame.now), steps, {})
        try:
            yield place_all(frame, attempt, order)
        except DoesNotFitError:
            continue


def _no_longer(link: Link, wait: int | None) -> Link:
    if not link.hot_weight or wait is None:
        return link
    return link.model_copy(update={"max_lag_minutes": max(wait, link.min_lag_minutes or 0)})


def _no_longer_at_the_table(dish: Dish, served: int, ends: dict[str, int]) -> Dish:
    serving = tuple(
        link.model_copy(update={"max_lag_minutes": max(served - ends[link.task], link.min_lag_minutes)})
        if link.hot_weight
        else link
        for link in dish.serving
    )
    return dish.model_copy(update={"serving": serving})
