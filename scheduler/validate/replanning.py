"""Faults of a replan: pins, what is held and what is served."""

from collections import Counter
from collections.abc import Iterator, Sequence

from scheduler.durations import stand_in_cost
from scheduler.errors import Fault
from scheduler.problem import Equipment, Problem, VesselStock


def pin_references(problem: Problem) -> Iterator[Fault]:
    """Pins of what the problem does not have, and several pins of one thing."""
    tasks = {task.id for task in problem.tasks}
    letters = {f"wash_up:{dish.id}/{use.id}" for dish in problem.dishes for use in dish.vessels}
    cooks = {cook.id for cook in problem.cooks}
    ovens = {oven.id for oven in problem.ovens}
    boards = {board.id for board in problem.boards}
    for name, count in Counter(pin.task for pin in problem.pins).items():
        if count > 1:
            yield Fault("pins", repr(name), f"is pinned {count} times; give it one pin")
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
        for unit in pin.units or ():
            yield from _unit(f"pins.{pin.task}.units", unit, problem.equipment, "pool of equipment")


def _unit(where: str, unit: str, things: Sequence[Equipment | VesselStock], what: str) -> Iterator[Fault]:
    """A unit id that is not ``{id}#{n}`` of something there is."""
    name, _, number = unit.rpartition("#")
    counts = {thing.id: thing.count for thing in things}
    if name not in counts:
        yield Fault(where, repr(unit), f"unknown unit; write the id of a {what}, # and a number")
    elif not number.isdecimal() or not 1 <= int(number) <= counts[name]:
        yield Fault(where, repr(unit), f"unknown unit; {name} has the numbers 1 to {counts[name]}")


def replan_references(problem: Problem) -> Iterator[Fault]:
    """The old plan, held vessels and served dishes of things that the problem does not have."""
    if problem.replan is None:
        return
    tasks = {task.id for task in problem.tasks}
    letters = {dish.id: {use.id for use in dish.vessels} for dish in problem.dishes}
    for planned in problem.replan.baseline:
        if planned.task not in tasks:
            yield Fault("replan.baseline", repr(planned.task), "unknown task; name the id of a task")
    for served in problem.replan.served:
        if served.dish not in letters:
            yield Fault("replan.served", repr(served.dish), "unknown dish; name the id of a dish")
    for held in problem.replan.held:
        if held.dish not in letters:
            yield Fault("replan.held", repr(held.dish), "unknown dish; name the id of a dish")
        elif held.vessel.partition("+")[0] not in letters[held.dish]:
            yield Fault(f"replan.held.{held.dish}", repr(held.vessel), "unknown vessel; list it in the dish's vessels")
        yield from _unit("replan.held", held.unit, problem.vessels, "vessel stock")


def _can_be_washed(problem: Problem, wash_up: str) -> bool:
    """Whether the use that the wash-up names may take a vessel that is washed."""
    named = wash_up.partition("+")[0]
    uses = [use for dish in problem.dishes for use in dish.vessels if f"wash_up:{dish.id}/{use.id}" == named]
    washed = [stock for stock in problem.vessels if stock.wash_minutes]
    return any(stand_in_cost(stock, use) is not None for stock in washed for use in uses)


def pins(problem: Problem) -> Iterator[Fault]:
    """Pins that leave out what they have to settle, or lie in the wrong time."""
    now = problem.replan.now_minutes if problem.replan else 0
    attended = {task.id for task in problem.tasks if task.attention != "unattended"}
    for pin in problem.pins:
        where = f"pins.{pin.task}"
        if pin.state == "locked":
            if pin.task.startswith("wash_up:") and not _can_be_washed(problem, pin.task):
                yield Fault("pins", repr(pin.task), "no vessel that it could be in is washed; remove the pin")
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
