"""Pans, pots and tins: which one, how long it is taken, and washing it up."""

from itertools import pairwise

from ortools.sat.python import cp_model

from scheduler.problem import VesselStock
from scheduler.rules.capacity import clipped_profile
from scheduler.rules.inserted import done_by_one_cook
from scheduler.variables import Definition, Expr, Hold, Literal, Value, Variables


def vessel_choice(v: Variables) -> None:
    """A dish's vessel is one of the right kind and size, or one that stands in for it: sum over stocks = present."""
    for hold in v.holds.values():
        v.model.add(sum(hold.stocks.values()) == hold.present)


def _demand(v: Variables, stock: str) -> list[Hold]:
    return [hold for hold in v.holds.values() if stock in hold.stocks]


def vessels_held(v: Variables) -> None:
    """A dish keeps its pan from the first to the last task in it, and till it is washed: at each minute held <= count.

    A hold lasts from the first start to the end of the wash-up, to the end of the last task when the vessel
    needs no washing, to the horizon when nobody washes it. What food is in already is held though it be more than
    there is.
    """
    for stock in v.problem.vessels:
        holds = _demand(v, stock.id)
        if len(holds) <= stock.count and not stock.outages:
            continue
        taken = [(o.start_minutes, o.end_minutes, o.units) for o in stock.outages]
        outages = clipped_profile(taken, stock.count)
        begun = [hold for hold in holds if _begun(v, hold)]
        intervals, demands = [], []
        if len(begun) + max((units for _, _, units in outages), default=0) > stock.count:
            holds = [hold for hold in holds if hold not in begun]
            intervals += _left_by_begun(v, stock, begun, outages)
            demands += [1] * len(intervals)
        else:
            for start, end, units in outages:
                intervals.append(v.model.new_fixed_size_interval_var(start, end - start, "outage"))
                demands.append(units)
        for hold in holds:
            label = f"{hold.dish}/{hold.letter} holds {stock.id}"
            released = _released(v, hold, stock.wash_minutes)
            length = _length(v, hold, released, label)
            intervals.append(
                v.model.new_optional_interval_var(hold.first, length, released, hold.stocks[stock.id], label)
            )
            demands.append(1)
        v.model.add_cumulative(intervals, demands, stock.count)


def _begun(v: Variables, hold: Hold) -> bool:
    """Whether food is in it already."""
    return any(v.tasks[name].settled for name in hold.tasks)


def _left_by_begun(
    v: Variables, stock: VesselStock, begun: list[Hold], outages: list[tuple[int, int, int]]
) -> list[cp_model.IntervalVar]:
    """For each vessel of the stock, when begun holds and outages together take it from the others, from now on.

    Begun holds only become fewer. So where u vessels are out of order, the n-th of the others is free again when
    the n-th last of the begun holds ends.
    """
    last = _last_releases(v, stock, begun)
    times = sorted({v.now, v.horizon, *(time for outage in outages for time in outage[:2] if time > v.now)})
    intervals = []
    for start, end in pairwise(times):
        out = sum(units for low, high, units in outages if low <= start < high)
        for vessel in range(stock.count):
            label = f"{stock.id} {vessel + 1} taken from {start}"
            if vessel < out:
                intervals.append(v.model.new_fixed_size_interval_var(start, end - start, label))
            elif vessel - out < len(last):
                intervals.append(_until(v, start, end, last[vessel - out], label))
    return intervals


def _until(v: Variables, start: int, end: int, release: Expr, label: str) -> cp_model.IntervalVar:
    """From start to the release, but no longer than to the end."""
    whole = v.implied(f"{label} to the end", lambda at: at(release) > end)
    until = v.derived(f"{label}, until", start, end, lambda at: min(end, max(start, at(release))))
    length = v.derived(f"{label}, minutes", 0, end - start, lambda at: at(until) - start)
    v.model.add(until == end).only_enforce_if(whole)
    v.model.add(until >= release).only_enforce_if(~whole)
    return v.model.new_interval_var(start, length, until, label)


def _last_releases(v: Variables, stock: VesselStock, begun: list[Hold]) -> list[Expr]:
    """The minutes when the begun holds of the stock end, the last first; 0 for those that are of another stock."""
    releases = [(hold.stocks[stock.id], _released(v, hold, stock.wash_minutes)) for hold in begun]
    last: list[Expr] = []
    for rank in range(len(begun)):

        def ranked(at: Value, rank: int = rank) -> int:
            return sorted((at(release) if at(held) else 0 for held, release in releases), reverse=True)[rank]

        minute = v.derived(f"release {rank + 1} from the last of {stock.id}", 0, v.horizon, ranked)
        later: list[Literal] = []
        for held, release in releases:
            name = f"release {rank + 1} of {stock.id} is before that of {len(later) + 1}"
            literal = v.implied(name, _is_later(held, release, minute))
            v.model.add(release <= minute).only_enforce_if(held, ~literal)
            later.append(literal)
        v.model.add(sum(later) <= rank)
        last.append(minute)
    return last


def _is_later(held: Literal, release: Expr, minute: Expr) -> Definition:
    return lambda at: bool(at(held) and at(release) > at(minute))


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
            if minutes == 0 or (isinstance(wash.size, int) and wash.size != minutes):
                v.model.add_bool_or(~wash.literal, ~chosen)
            elif not isinstance(wash.size, int):
                v.model.add(wash.size == minutes).only_enforce_if(chosen, wash.literal)
    _enough_washing(v)


def _enough_washing(v: Variables) -> None:
    """Implied, for better bounds: of n uses of c vessels (or begun holds, if more) at least n − c are washed."""
    for stock in v.problem.vessels:
        holds = _demand(v, stock.id)
        if stock.wash_minutes == 0 or len(holds) <= stock.count:
            continue
        most = max(stock.count, sum(_begun(v, hold) for hold in holds))
        unwashed: list[Literal | Expr] = []
        for hold in holds:
            wash = v.wash_ups[hold.key].literal
            if len(hold.stocks) == 1:
                unwashed.append(hold.present - wash)
            else:
                left = _left_dirty(v, hold, stock.id, wash)
                v.model.add(left >= hold.stocks[stock.id] - wash)
                unwashed.append(left)
        v.model.add(sum(unwashed) <= most)


def _left_dirty(v: Variables, hold: Hold, stock: str, washed: Literal) -> Literal:
    name = f"{hold.dish}/{hold.letter} left dirty in {stock}"
    return v.implied(name, lambda at: at(hold.stocks[stock]) and not at(washed))
