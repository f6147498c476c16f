"""Faults of what refers to what: links, dishes, courses."""

from collections.abc import Iterator

from scheduler.errors import Fault
from scheduler.problem import Problem
from scheduler.validate.values import below


def links(problem: Problem) -> Iterator[Fault]:
    """Links to unknown tasks or with lags that make no sense."""
    names = {task.id for task in problem.tasks}
    for number, link in enumerate(problem.links):
        where = f"links[{number}]"
        for field, name in (("before", link.before), ("after", link.after)):
            if name not in names:
                yield Fault(f"{where}.{field}", repr(name), "unknown task; name the id of a task")
        if link.before == link.after:
            yield Fault(where, repr(link.before), "a task cannot come before itself; remove the link")
        yield from _lags(where, link.min_lag_minutes, link.max_lag_minutes)
        if link.min_lag_minutes is None and link.max_lag_minutes is None:
            yield Fault(where, f"{link.before} → {link.after}", "says nothing; give a min lag or a max lag")
        if link.hot_weight and (link.from_start or link.min_lag_minutes is None):
            yield Fault(f"{where}.hot_weight", str(link.hot_weight), "needs a min lag from the end of the first task")
        yield from below(f"{where}.hot_weight", link.hot_weight, 0)


def _lags(where: str, least: int | None, most: int | None) -> Iterator[Fault]:
    yield from below(f"{where}.min_lag_minutes", least, 0)
    if most is not None and most < (least or 0):
        yield Fault(f"{where}.max_lag_minutes", str(most), f"must be at least {least or 0}, the least wait")


def references(problem: Problem) -> Iterator[Fault]:
    """Names of things that the problem does not have."""
    dishes = {dish.id: dish for dish in problem.dishes}
    pools = {pool.id for pool in problem.equipment}
    for task in problem.tasks:
        where = f"tasks.{task.id}"
        if task.dish is not None and task.dish not in dishes:
            yield Fault(f"{where}.dish", repr(task.dish), "unknown dish; name the id of a dish")
        letters = {use.id for use in dishes[task.dish].vessels} if task.dish in dishes else set()
        for letter in task.vessels:
            if letter not in letters:
                yield Fault(f"{where}.vessels", repr(letter), "unknown vessel; list it in the dish's vessels")
        for need in task.needs:
            if need.equipment not in pools:
                yield Fault(f"{where}.needs", repr(need.equipment), "unknown equipment; name the id of a pool")
    names = {task.id: task for task in problem.tasks}
    courses = {course.id for course in problem.courses}
    for dish in problem.dishes:
        if dish.course is not None and dish.course not in courses:
            yield Fault(f"dishes.{dish.id}.course", repr(dish.course), "unknown course; name the id of a course")
        for link in dish.serving:
            where = f"dishes.{dish.id}.serving.{link.task}"
            if link.task not in names:
                yield Fault(where, repr(link.task), "unknown task; name a task of this dish")
            elif names[link.task].dish != dish.id:
                yield Fault(where, repr(link.task), "belongs to another dish; name a task of this dish")
            yield from _lags(where, link.min_lag_minutes, link.max_lag_minutes)
            yield from below(f"{where}.hot_weight", link.hot_weight, 0)
    for course in problem.courses:
        if course.follows is not None and course.follows not in courses:
            yield Fault(f"courses.{course.id}.follows", repr(course.follows), "unknown course; name the id of a course")
