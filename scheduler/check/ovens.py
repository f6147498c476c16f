"""Ovens: slots, temperatures, heat, warm-ups and the door."""

from collections.abc import Iterator
from itertools import combinations

from scheduler.check.report import Violation
from scheduler.check.view import Baking, Load, View, overlap, overloads
from scheduler.problem import Oven
from scheduler.schedule import Inserted


def _uses(view: View, oven: Oven) -> list[Baking]:
    return [baking for baking in view.baking if baking.oven == oven.id]


def _compatible(view: View, celsius: int, other: int) -> bool:
    return abs(celsius - other) <= view.problem.settings.oven_tolerance_celsius


def _past(one: Baking, other: Baking) -> bool:
    """Whether nothing is asked of the two any more: one is out of the oven, or both are as life had it."""
    return one.placed.done or other.placed.done or (one.placed.settled and other.placed.settled)


def oven_celsius(view: View) -> Iterator[Violation]:
    """No oven is asked for a heat that it cannot give."""
    for oven in view.problem.ovens:
        for baking in _uses(view, oven):
            if not oven.min_celsius <= baking.use.celsius <= oven.max_celsius and not baking.placed.settled:
                message = f"{baking.placed.id} needs {baking.use.celsius} °C, {oven.id} gives {oven.min_celsius} to "
                message += f"{oven.max_celsius}"
                yield Violation(rule="oven_celsius", subjects=(baking.placed.id, oven.id), message=message)


def oven_slots(view: View) -> Iterator[Violation]:
    """No more trays than racks, and none while the oven is out of order."""
    for oven in view.problem.ovens:
        loads = [
            Load(
                baking.placed.id,
                baking.start,
                baking.end,
                baking.use.slots * baking.placed.at.pans,
                baking.placed.settled,
            )
            for baking in _uses(view, oven)
            if not baking.placed.done
        ]

        def free(minute: int, oven: Oven = oven) -> int:
            out = any(outage.start_minutes <= minute < outage.end_minutes for outage in oven.outages)
            return 0 if out else oven.slots

        for over in overloads(loads, free, [outage.start_minutes for outage in oven.outages]):
            names = tuple(load.id for load in over.loads)
            message = f"{oven.id} has {free(over.minute)} free slots at {over.minute} for {', '.join(names)}"
            yield Violation(rule="oven_slots", subjects=(*names, oven.id), message=message, at_minutes=over.minute)


def oven_change(view: View) -> Iterator[Violation]:
    """Dishes of different temperatures are far enough apart for the oven to change."""
    for oven in view.problem.ovens:
        for one, other in combinations(_uses(view, oven), 2):
            if _past(one, other) or _compatible(view, one.use.celsius, other.use.celsius):
                continue
            gap = max(other.start - one.end, one.start - other.end)
            if gap < oven.change_minutes:
                first, second = sorted((one, other), key=lambda baking: baking.start)
                message = f"{oven.id} has {gap} minutes between {first.placed.id} ({first.use.celsius} °C) and "
                message += f"{second.placed.id} ({second.use.celsius} °C), {oven.change_minutes} are needed"
                names = (first.placed.id, second.placed.id, oven.id)
                yield Violation(rule="oven_change", subjects=names, message=message, at_minutes=second.start)


def oven_door(view: View) -> Iterator[Violation]:
    """The door opens for several dishes at once or after the oven has recovered."""
    for oven in view.problem.ovens:
        for one, other in combinations(_uses(view, oven), 2):
            apart = abs(one.start - other.start)
            if 0 < apart < oven.recovery_minutes and not _past(one, other):
                message = f"{one.placed.id} and {other.placed.id} go into {oven.id} {apart} minutes apart, "
                message += f"it needs {oven.recovery_minutes} to recover"
                names = (one.placed.id, other.placed.id, oven.id)
                yield Violation(
                    rule="oven_door", subjects=names, message=message, at_minutes=max(one.start, other.start)
                )


