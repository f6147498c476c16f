"""Planning again while the kitchen is at work."""

from scheduler.problem import Pin
from scheduler.variables import Extra, TaskVars, Variables


def no_past(v: Variables) -> None:
    """Nothing new starts before now: start >= now for all that is not done or running."""
    if v.problem.replan is None:
        return
    for t in v.tasks.values():
        if not t.settled:
            v.model.add(t.start >= v.now)


def pins(v: Variables) -> None:
    """What is settled stays as it is: each field that a pin names has that value."""
    extras = {e.id: e for d in (v.warm_ups, v.wash_ups, v.cleans) for e in d.values()}
    for pin in v.problem.pins:
        if pin.task in v.tasks:
            _pin_times(v, pin, v.tasks[pin.task])
            _pin_task(v, pin, v.tasks[pin.task])
        elif pin.task in extras:
            extra = extras[pin.task]
            v.model.add_bool_and(extra.literal)
            _pin_times(v, pin, extra)
            _pin_extra(v, pin, extra)


def _pin_times(v: Variables, pin: Pin, item: TaskVars | Extra) -> None:
    if pin.start_minutes is not None:
        v.model.add(item.start == pin.start_minutes)
    if pin.end_minutes is not None:
        v.model.add(item.end == pin.end_minutes)


def _pin_extra(v: Variables, pin: Pin, extra: Extra) -> None:
    """Its cook; and its oven or board, which is that of its task."""
    if pin.cooks is not None:
        for cook, literal in extra.cooks.items():
            v.model.add(literal == (cook in pin.cooks))
    t = v.tasks.get(pin.task.partition(":")[2])
    if t is not None and pin.oven is not None and t.ovens:
        v.model.add(t.ovens[pin.oven] == 1)
    if t is not None and pin.board is not None and t.boards:
        v.model.add(t.boards[pin.board] == 1)


def _pin_task(v: Variables, pin: Pin, t: TaskVars) -> None:
    if pin.cooks is not None:
        for cook, does in t.does.items():
            v.model.add(does == (cook in pin.cooks))
    if pin.oven is not None and t.ovens:
        v.model.add(t.ovens[pin.oven] == 1)
    if pin.board is not None and t.boards:
        v.model.add(t.boards[pin.board] == 1)
    if pin.pans is not None:
        for pans, literal in t.pans.items():
            v.model.add(literal == (pans == pin.pans))


def freeze(v: Variables) -> None:
    """What is about to start is not taken out of a cook's hands: no earlier, the same cooks, within the freeze."""
    replan = v.problem.replan
    if replan is None:
        return
    for planned in replan.baseline:
        t = v.tasks[planned.task]
        soon = replan.now_minutes <= planned.start_minutes < replan.now_minutes + replan.freeze_minutes
        if not soon or planned.task in v.pins:
            continue
        v.model.add(t.start >= planned.start_minutes)
        if planned.cooks:
            for cook, does in t.does.items():
                v.model.add(does == (cook in planned.cooks))


def held_vessels(v: Variables) -> None:
    """Food that is in a pan already stays in that pan: the stock of a held vessel is fixed."""
    for held in v.problem.replan.held if v.problem.replan else ():
        stock = held.unit.rpartition("#")[0]
        hold = v.holds.get((held.dish, held.vessel))
        if hold and stock in hold.stocks:
            v.model.add_bool_and(hold.stocks[stock])
