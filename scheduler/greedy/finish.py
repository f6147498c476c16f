"""The finished attempt as a schedule, with the warm-ups that the uses of the ovens need."""

from collections.abc import Iterator
from typing import TypeVar

from scheduler.extract import with_units
from scheduler.greedy.occupancy import Busy
from scheduler.greedy.state import Attempt, DoesNotFitError, Frame
from scheduler.problem import Problem
from scheduler.schedule import Assignment, Inserted, Schedule, Served, VesselHold

Entry = TypeVar("Entry", Assignment, Inserted)


def finish(frame: Frame, attempt: Attempt) -> Schedule:
    """The schedule, with the warm-ups that the uses of the ovens need."""
    inserted = [*_warm_ups(frame, attempt), *_other_inserted(attempt)]
    assignments = [
        Assignment(
            task=name,
            start_minutes=place.start,
            end_minutes=place.end,
            cooks=tuple(cook for cook in frame.cooks if cook in place.cooks),
            oven=place.oven,
            board=place.board,
            pans=place.pans,
        )
        for name, place in attempt.places.items()
    ]
    horizon = frame.problem.horizon_minutes
    wash = {stock.id: stock.wash_minutes for stock in frame.problem.vessels}
    holds = [
        VesselHold(
            dish=dish,
            vessel=vessel,
            unit=held.unit,
            start_minutes=held.first,
            end_minutes=held.wash[1] if held.wash else horizon if wash[held.unit.rpartition("#")[0]] else held.last,
        )
        for (dish, vessel), held in attempt.vessels.items()
    ]
    return Schedule(
        assignments=tuple(sorted(with_units(frame.problem, assignments), key=lambda a: (a.start_minutes, a.task))),
        inserted=tuple(sorted(inserted, key=lambda i: (i.start_minutes, i.id))),
        holds=tuple(sorted(holds, key=lambda h: (h.start_minutes, h.dish, h.vessel))),
        served=tuple(Served(dish=dish, served_minutes=minute) for dish, minute in attempt.served.items()),
    )


def earliest(problem: Problem, plan: Schedule) -> Schedule:
    """The plan moved to the start of time when nothing in the problem is tied to the clock."""
    times: list[tuple[object, ...]] = [problem.dishes, problem.sessions, problem.pins]
    times += [cook.presence for cook in problem.cooks]
    times += [pool.outages for pool in problem.equipment]
    times += [oven.outages for oven in problem.ovens]
    tied = any(times) or problem.replan or any(t.release_minutes or t.deadline_minutes for t in problem.tasks)
    starts = [entry.start_minutes for entry in plan.assignments] + [entry.start_minutes for entry in plan.inserted]
    if tied or not starts:
        return plan
    return plan.model_copy(
        update={
            "assignments": tuple(_moved(entry, min(starts)) for entry in plan.assignments),
            "inserted": tuple(_moved(entry, min(starts)) for entry in plan.inserted),
        }
    )


def _moved(entry: Entry, minutes: int) -> Entry:
    return entry.model_copy(
        update={"start_minutes": entry.start_minutes - minutes, "end_minutes": entry.end_minutes - minutes}
    )


def _other_inserted(attempt: Attempt) -> Iterator[Inserted]:
    for (dish, vessel), held in attempt.vessels.items():
        if held.wash and held.wash[2]:
            yield Inserted(
                id=f"wash_up:{dish}/{vessel}",
                kind="wash_up",
                start_minutes=held.wash[0],
                end_minutes=held.wash[1],
                cook=held.wash[2],
                dish=dish,
                vessel=vessel,
                unit=held.unit,
            )
    for task, (start, end, cook, board) in attempt.cleans.items():
        yield Inserted(
            id=f"clean:{task}",
            kind="clean",
            start_minutes=start,
            end_minutes=end,
            cook=cook,
            task=task,
            board=board,
        )


def _warm_ups(frame: Frame, attempt: Attempt) -> Iterator[Inserted]:
    """Forward through each oven: a warm-up before each use that no compatible use keeps hot."""
    tolerance = frame.problem.settings.oven_tolerance_celsius
    for oven in frame.problem.ovens:
        uses = sorted(attempt.diary.ovens[oven.id], key=lambda use: (use.start, use.name))
        warm: set[str] = set()
        busy_until = 0
        for use in uses:
            settled = frame.pins.get(use.name)
            if oven.warm_up_minutes <= 0 or (settled and settled.state != "locked"):
                continue
            compatible = [o for o in uses if o is not use and abs(o.celsius - use.celsius) <= tolerance]
            if any(
                (o.start < use.start or (o.start == use.start and o.name in warm))
                and use.start <= o.end + oven.keep_hot_minutes
                for o in compatible
            ):
                continue
            strange = [o.end for o in uses if abs(o.celsius - use.celsius) > tolerance and o.end <= use.start]
            strange += [outage.end_minutes for outage in oven.outages if outage.end_minutes <= use.start]
            low = max([frame.now, busy_until, *strange, use.start - oven.warm_up_minutes - oven.keep_hot_minutes])
            start, cook = _touch(frame, attempt, use, low, use.start - oven.warm_up_minutes)
            warm.add(use.name)
            busy_until = start + oven.warm_up_minutes
            yield Inserted(
                id=f"warm_up:{use.name}",
                kind="warm_up",
                start_minutes=start,
                end_minutes=start + oven.warm_up_minutes,
                cook=cook,
                task=use.name,
                oven=oven.id,
                celsius=use.celsius,
            )


def _touch(frame: Frame, attempt: Attempt, use: Busy, low: int, high: int) -> tuple[int, str | None]:
    """The latest start in low..high when some cook can turn the knob; without one the use has to be earlier."""
    minutes = frame.problem.settings.oven_touch_minutes
    if minutes == 0:
        return high, None
    for start in range(high, frame.now - 1, -1):
        for cook in frame.problem.cooks:
            if "oven" in cook.refuses or attempt.diary.hands_conflict(cook, start, start + minutes, True) is not None:
                continue
            if start < low:
                raise DoesNotFitError(frame.tasks[use.name].dish, use.name, use.end - (low - start))
            busy = Busy(start, start + minutes, light=True, name="warm_up")
            attempt.diary.take(attempt.diary.hands[cook.id], busy)
            return start, cook.id
    raise DoesNotFitError(frame.tasks[use.name].dish)
