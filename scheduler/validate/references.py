"""Faults of what refers to what: links, dishes, pins."""

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
    yield from _replan_references(problem, set(names), set(dishes))


def _replan_references(problem: Problem, tasks: set[str], dishes: set[str]) -> Iterator[Fault]:
    letters = {f"wash_up:{dish.id}/{use.id}" for dish in problem.dishes for use in dish.vessels}
    cooks = {cook.id for cook in problem.cooks}
    ovens = {oven.id for oven in problem.ovens}
    boards = {board.id for board in problem.boards}
    for pin in problem.pins:
        kind, _, rest = pin.task.partition(":")
        inserted = kind in ("warm_up", "clean") and rest in tasks
        extra_pan = kind == "wash_up" and (pin.task in letters or pin.task.partition("+")[0] in letters)
        if pin.task not in tasks and not inserted and not extra_pan:
            yield Fault("pins", repr(pin.task), "unknown task; name a task or an inserted task")
        for name in pin.cooks or ():
            if name not in cooks:
                yield Fault(f"pins.{pin.task}.cooks", repr(name), "unknown cook; name the id of a cook")
        if pin.oven is not None and pin.oven not in ovens:
            yield Fault(f"pins.{pin.task}.oven", repr(pin.oven), "unknown oven; name the id of an oven")
        if pin.board is not None and pin.board not in boards:
            yield Fault(f"pins.{pin.task}.board", repr(pin.board), "unknown board; name the id of a board")
    if problem.replan is None:
        return
    for planned in problem.replan.baseline:
        if planned.task not in tasks:
            yield Fault("replan.baseline", repr(planned.task), "unknown task; name the id of a task")
    for served in problem.replan.served:
        if served.dish not in dishes:
            yield Fault("replan.served", repr(served.dish), "unknown dish; name the id of a dish")


def pins(problem: Problem) -> Iterator[Fault]:
    """Pins that leave out what they have to settle, or lie in the wrong time."""
    now = problem.replan.now_minutes if problem.replan else 0
    attended = {task.id for task in problem.tasks if task.attention != "unattended"}
    for pin in problem.pins:
        where = f"pins.{pin.task}"
        if pin.state == "locked":
            continue
        if pin.start_minutes is None or pin.end_minutes is None:
            yield Fault(where, pin.state, "what is done or running has a start and an end; give both")
            continue
        if not 0 <= pin.start_minutes <= pin.end_minutes <= problem.horizon_minutes:
            value = f"[{pin.start_minutes}, {pin.end_minutes})"
            yield Fault(where, value, "must lie in the horizon and end no earlier than it starts")
        if pin.state == "done" and pin.end_minutes > now:
            yield Fault(f"{where}.end_minutes", str(pin.end_minutes), f"done, but ends after now ({now})")
        if pin.state == "running" and not pin.start_minutes <= now < pin.end_minutes:
            yield Fault(where, f"[{pin.start_minutes}, {pin.end_minutes})", f"running, but not at now ({now})")
        if pin.task in attended and not pin.cooks:
            yield Fault(f"{where}.cooks", "none", "attended work that is done or running has cooks; name them")
