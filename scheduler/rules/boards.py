"""Cutting boards, and what must not follow what without a wash."""

from scheduler.durations import crew_needs, hygiene_pairs
from scheduler.problem import Pin
from scheduler.rules.capacity import Load, at_most, running_span
from scheduler.rules.inserted import done_by_one_cook
from scheduler.variables import Expr, Extra, Literal, TaskVars, Value, Variables


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
        loads = []
        for t in users:
            clean = v.cleans.get(t.task.id)
            if not t.done and _may_be_on(v, t, board.id):
                loads.append(_load(v, t, t, t.boards[board.id], f"{t.task.id} on {board.id}"))
            if clean and not _is_done(v.pinned(clean.id)) and _may_be_on(v, t, board.id):
                label = f"{clean.id} on {board.id}"
                on = _both(v, label, clean.literal, t.boards[board.id])
                loads.append(_load(v, t, clean, on, label))
        at_most(v, loads, 1)


def _is_done(pin: Pin | None) -> bool:
    return pin is not None and pin.state == "done"


def _may_be_on(v: Variables, t: TaskVars, board: str) -> bool:
    pin = v.pinned(t.task.id)
    return pin is None or pin.board in (None, board)


def _load(v: Variables, t: TaskVars, item: TaskVars | Extra, on: Literal, label: str) -> Load:
    """The board for a task or the clean after it; it is known where it runs when there is one board or a pin says."""
    interval = v.model.new_optional_interval_var(item.start, item.size, item.end, on, label)
    pin = v.pinned(t.task.id)
    known = len(t.boards) == 1 or (pin is not None and pin.board is not None)
    owner = item.id if isinstance(item, Extra) else item.task.id
    return Load(interval, item.size, 1, running_span(v, owner, item.size) if known else None)


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
        done_by_one_cook(v, clean)
        if v.pinned(clean.id):
            continue
        v.model.add(clean.start >= t.end).only_enforce_if(clean.literal)
        for cook, literal in clean.cooks.items():
            if cook in t.does:
                v.model.add_implication(literal, t.does[cook])


def clean_between(v: Variables) -> None:
    """Raw meat, raw fish, food that is eaten as it is, and allergens do not meet on a board or in a pair of hands.

    For i before j where i contaminates j, on one board or in one cook's hands: start(j) >= the end of a clean of that
    board or by that cook which starts at or after end(i).
    """
    pairs = {(first.id, second.id) for first, second in hygiene_pairs(v.problem)}
    for first, second in sorted({(min(pair), max(pair)) for pair in pairs}):
        i, j = v.tasks[first], v.tasks[second]
        if i.settled and j.settled:
            continue
        for surface in _surfaces(v, i, j):
            meets = _meets(v, surface, i, j)
            order = v.order(first, second)
            for dirty, clean, forward in ((i, j, order), (j, i, ~order)):
                ready = dirty.end
                if (dirty.task.id, clean.task.id) in pairs:
                    ready = _clean_at(v, surface, dirty)
                elif _takes_no_time(dirty) and _takes_no_time(clean):
                    ready = dirty.end + 1  # in one minute the other would follow it too
                v.model.add(clean.start >= ready).only_enforce_if(forward, meets)


def _takes_no_time(t: TaskVars) -> bool:
    return isinstance(t.size, int) and t.size == 0


def _surfaces(v: Variables, i: TaskVars, j: TaskVars) -> list[str]:
    """Where two tasks can meet: "board", "hands" (of the one cook of each), or each cook's hands by name."""
    surfaces = ["board"] if i.boards and j.boards else []
    if i.task.attention == j.task.attention == "hands_on":
        alone = all(sum(need.count for need in crew_needs(t.task)) == 1 for t in (i, j))
        surfaces += ["hands"] if alone else [cook for cook in i.does if cook in j.does]
    return surfaces


def _owners(surface: str, t: TaskVars) -> dict[str, Literal]:
    """For each board or cook of the surface, the literal that says that the task uses it."""
    if surface == "board":
        return dict(t.boards)
    return {cook: does for cook, does in t.does.items() if surface in ("hands", cook)}


def _meets(v: Variables, surface: str, i: TaskVars, j: TaskVars) -> Literal:
    """Both tasks are on the same board or in the same hands."""
    first, second = _owners(surface, i), _owners(surface, j)
    both = [name for name in first if name in second]
    name = f"{i.task.id} meets {j.task.id} ({surface})"
    meets = v.implied(name, lambda at: any(at(first[n]) and at(second[n]) for n in both))
    for owner in both:
        v.model.add_bool_or(meets, ~first[owner], ~second[owner])
    return meets


def _clean_at(v: Variables, surface: str, i: TaskVars) -> Expr:
    """When the surface is clean again after the task: the end of the clean that is chosen for it, else never."""
    key = (i.task.id, surface)
    if key in v.clean_at:
        return v.clean_at[key]
    names = list(v.cleans)
    never = v.horizon + 1
    ready = v.derived(
        f"clean after {i.task.id} ({surface})", 0, never, lambda at: _first_clean(v, surface, i, names, at)[0]
    )
    chosen = {name: _chosen(v, surface, i, names, name) for name in names}
    nobody = v.implied(
        f"no clean after {i.task.id} ({surface})", lambda at: _first_clean(v, surface, i, names, at)[1] is None
    )
    v.model.add_exactly_one([*chosen.values(), nobody])
    v.model.add(ready == never).only_enforce_if(nobody)
    for name, literal in chosen.items():
        clean = v.cleans[name]
        v.model.add_implication(literal, clean.literal)
        v.model.add(ready >= clean.end).only_enforce_if(literal)
        if name != i.task.id:
            v.model.add(clean.start >= i.end).only_enforce_if(literal)
        by = _cleaners(v, surface, name)
        for owner, uses in _owners(surface, i).items():
            if owner in by:
                v.model.add_bool_or(~literal, ~uses, by[owner])
            else:
                v.model.add_bool_or(~literal, ~uses)
    v.clean_at[key] = ready
    return ready


def _cleaners(v: Variables, surface: str, name: str) -> dict[str, Literal]:
    """For each board or cook, the literal that says that the clean after this task cleans it."""
    return dict(v.tasks[name].boards) if surface == "board" else dict(v.cleans[name].cooks)


def _first_clean(v: Variables, surface: str, i: TaskVars, names: list[str], at: Value) -> tuple[int, str | None]:
    """The earliest end of a clean that cleans the surface after the task, and whose it is."""
    best: tuple[int, str | None] = (v.horizon + 1, None)
    used = {owner for owner, uses in _owners(surface, i).items() if at(uses)}
    for name in names:
        clean = v.cleans[name]
        by = _cleaners(v, surface, name)
        if at(clean.literal) and at(clean.start) >= at(i.end) and all(o in by and at(by[o]) for o in used):
            best = min(best, (at(clean.end), name), key=lambda pair: (pair[0], pair[1] or ""))
    return best


def _chosen(v: Variables, surface: str, i: TaskVars, names: list[str], name: str) -> Literal:
    label = f"clean:{name} cleans after {i.task.id} ({surface})"
    return v.implied(label, lambda at: _first_clean(v, surface, i, names, at)[1] == name)
