"""Faults of the problem as a whole: rings of tasks, work that nobody can do."""

from collections.abc import Iterator

from scheduler.durations import could_fill, crew_needs, stand_in_cost, willing
from scheduler.errors import Fault
from scheduler.problem import Course, Problem, Task


def cycles(problem: Problem) -> Iterator[Fault]:
    """Sets of tasks that wait for one another, found as strongly connected sets with some time on a link."""
    after: dict[str, list[tuple[str, int]]] = {task.id: [] for task in problem.tasks}
    minutes = {task.id: task.minutes * task.rounds for task in problem.tasks}
    for link in problem.links:
        if link.min_lag_minutes is not None and {link.before, link.after} <= set(after):
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


def course_cycles(problem: Problem) -> Iterator[Fault]:
    """Courses that follow each other in a ring."""
    courses: dict[str, Course] = {course.id: course for course in problem.courses}
    for course in problem.courses:
        seen, current = [course.id], course.follows
        while current in courses and current not in seen:
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


def possible(problem: Problem) -> Iterator[Fault]:
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
            count = counts.get(need.equipment)
            if count is not None and need.units > count:
                message = f"the kitchen has {count}; ask for fewer or add some"
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