def oven_heat(view: View) -> Iterator[Violation]:
    """Whatever goes into an oven finds it hot: warmed up for it, or still hot from another dish."""
    warm_ups = {entry.task: entry for entry in view.inserted("warm_up")}
    for oven in view.problem.ovens:
        if oven.warm_up_minutes == 0:
            continue
        uses = _uses(view, oven)
        own = {use.placed.id for use in uses if _own_heat(view, oven, use, uses, warm_ups.get(use.placed.id))}
        for baking in uses:
            if not baking.placed.settled and not _supported(view, oven, baking, uses, own):
                message = f"nobody made {oven.id} hot for {baking.placed.id} ({baking.use.celsius} °C)"
                names = (baking.placed.id, oven.id)
                yield Violation(rule="oven_heat", subjects=names, message=message, at_minutes=baking.start)


def _supported(view: View, oven: Oven, baking: Baking, uses: list[Baking], own: set[str]) -> bool:
    """``own``: the uses that their own warm-up makes hot."""
    if baking.placed.id in own:
        return True
    for other in uses:
        if other.placed.id == baking.placed.id or not _compatible(view, other.use.celsius, baking.use.celsius):
            continue
        if other.start < baking.start <= other.end + oven.keep_hot_minutes:
            return True
        if other.start == baking.start and other.placed.id in own:
            return True
    return False


def _own_heat(view: View, oven: Oven, baking: Baking, uses: list[Baking], warm_up: Inserted | None) -> bool:
    """Whether the heat of the use's own warm-up is still there, with nothing of another temperature since."""
    if warm_up is None or not 0 <= baking.start - warm_up.end_minutes <= oven.keep_hot_minutes:
        return False
    return not any(
        overlap(warm_up.start_minutes, baking.start, other.start, other.end)
        for other in uses
        if not _compatible(view, other.use.celsius, baking.use.celsius)
    )


def oven_warm_up(view: View) -> Iterator[Violation]:
    """A warm-up takes its time in an oven that holds nothing of another temperature and is in order."""
    ovens = {oven.id: oven for oven in view.problem.ovens}
    warm_ups = view.inserted("warm_up")
    for entry in warm_ups:
        placed = view.placed.get(entry.task or "")
        if placed is None or placed.task.oven is None:
            continue
        oven = ovens.get(entry.oven or "")
        if oven is None or placed.at.oven != oven.id or entry.celsius != placed.task.oven.celsius:
            message = f"{entry.id} heats {entry.oven} to {entry.celsius} °C, {placed.id} is in {placed.at.oven} at "
            message += f"{placed.task.oven.celsius} °C"
            yield Violation(rule="oven_warm_up", subjects=(entry.id, placed.id), message=message)
        else:
            yield from _warm_up(view, oven, entry, placed.task.oven.celsius)
    for one, other in combinations(warm_ups, 2):
        same = one.oven == other.oven and not (view.inserted_settled(one) and view.inserted_settled(other))
        if same and overlap(one.start_minutes, one.end_minutes, other.start_minutes, other.end_minutes):
            message = f"{one.id} and {other.id} heat {one.oven} at the same time"
            yield Violation(rule="oven_warm_up", subjects=(one.id, other.id), message=message)


def _warm_up(view: View, oven: Oven, entry: Inserted, celsius: int) -> Iterator[Violation]:
    start, end = entry.start_minutes, entry.end_minutes
    settled = view.inserted_settled(entry)
    uses = _uses(view, oven)
    hot = any(
        baking.placed.id != entry.task and baking.start < end and baking.end >= start - oven.keep_hot_minutes
        for baking in uses
    )
    allowed = {oven.warm_up_minutes, oven.change_minutes} if hot else {oven.warm_up_minutes}
    if end - start not in allowed and not settled:
        message = f"{entry.id} takes {end - start} minutes, {oven.id} needs {oven.warm_up_minutes}"
        yield Violation(rule="oven_warm_up", subjects=(entry.id, oven.id), message=message, at_minutes=start)
    if settled and view.inserted_done(entry):
        return
    for baking in uses:
        clash = not _compatible(view, baking.use.celsius, celsius) and not (settled and baking.placed.settled)
        if clash and overlap(start, end, baking.start, baking.end):
            message = f"{entry.id} changes the heat of {oven.id} while {baking.placed.id} is in it"
            yield Violation(
                rule="oven_warm_up", subjects=(entry.id, baking.placed.id), message=message, at_minutes=start
            )
    for outage in oven.outages:
        if overlap(start, end, outage.start_minutes, outage.end_minutes) and not settled:
            message = f"{entry.id} lies in an outage of {oven.id}"
            yield Violation(rule="oven_warm_up", subjects=(entry.id, oven.id), message=message, at_minutes=start)
