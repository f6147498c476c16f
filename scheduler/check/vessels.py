"""Vessels: who holds which from when to when, and their washing."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations

from scheduler.check.report import Violation
from scheduler.check.view import Load, Placed, View, overlap, overloads, units_left
from scheduler.problem import VesselStock, VesselUse
from scheduler.schedule import VesselHold


@dataclass(frozen=True)
class _Use:
    """A vessel that must be held: a letter of a dish, or one more pan of a task in parallel pans."""

    dish: str
    vessel: str
    wanted: VesselUse
    tasks: tuple[Placed, ...]

    @property
    def id(self) -> str:
        """Dish and letter, as in the ids of wash-ups."""
        return f"{self.dish}/{self.vessel}"

    @property
    def start(self) -> int:
        """The start of the first task in the vessel."""
        return min(placed.start for placed in self.tasks)

    @property
    def last(self) -> int:
        """The end of the last task in the vessel."""
        return max(placed.end for placed in self.tasks)

    @property
    def begun(self) -> bool:
        """Whether one of its tasks is done or running."""
        return any(placed.settled for placed in self.tasks)


def _vessel_uses(view: View) -> list[_Use]:
    uses = []
    for dish in view.problem.dishes:
        for wanted in dish.vessels:
            tasks = tuple(placed for placed in view.of_dish(dish.id) if wanted.id in placed.task.vessels)
            if tasks:
                uses.append(_Use(dish.id, wanted.id, wanted, tasks))
            for placed in tasks:
                for number in range(2, placed.at.pans + 1):
                    uses.append(_Use(dish.id, f"{wanted.id}+{placed.id}#{number}", wanted, (placed,)))
    return uses


def _stock_of(view: View, unit: str) -> VesselStock | None:
    name, _, number = unit.rpartition("#")
    for stock in view.problem.vessels:
        if stock.id == name and number.isdecimal() and 1 <= int(number) <= stock.count:
            return stock
    return None


def substitution_cost(stock: VesselStock, wanted: VesselUse) -> int | None:
    """What it costs to take this stock for the wanted vessel; None when it cannot be taken."""
    if stock.size < wanted.min_size:
        return None
    if stock.kind == wanted.kind:
        return 0
    return min((stand_in.cost for stand_in in stock.stands_in_for if stand_in.kind == wanted.kind), default=None)


def substitution_costs(view: View) -> int:
    """The cost of all stand-ins in the plan."""
    wanted = {(use.dish, use.vessel): use.wanted for use in _vessel_uses(view)}
    total = 0
    for hold in view.schedule.holds:
        stock = _stock_of(view, hold.unit)
        if stock and (hold.dish, hold.vessel) in wanted:
            total += substitution_cost(stock, wanted[hold.dish, hold.vessel]) or 0
    return total


def vessel(view: View) -> Iterator[Violation]:
    """Each dish keeps its vessels from the first to the last task and until they are washed."""
    uses = {(use.dish, use.vessel): use for use in _vessel_uses(view)}
    given = [(hold.dish, hold.vessel) for hold in view.schedule.holds]
    for key in sorted(set(uses) ^ set(given) | {key for key in given if given.count(key) > 1}):
        message = f"{'/'.join(key)} is held {given.count(key)} times instead of {1 if key in uses else 0}"
        yield Violation(rule="vessel", subjects=("/".join(key),), message=message)
    for hold in view.schedule.holds:
        if (hold.dish, hold.vessel) in uses:
            yield from _hold(view, hold, uses[hold.dish, hold.vessel])
    yield from _vessel_counts(view, uses)


def _hold(view: View, hold: VesselHold, use: _Use) -> Iterator[Violation]:
    stock = _stock_of(view, hold.unit)
    if stock is None or substitution_cost(stock, use.wanted) is None:
        message = f"{use.id} needs a {use.wanted.kind} of at least {use.wanted.min_size}, {hold.unit} is none"
        yield Violation(rule="vessel", subjects=(use.id, hold.unit), message=message, at_minutes=hold.start_minutes)
        return
    washes = [entry for entry in view.inserted("wash_up") if (entry.dish, entry.vessel) == (use.dish, use.vessel)]
    unwashed = use.last if stock.wash_minutes == 0 else view.problem.horizon_minutes
    end = washes[0].end_minutes if washes else unwashed
    if (hold.start_minutes, hold.end_minutes) != (use.start, end):
        message = f"{hold.unit} is held for {use.id} from {hold.start_minutes} to {hold.end_minutes}, "
        message += f"not from {use.start} to {end}"
        yield Violation(rule="vessel", subjects=(use.id, hold.unit), message=message, at_minutes=hold.start_minutes)


def _vessel_counts(view: View, uses: dict[tuple[str, str], _Use]) -> Iterator[Violation]:
    known = [hold for hold in view.schedule.holds if (hold.dish, hold.vessel) in uses]
    begun = {id(hold): uses[hold.dish, hold.vessel].begun for hold in known}
    for stock in view.problem.vessels:
        held = [hold for hold in known if _stock_of(view, hold.unit) is stock]
        loads = [
            Load(f"{hold.dish}/{hold.vessel}", hold.start_minutes, hold.end_minutes, 1, begun[id(hold)])
            for hold in held
        ]
        changes = [outage.start_minutes for outage in stock.outages]
        for over in overloads(loads, partial(units_left, stock.count, stock.outages), changes):
            names = tuple(load.id for load in over.loads)
            message = f"{', '.join(names)} need more of {stock.id} at {over.minute} than there are ({stock.count})"
            yield Violation(rule="vessel", subjects=(*names, stock.id), message=message, at_minutes=over.minute)
        for one, other in combinations(held, 2):
            same = one.unit == other.unit and not (begun[id(one)] and begun[id(other)])
            if same and overlap(one.start_minutes, one.end_minutes, other.start_minutes, other.end_minutes):
                names = (f"{one.dish}/{one.vessel}", f"{other.dish}/{other.vessel}", one.unit)
                message = f"{names[0]} and {names[1]} are both in {one.unit}"
                yield Violation(rule="vessel", subjects=names, message=message)


def wash_up(view: View) -> Iterator[Violation]:
    """A vessel is washed after its last task, for as long as washing takes."""
    uses = {(use.dish, use.vessel): use for use in _vessel_uses(view)}
    units = {(hold.dish, hold.vessel): hold.unit for hold in view.schedule.holds}
    for entry in view.inserted("wash_up"):
        key = (entry.dish or "", entry.vessel or "")
        stock = _stock_of(view, entry.unit or "")
        if key not in uses or stock is None or units.get(key) != entry.unit or stock.wash_minutes == 0:
            message = f"{entry.id} washes {entry.unit}, which {'/'.join(key)} does not leave to be washed"
            yield Violation(rule="wash_up", subjects=(entry.id,), message=message, at_minutes=entry.start_minutes)
            continue
        if view.inserted_settled(entry):
            continue
        minutes = entry.end_minutes - entry.start_minutes
        if minutes != stock.wash_minutes:
            message = f"{entry.id} takes {minutes} minutes, {stock.id} needs {stock.wash_minutes}"
            yield Violation(rule="wash_up", subjects=(entry.id,), message=message, at_minutes=entry.start_minutes)
        if entry.start_minutes < uses[key].last:
            message = f"{entry.id} starts at {entry.start_minutes}, {entry.unit} is in use until {uses[key].last}"
            yield Violation(rule="wash_up", subjects=(entry.id,), message=message, at_minutes=entry.start_minutes)
