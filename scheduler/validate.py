"""Says everything that is wrong with a problem, at once."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from scheduler.durations import could_fill, crew_needs, stand_in_cost, useful_pans, willing
from scheduler.errors import Fault, InvalidProblemError
from scheduler.problem import Board, Cook, Course, Dish, Equipment, Outage, Oven, Problem, Task, VesselStock, Window

COLDEST, HOTTEST = 30, 350
"""Celsius that any oven for food can hold; outside them a temperature is a slip of the pen."""


def validate(problem: Problem) -> None:
    """Raise InvalidProblemError with all faults, or return."""
    found = faults(problem)
    if found:
        raise InvalidProblemError(found)


def faults(problem: Problem) -> tuple[Fault, ...]:
    """All faults of the problem, in the order of its fields; empty when it makes sense."""
    found = [fault for look in _CHECKS for fault in look(problem)]
    if not any("unknown" in fault.message for fault in found):
        found += [fault for look in _CHECKS_OF_WHOLE for fault in look(problem)]
    return tuple(found)


_Named = Task | Dish | Course | Cook | Equipment | Oven | VesselStock | Board


def _ids(problem: Problem) -> Iterator[Fault]:
    groups: dict[str, Iterable[_Named]] = {
        "tasks": problem.tasks,
        "dishes": problem.dishes,
        "courses": problem.courses,
        "cooks": problem.cooks,
        "equipment": problem.equipment,
        "ovens": problem.ovens,
        "vessels": problem.vessels,
        "boards": problem.boards,
    }
    for name, members in groups.items():
        seen: set[str] = set()
        for member in members:
            if not member.id:
                yield Fault(name, "''", "an id is empty; give every member an id")
            elif member.id in seen:
                yield Fault(name, repr(member.id), "the id is used twice; ids are unique within their list")
            seen.add(member.id)


def _negatives(problem: Problem) -> Iterator[Fault]:
    """Numbers below their least sensible value."""
    yield from _below("horizon_minutes", problem.horizon_minutes, 0)
    for task in problem.tasks:
        where = f"tasks.{task.id}"
        yield from _below(f"{where}.minutes", task.minutes, 0)
        yield from _below(f"{where}.release_minutes", task.release_minutes, 0)
        yield from _below(f"{where}.deadline_minutes", task.deadline_minutes, 0)
        yield from _below(f"{where}.rounds", task.rounds, 1)
        yield from _below(f"{where}.max_pans", task.max_pans, 1)
        for need in task.needs:
            yield from _below(f"{where}.needs.{need.equipment}", need.units, 1)
        for crew in task.crew:
            yield from _below(f"{where}.crew.{crew.ability}", crew.count, 1)
        if task.oven:
            yield from _below(f"{where}.oven.slots", task.oven.slots, 1)
    for cook in problem.cooks:
        yield from _below(f"cooks.{cook.id}.pace_percent", cook.pace_percent, 1)
        yield from _below(f"cooks.{cook.id}.tend_capacity", cook.tend_capacity, 1)
    for pool in problem.equipment:
        yield from _below(f"equipment.{pool.id}.count", pool.count, 0)
    for stock in problem.vessels:
        yield from _below(f"vessels.{stock.id}.count", stock.count, 0)
        yield from _below(f"vessels.{stock.id}.wash_minutes", stock.wash_minutes, 0)
        for stand_in in stock.stands_in_for:
            yield from _below(f"vessels.{stock.id}.stands_in_for.{stand_in.kind}.cost", stand_in.cost, 0)
    for oven in problem.ovens:
        for field in ("slots", "warm_up_minutes", "change_minutes", "keep_hot_minutes", "recovery_minutes"):
            yield from _below(f"ovens.{oven.id}.{field}", getattr(oven, field), 0)
    yield from _below("settings.oven_touch_minutes", problem.settings.oven_touch_minutes, 0)
    yield from _below("settings.clean_minutes", problem.settings.clean_minutes, 0)
    yield from _below("settings.oven_tolerance_celsius", problem.settings.oven_tolerance_celsius, 0)
    for course in problem.courses:
        yield from _below(f"courses.{course.id}.gap_minutes", course.gap_minutes, 0)
        yield from _below(f"courses.{course.id}.window_minutes", course.window_minutes, 0)


def _below(where: str, value: int | None, least: int) -> Iterator[Fault]:
    if value is not None and value < least:
        yield Fault(where, str(value), f"must be at least {least}")


def _links(problem: Problem) -> Iterator[Fault]:
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
        yield from _below(f"{where}.hot_weight", link.hot_weight, 0)


def _lags(where: str, least: int | None, most: int | None) -> Iterator[Fault]:
    yield from _below(f"{where}.min_lag_minutes", least, 0)
    if most is not None and most < (least or 0):
        yield Fault(f"{where}.max_lag_minutes", str(most), f"must be at least {least or 0}, the least wait")


def _references(problem: Problem) -> Iterator[Fault]:
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
            yield from _below(f"{where}.hot_weight", link.hot_weight, 0)
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


def _windows(problem: Problem) -> Iterator[Fault]:
    for cook in problem.cooks:
        where = f"cooks.{cook.id}.presence"
        yield from _spans(where, cook.presence)
        for first, second in pairwise(sorted(cook.presence, key=lambda w: w.start_minutes)):
            if second.start_minutes < first.end_minutes:
                value = f"[{second.start_minutes}, {second.end_minutes})"
                yield Fault(where, value, "overlaps another window; join the two")
    for name, things in (("equipment", problem.equipment), ("ovens", problem.ovens), ("vessels", problem.vessels)):
        for thing in things:
            yield from _spans(f"{name}.{thing.id}.outages", thing.outages)
    yield from _spans(
        "sessions", [Window(start_minutes=s.start_minutes, end_minutes=s.end_minutes) for s in problem.sessions]
    )


def _spans(where: str, spans: tuple[Window, ...] | tuple[Outage, ...] | list[Window]) -> Iterator[Fault]:
    for span in spans:
        value = f"[{span.start_minutes}, {span.end_minutes})"
        if span.start_minutes < 0:
            yield Fault(where, value, "starts before minute 0; times count from the plan's start")
        if span.end_minutes <= span.start_minutes:
            yield Fault(where, value, "ends before it starts; give an end after the start")


def _levels(problem: Problem) -> Iterator[Fault]:
    for task in problem.tasks:
        if not 1 <= task.skill <= 3:
            yield Fault(f"tasks.{task.id}.skill", str(task.skill), "skill is 1, 2 or 3")
        if task.oven and not COLDEST <= task.oven.celsius <= HOTTEST:
            message = f"no oven is that hot or cold; give {COLDEST} to {HOTTEST} degrees Celsius"
            yield Fault(f"tasks.{task.id}.oven.celsius", str(task.oven.celsius), message)
        if task.attention == "hands_on" and len(useful_pans(task.model_copy(update={"minutes": 1}))) > 1:
            yield Fault(f"tasks.{task.id}.max_pans", str(task.max_pans), "hands-on work is done in one pan at a time")
    for cook in problem.cooks:
        if not 1 <= cook.skill <= 3:
            yield Fault(f"cooks.{cook.id}.skill", str(cook.skill), "skill is 1, 2 or 3")
    for name in problem.objective:
        if problem.objective.count(name) > 1:
            yield Fault("objective", name, "a term is listed twice; list each once")
            return


def _cycles(problem: Problem) -> Iterator[Fault]:
    """Sets of tasks that wait for one another, found as strongly connected sets with some time on a link."""
    after: dict[str, list[tuple[str, int]]] = {task.id: [] for task in problem.tasks}
    minutes = {task.id: task.minutes * task.rounds for task in problem.tasks}
    for link in problem.links:
        if link.min_lag_minutes is not None:
            length = link.min_lag_minutes + (0 if link.from_start else max(1, minutes[link.before]))
            after[link.before].append((link.after, length))
    for group in _strong_components(after):
        members = set(group)
        if any(length > 0 for name in group for other, length in after[name] if other in members and len(group) > 1):
            path = " → ".join([*group, group[0]])
            yield Fault("links", path, "the tasks wait for each other; remove one of the links")


def _strong_components(after: dict[str, list[tuple[str, int]]]) -> list[list[str]]:
    """Kosaraju's two passes, without recursion."""
    finished: list[str] = []
    seen: set[str] = set()
    for root in after:
        stack = [(root, iter(after[root]))] if root not in seen else []
        seen.add(root)
        while stack:
            name, rest = stack[-1]
            following = next((other for other, _ in rest if other not in seen), None)
            if following is None:
                finished.append(name)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(after[following])))
    back: dict[str, list[str]] = {name: [] for name in after}
    for name, others in after.items():
        for other, _ in others:
            back[other].append(name)
    groups: list[list[str]] = []
    taken: set[str] = set()
    for root in reversed(finished):
        if root in taken:
            continue
        group, todo = [], [root]
        taken.add(root)
        while todo:
            name = todo.pop()
            group.append(name)
            fresh = [other for other in back[name] if other not in taken]
            taken.update(fresh)
            todo.extend(fresh)
        groups.append(group[::-1])
    return groups


