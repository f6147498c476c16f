"""Cutting boards, and what must not follow what without a wash."""

from scheduler.durations import hygiene_pairs
from scheduler.problem import Task
from scheduler.variables import Literal, TaskVars, Variables


def one_task_a_board(v: Variables) -> None:
    """A board carries one task at a time and only the food that it is for; cleaning takes it too."""
    users = [t for t in v.tasks.values() if t.boards]
    for t in users:
        v.model.add_exactly_one(t.boards.values())
        pin = v.pins.get(t.task.id)
        if pin and pin.board:
            v.model.add(t.boards[pin.board] == 1)
        for board in v.problem.boards:
            if board.classes and t.task.hygiene not in (*board.classes, "none") and not t.settled:
                v.model.add(t.boards[board.id] == 0)
    for board in v.problem.boards:
        intervals = []
        for t in users:
            if not t.done:
                label = f"{t.task.id} on {board.id}"
                intervals.append(v.model.new_optional_interval_var(t.start, t.size, t.end, t.boards[board.id], label))
            clean = v.cleans.get(t.task.id)
            if clean and v.pinned(clean.id) is None:
                on = _both(v, f"{clean.id} on {board.id}", clean.literal, t.boards[board.id])
                intervals.append(
                    v.model.new_optional_interval_var(
                        clean.start, clean.size, clean.end, on, f"{clean.id} on {board.id}"
                    )
                )
        if len(intervals) > 1:
            v.model.add_no_overlap(intervals)


def _both(v: Variables, name: str, first: Literal, second: Literal) -> Literal:
    both = v.implied(name, lambda at: at(first) and at(second))
    v.model.add_implication(both, first)
    v.model.add_implication(both, second)
    v.model.add_bool_or(both, ~first, ~second)
    return both


def cleans(v: Variables) -> None:
    """Whoever made the mess cleans board and hands after it: at most one clean a task, by one of the task's cooks."""
    for name, clean in v.cleans.items():
        t = v.tasks[name]
        v.model.add(sum(clean.cooks.values()) == clean.literal)
        pin = v.pins.get(clean.id)
        if pin and pin.cooks:
            for cook, literal in clean.cooks.items():
                v.model.add(literal == (cook in pin.cooks))
        if v.pinned(clean.id):
            continue
        v.model.add(clean.start >= t.end).only_enforce_if(clean.literal)
        for cook, literal in clean.cooks.items():
            if cook in t.does:
                v.model.add_implication(literal, t.does[cook])


def clean_between(v: Variables) -> None:
    """Raw meat, raw fish, food that is eaten as it is, and allergens do not meet on a board or in a pair of hands.

    For i before j where i contaminates j, on one board or in one cook's hands: some clean of that board or of that
    cook starts at or after end(i) and ends by start(j).
    """
    timing: dict[tuple[str, str], Literal] = {}
    for first, second in hygiene_pairs(v.problem):
        i, j = v.tasks[first.id], v.tasks[second.id]
        if (i.settled and j.settled) or first.id in _after(v, second):
            continue
        between = {name: _between(v, timing, name, i, j) for name in v.cleans if _useful(v, name, i, j)}
        for condition, makers in _meetings(v, i, j, between):
            v.model.add_bool_or(makers).only_enforce_if(v.order(first.id, second.id), *condition)
        if first.id not in _after(v, second) and second.id not in _after(v, first):
            _order_means_time(v, i, j)


def _after(v: Variables, task: Task) -> frozenset[str]:
    return frozenset(name for name, above in v.before.items() if task.id in above)


def _order_means_time(v: Variables, i: TaskVars, j: TaskVars) -> None:
    """Tasks that meet on a board or in hands do not overlap, so one of them is first."""
    order = v.order(i.task.id, j.task.id)
    for condition in _conditions(i, j):
        v.model.add(i.end <= j.start).only_enforce_if(order, *condition)
        v.model.add(j.end <= i.start).only_enforce_if(~order, *condition)


def _conditions(i: TaskVars, j: TaskVars) -> list[list[Literal]]:
    """The ways in which two tasks can meet, each as the literals that say so."""
    boards: list[list[Literal]] = [[i.boards[b], j.boards[b]] for b in i.boards if b in j.boards]
    if i.task.attention == j.task.attention == "hands_on":
        boards.extend([i.does[c], j.does[c]] for c in i.does if c in j.does)
    return boards


def _meetings(
    v: Variables, i: TaskVars, j: TaskVars, between: dict[str, Literal]
) -> list[tuple[list[Literal], list[Literal]]]:
    """For each way to meet: the condition, and the literals of which one must hold."""
    result: list[tuple[list[Literal], list[Literal]]] = []
    for board in (board for board in i.boards if board in j.boards):
        makers = []
        for name, timed in between.items():
            k = v.tasks[name]
            if board in k.boards:
                makers.append(timed if k is i else _both(v, f"clean:{name} frees {board}", timed, k.boards[board]))
        result.append(([i.boards[board], j.boards[board]], makers))
    if i.task.attention == j.task.attention == "hands_on":
        for cook in set(i.does) & set(j.does):
            by = [
                _both(v, f"clean:{name} by {cook}", timed, v.cleans[name].cooks[cook])
                for name, timed in between.items()
                if cook in v.cleans[name].cooks
            ]
            result.append(([i.does[cook], j.does[cook]], by))
    return result


def _useful(v: Variables, name: str, i: TaskVars, j: TaskVars) -> bool:
    """Whether the clean after this task could lie between i and j."""
    above_i = v.before[i.task.id]
    return (
        name != j.task.id
        and j.task.id not in v.before[name]
        and not (name in above_i and v.pinned(f"clean:{name}") is not None)
    )


def _between(v: Variables, timing: dict[tuple[str, str], Literal], name: str, i: TaskVars, j: TaskVars) -> Literal:
    """The clean of this task is done, starts after i and ends before j."""
    clean = v.cleans[name]
    parts: list[Literal] = [clean.literal]
    if name != i.task.id:
        if (i.task.id, name) not in timing:
            later = v.implied(f"{clean.id} after {i.task.id}", lambda at: at(clean.start) >= at(i.end))
            timing[i.task.id, name] = later
            v.model.add(clean.start >= i.end).only_enforce_if(later)
        parts.append(timing[i.task.id, name])
    if (name, f"/{j.task.id}") not in timing:
        sooner = v.implied(f"{clean.id} before {j.task.id}", lambda at: at(clean.end) <= at(j.start))
        timing[name, f"/{j.task.id}"] = sooner
        v.model.add(clean.end <= j.start).only_enforce_if(sooner)
    parts.append(timing[name, f"/{j.task.id}"])
    name = f"{clean.id} between {i.task.id} and {j.task.id}"
    every = v.implied(name, lambda at: all(at(part) for part in parts))
    v.model.add_bool_and(parts).only_enforce_if(every)
    return every
