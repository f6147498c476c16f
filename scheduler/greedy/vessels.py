"""Vessels for the greedy planner: taken, kept, washed up."""

from scheduler.durations import stand_in_cost
from scheduler.greedy.occupancy import Busy
from scheduler.greedy.state import Attempt, DoesNotFitError, Frame, Place, VesselPlace
from scheduler.problem import Dish, Task, VesselUse


def _letters(task: Task, letter: str, pans: int) -> list[str]:
    return [letter] + [f"{letter}+{task.id}#{copy}" for copy in range(2, pans + 1)]


def _use_of(dish: Dish, letter: str) -> VesselUse:
    return next(use for use in dish.vessels if use.id == letter)


def extend_vessel(frame: Frame, attempt: Attempt, task: Task, letter: str, place: Place) -> None:
    """Hold the letter's vessel over this place too, or take a vessel for it when it has none yet."""
    if task.dish is None:
        return
    use = _use_of(frame.dishes[task.dish], letter)
    for name in _letters(task, letter, place.pans):
        held = attempt.vessels.get((task.dish, name))
        if held is None:
            key = task.dish, name
            attempt.diary.put(attempt.vessels, key, _take_vessel(frame, attempt, key, use, place))
            continue
        first, last = min(held.first, place.start), max(held.last, place.end)
        if held.wash and held.wash[0] < last:
            raise DoesNotFitError(task.dish)
        for key, other in attempt.vessels.items():
            if other.unit != held.unit or key == (task.dish, name):
                continue
            if other.first >= held.last:
                continue
            free = other.wash[1] if other.wash else frame.problem.horizon_minutes
            if first < free:
                raise DoesNotFitError(task.dish)
        attempt.diary.put(attempt.vessels, (task.dish, name), VesselPlace(held.unit, first, last, held.wash))


def _take_vessel(frame: Frame, attempt: Attempt, key: tuple[str, str], use: VesselUse, place: Place) -> VesselPlace:
    """A unit that nothing holds yet, else one that is next needed late enough to be washed before."""
    fixed = {(h.dish, h.vessel): h.unit for h in frame.problem.replan.held} if frame.problem.replan else {}
    options: list[tuple[int, int, str, int]] = []
    for stock in frame.problem.vessels:
        cost = stand_in_cost(stock, use)
        if cost is None:
            continue
        least = min((stock.count - o.units for o in stock.outages), default=stock.count)
        for number in range(1, least + 1):
            unit = f"{stock.id}#{number}"
            later = [held for held in attempt.vessels.values() if held.unit == unit]
            options.append((len(later), cost, unit, stock.wash_minutes))
    if key in fixed:
        options = [(0, 0, fixed[key], 0)]
    for count, _, unit, wash in sorted(options):
        if count == 0:
            return VesselPlace(unit, place.start, place.end)
        others = [held for held in attempt.vessels.values() if held.unit == unit]
        if any(held.first < place.end for held in others):
            continue
        limit = min(held.first for held in others)
        if wash == 0:
            return VesselPlace(unit, place.start, place.end, (place.end, place.end, ""))
        slot = _wash_slot(frame, attempt, place, limit, wash)
        if slot is not None:
            return VesselPlace(unit, place.start, place.end, slot)
    raise DoesNotFitError(key[0])


def _wash_slot(frame: Frame, attempt: Attempt, place: Place, limit: int, minutes: int) -> tuple[int, int, str] | None:
    light = frame.problem.settings.washing_is_light
    for cook in frame.problem.cooks:
        if "wash_up" in cook.refuses:
            continue
        start = attempt.diary.free_slot(cook, max(place.end, frame.now), limit, minutes, light, None)
        if start is not None:
            busy = Busy(start, start + minutes, light=light, name="wash_up")
            attempt.diary.take(attempt.diary.hands[cook.id], busy)
            return start, start + minutes, cook.id
    return None