def _course_cycles(problem: Problem) -> Iterator[Fault]:
    courses: dict[str, Course] = {course.id: course for course in problem.courses}
    for course in problem.courses:
        seen, current = [course.id], course.follows
        while current is not None and current not in seen:
            seen.append(current)
            current = courses[current].follows
        if current == course.id:
            yield Fault(
                f"courses.{course.id}.follows", " → ".join([*seen, course.id]), "courses follow each other in a ring"
            )
    for dish in problem.dishes:
        if dish.course is not None and dish.serve_at_minutes is not None:
            yield Fault(
                f"dishes.{dish.id}.serve_at_minutes", str(dish.serve_at_minutes), "the course says it; remove one"
            )


def _possible(problem: Problem) -> Iterator[Fault]:
    """Tasks that nobody, no oven and no vessel can serve."""
    settled = {pin.task for pin in problem.pins if pin.state != "locked"}
    for task in problem.tasks:
        if task.id in settled:
            continue
        yield from _crew_possible(problem, task)
        if task.oven and not any(
            o.min_celsius <= task.oven.celsius <= o.max_celsius and task.oven.slots <= o.slots for o in problem.ovens
        ):
            value = f"{task.oven.celsius} °C, {task.oven.slots} slot(s)"
            yield Fault(f"tasks.{task.id}.oven", value, "no oven of this kitchen can do it")
        counts = {pool.id: pool.count for pool in problem.equipment}
        for need in task.needs:
            if need.units > counts[need.equipment]:
                message = f"the kitchen has {counts[need.equipment]}; ask for fewer or add some"
                yield Fault(f"tasks.{task.id}.needs.{need.equipment}", str(need.units), message)
        if task.board and not any(not b.classes or task.hygiene in (*b.classes, "none") for b in problem.boards):
            yield Fault(f"tasks.{task.id}.board", task.hygiene, "no board may be used for it; add a board")
    for dish in problem.dishes:
        for use in dish.vessels:
            if not any(stand_in_cost(stock, use) is not None and stock.count for stock in problem.vessels):
                value = f"{use.kind}, size {use.min_size}"
                yield Fault(f"dishes.{dish.id}.vessels.{use.id}", value, "no vessel of this kitchen does; add one")


def _crew_possible(problem: Problem, task: Task) -> Iterator[Fault]:
    able = [cook for cook in problem.cooks if could_fill(task, cook) and willing(task, cook)]
    for need in crew_needs(task):
        fit = [cook for cook in able if need.ability is None or need.ability in cook.abilities]
        if len(fit) < need.count:
            what = f"skill {task.skill}" + (f", {need.ability}" if need.ability else "")
            message = f"needs {need.count} cook(s) with {what} who do not refuse it; {len(fit)} can"
            yield Fault(f"tasks.{task.id}", what, message)


def _pins(problem: Problem) -> Iterator[Fault]:
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


_CHECKS: tuple[Callable[[Problem], Iterator[Fault]], ...] = (
    _ids,
    _negatives,
    _windows,
    _levels,
    _links,
    _references,
    _pins,
)
_CHECKS_OF_WHOLE: tuple[Callable[[Problem], Iterator[Fault]], ...] = (_cycles, _course_cycles, _possible)
