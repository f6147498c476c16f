"""Pans, pots and tins: which one, how long it is taken, and washing it up."""

from scheduler.rules.capacity import clipped_profile
from scheduler.rules.inserted import done_by_one_cook
from scheduler.variables import Expr, Hold, Literal, Variables


def vessel_choice(v: Variables) -> None:
    """A dish's vessel is one of the right kind and size, or one that stands in for it: sum over stocks = present."""
    for hold in v.holds.values():
        v.model.add(sum(hold.stocks.values()) == hold.present)


def _demand(v: Variables, stock: str) -> list[Hold]:
    return [hold for hold in v.holds.values() if stock in hold.stocks]


def vessels_held(v: Variables) -> None:
    """A dish keeps its pan from the first to the last task in it, and till it is washed: at each minute held <= count.

    A hold lasts from the first start to the end of the wash-up, to the end of the last task when the vessel
    needs no washing, to the horizon when nobody washes it.
    """
    for stock in v.problem.vessels:
        holds = _demand(v, stock.id)
        if len(holds) <= stock.count and not stock.outages:
            continue
        intervals = []
        for hold in holds:
            label = f"{hold.dish}/{hold.letter} holds {stock.id}"
            released = _released(v, hold, stock.wash_minutes)
            length = _length(v, hold, released, label)
            intervals.append(
                v.model.new_optional_interval_var(hold.first, length, released, hold.stocks[stock.id], label)
            )
        demands = [1] * len(intervals)
        taken = [(o.start_minutes, o.end_minutes, o.units) for o in stock.outages]
        for start, end, units in clipped_profile(taken, stock.count):
            intervals.append(v.model.new_fixed_size_interval_var(start, end - start, "outage"))
            demands.append(units)
        v.model.add_cumulative(intervals, demands, stock.count)


def _length(v: Variables, hold: Hold, released: Expr, label: str) -> Expr:
    return v.derived(f"{label}, minutes", 0, v.horizon, lambda at: max(0, at(released) - at(hold.first)))


def _released(v: Variables, hold: Hold, wash_minutes: int) -> Expr:
    """The minute when the vessel is free again."""
    if wash_minutes == 0:
        return hold.last
    wash = v.wash_ups[hold.key]
    released = v.derived(
        f"{wash.id} releases", 0, v.horizon, lambda at: at(wash.end) if at(wash.literal) else v.horizon
    )
    v.model.add(released == wash.end).only_enforce_if(wash.literal)
    v.model.add(released == v.horizon).only_enforce_if(~wash.literal)
    return released


def wash_ups(v: Variables) -> None:
    """Before another dish takes the pan one cook washes it up: after its last task, as long as the vessel needs."""
    for key, wash in v.wash_ups.items():
        hold = v.holds[key]
        done_by_one_cook(v, wash)
        if v.pinned(wash.id):
            continue
        v.model.add(wash.start >= hold.last).only_enforce_if(wash.literal)
        v.model.add_implication(wash.literal, hold.present)
        for stock, chosen in hold.stocks.items():
            minutes = v.stocks[stock].wash_minutes
            if minutes == 0:
                v.model.add_bool_or(~wash.literal, ~chosen)
            elif not isinstance(wash.size, int):
                v.model.add(wash.size == minutes).only_enforce_if(chosen, wash.literal)
    _enough_washing(v)


def _enough_washing(v: Variables) -> None:
    """Implied, for better bounds: of n uses of c vessels at least n − c are washed."""
    for stock in v.problem.vessels:
        holds = _demand(v, stock.id)
        if stock.wash_minutes == 0 or len(holds) <= stock.count:
            continue
        unwashed: list[Literal | Expr] = []
        for hold in holds:
            wash = v.wash_ups[hold.key].literal
            if len(hold.stocks) == 1:
                unwashed.append(hold.present - wash)
            else:
                left = _left_dirty(v, hold, stock.id, wash)
                v.model.add(left >= hold.stocks[stock.id] - wash)
                unwashed.append(left)
        v.model.add(sum(unwashed) <= stock.count)


def _left_dirty(v: Variables, hold: Hold, stock: str, washed: Literal) -> Literal:
    name = f"{hold.dish}/{hold.letter} left dirty in {stock}"
    return v.implied(name, lambda at: at(hold.stocks[stock]) and not at(washed))
