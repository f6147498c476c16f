"""When dishes are served."""

from ortools.sat.python import cp_model

from scheduler.problem import Course, Dish, Problem
from scheduler.variables import Variables


def course_due(problem: Problem, course: Course) -> int | None:
    """The minute at which the course is to be served, through the courses that it follows; None without one."""
    if course.serve_at_minutes is not None or course.follows is None:
        return course.serve_at_minutes
    due = course_due(problem, next(c for c in problem.courses if c.id == course.follows))
    return None if due is None else due + course.gap_minutes


def dish_due(problem: Problem, dish: Dish) -> int | None:
    """The minute at which the dish is to be served, its own or its course's."""
    if dish.course is None:
        return dish.serve_at_minutes
    return course_due(problem, next(c for c in problem.courses if c.id == dish.course))


def _open_dishes(v: Variables) -> list[Dish]:
    gone = {s.dish for s in v.problem.replan.served} if v.problem.replan else set()
    return [dish for dish in v.problem.dishes if dish.id not in gone]


def served_when_ready(v: Variables) -> None:
    """A dish is served when all its tasks are done, and not before the guests are there: served >= end, due, now."""
    for served in v.problem.replan.served if v.problem.replan else ():
        v.model.add(v.served[served.dish] == served.served_minutes)
    for dish in _open_dishes(v):
        v.model.add(v.served[dish.id] >= max(v.now, dish_due(v.problem, dish) or 0))
        for t in v.tasks.values():
            if t.task.dish == dish.id:
                v.model.add(v.served[dish.id] >= t.end)


def serving_links(v: Variables) -> None:
    """What is done last reaches the table in time: end + min_lag <= served <= end + max_lag (plating, crisp food)."""
    for dish in _open_dishes(v):
        for link in dish.serving:
            t, served = v.tasks[link.task], v.served[dish.id]
            v.model.add(served >= t.end + link.min_lag_minutes)
            if link.max_lag_minutes is None:
                continue
            pin = v.pinned(link.task)
            if pin and pin.end_minutes is not None and pin.end_minutes + link.max_lag_minutes < v.now:
                continue
            v.model.add(served <= t.end + link.max_lag_minutes)


def courses_land_together(v: Variables) -> None:
    """All dishes of a course come to the table within its window: served(a) − served(b) <= window.

    Implied, for better bounds: when the last of n dishes is late so are the others, but for the window:
    n × last <= sum of served + (n − 1) × window.
    """
    open_dishes = {dish.id for dish in _open_dishes(v)}
    for course in v.problem.courses:
        members = [dish.id for dish in v.problem.dishes if dish.course == course.id and dish.id in open_dishes]
        for first in members:
            for second in members:
                if first != second:
                    v.model.add(v.served[first] <= v.served[second] + course.window_minutes)
        if len(members) > 1:
            last = _last_served(v, course.id, members)
            everyone = sum(v.served[dish] for dish in members)
            v.model.add(len(members) * last <= everyone + (len(members) - 1) * course.window_minutes)


def _last_served(v: Variables, course: str, dishes: list[str]) -> cp_model.IntVar:
    last = v.derived(f"last of {course}", 0, v.horizon, lambda at: max(at(v.served[dish]) for dish in dishes))
    for dish in dishes:
        v.model.add(last >= v.served[dish])
    return last


def courses_follow(v: Variables) -> None:
    """A course comes when the one before has been eaten: served(dish) >= served(each dish before) + gap."""
    open_dishes = {dish.id for dish in _open_dishes(v)}
    for course in v.problem.courses:
        if course.follows is None:
            continue
        earlier = [dish.id for dish in v.problem.dishes if dish.course == course.follows]
        later = [dish.id for dish in v.problem.dishes if dish.course == course.id and dish.id in open_dishes]
        for first in earlier:
            for second in later:
                v.model.add(v.served[second] >= v.served[first] + course.gap_minutes)
