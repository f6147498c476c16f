"""The plan in force as bars: each task and each inserted piece of work, with who does it now and how long it takes now.

What a cook who is gone would have done goes to the able one who has the least to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.durations import could_fill, crew_needs, hygiene_pairs, minutes_by_cook, minutes_with_pans, willing
from scheduler.problem import Cook, Problem, Task
from scheduler.schedule import Assignment, Inserted, Schedule


@dataclass(frozen=True)
class Bar:
    """Something with a length in the schedule: a task, or inserted work. `was` is its old interval.

    `busy` are the minutes for which its cooks are held. `settled`: its start may not change; `done`: it takes nothing;
    `moved`: it is in another oven than before; `handed`: its cooks are others than before.
    """

    id: str
    was: tuple[int, int]
    earliest: int
    minutes: int
    busy: int
    cooks: tuple[str, ...] = ()
    hands: bool = False
    light: bool = False
    task: Task | None = None
    entry: Inserted | None = None
    place: Assignment | None = None
    settled: bool = False
    done: bool = False
    moved: bool = False
    handed: bool = False


def task_bars(problem: Problem, old: Schedule, gone: frozenset[str] = frozenset()) -> Iterator[Bar]:
    """The tasks where the old plan has them; those in `gone` are for cooks who stay to the end."""
    now = problem.replan.now_minutes if problem.replan else 0
    pins = {pin.task: pin for pin in problem.pins}
    places = {entry.task: entry for entry in old.assignments}
    crews, ovens = _crews(problem, places, gone), _ovens_left(problem)
    for task in problem.tasks:
        pin, place = pins.get(task.id), places[task.id]
        place = place.model_copy(update={"cooks": crews[task.id]})
        if pin is not None and pin.state != "locked":
            start, end = pin.start_minutes or 0, pin.end_minutes or 0
            place = place.model_copy(update={"cooks": pin.cooks or (), "pans": pin.pans or place.pans})
            settled, done = True, pin.state == "done"
        else:
            place = _on_what_works(problem, place, ovens)
            start, settled, done = max(now, place.start_minutes, task.release_minutes), False, False
            end = start + _minutes(problem, task, place)
        yield Bar(
            id=task.id,
            was=(place.start_minutes, place.end_minutes),
            earliest=start,
            minutes=end - start,
            busy=end - start,
            cooks=place.cooks,
            hands=task.attention == "hands_on",
            light=task.attention == "hands_on" and task.light,
            task=task,
            place=place,
            settled=settled,
            done=done,
            moved=place.oven != places[task.id].oven,
            handed=set(place.cooks) != set(places[task.id].cooks),
        )


def _ovens_left(problem: Problem) -> dict[str, str]:
    """For each oven that is out of order, another one that works; the first of them for all."""
    working = [oven.id for oven in problem.ovens if not oven.outages]
    return {oven.id: working[0] for oven in problem.ovens if oven.outages and working}


def _on_what_works(problem: Problem, place: Assignment, ovens: dict[str, str]) -> Assignment:
    """The place with units and an oven that are not out of order, where there are others of the kind."""
    left = {
        pool.id: pool.count - sum(outage.units for outage in pool.outages) for pool in problem.equipment if pool.outages
    }
    units = []
    for unit in place.units:
        pool, _, number = unit.rpartition("#")
        several = sum(other.rpartition("#")[0] == pool for other in place.units) > 1
        fits = left.get(pool, 0) < 1 or several or int(number) <= left[pool]
        units.append(unit if fits else f"{pool}#{(int(number) - 1) % left[pool] + 1}")
    return place.model_copy(update={"units": tuple(units), "oven": ovens.get(place.oven or "", place.oven)})


def _minutes(problem: Problem, task: Task, place: Assignment) -> int:
    if task.attention != "hands_on":
        return minutes_with_pans(task, place.pans)
    by_name = {cook.id: cook for cook in problem.cooks}
    return max((minutes_by_cook(task, by_name[name]) for name in place.cooks), default=minutes_with_pans(task, 1))


def _crews(problem: Problem, places: dict[str, Assignment], gone: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The old cooks of each task; in the place of one who will not be there, the able one with the least work."""
    now = problem.replan.now_minutes if problem.replan else 0
    pins = {pin.task: pin for pin in problem.pins}
    load: dict[str, int] = {cook.id: 0 for cook in problem.cooks}
    for entry in places.values():
        for name in entry.cooks:
            load[name] = load.get(name, 0) + max(0, entry.end_minutes - max(now, entry.start_minutes))
    crews = {}
    last = max((window.end_minutes for cook in problem.cooks for window in cook.presence), default=now) - 1
    for task in problem.tasks:
        entry, pin = places[task.id], pins.get(task.id)
        if pin is not None and pin.cooks is not None:
            crews[task.id] = pin.cooks
            continue
        crew: list[str] = []
        for name in entry.cooks if crew_needs(task) else ():
            able = [c for c in problem.cooks if c.id not in crew and willing(task, c) and could_fill(task, c)]
            begins = last if task.id in gone else max(now, entry.start_minutes)
            there = [c for c in able if _is_there(c, begins, 1 if task.id in gone else task.minutes)]
            keep = next((c for c in there if c.id == name), None)
            chosen = keep or min(there or able, key=lambda cook: load[cook.id], default=None)
            if chosen is None:
                continue
            load[chosen.id] += 0 if keep else entry.end_minutes - entry.start_minutes
            crew.append(chosen.id)
        crews[task.id] = tuple(cook.id for cook in problem.cooks if cook.id in crew)
    return crews


def _is_there(cook: Cook, minute: int, minutes: int) -> bool:
    """Whether the cook is in the kitchen for `minutes` in one go at some time from `minute` on."""
    return not cook.presence or any(w.end_minutes - max(minute, w.start_minutes) >= minutes for w in cook.presence)


def inserted_bars(problem: Problem, old: Schedule) -> Iterator[Bar]:
    """The inserted work that still belongs to something; the oven's knob holds a cook for a moment only."""
    now = problem.replan.now_minutes if problem.replan else 0
    pins = {pin.task: pin for pin in problem.pins}
    tasks = {task.id: task for task in problem.tasks}
    letters = {(dish.id, use.id) for dish in problem.dishes for use in dish.vessels}
    cooks = {cook.id: cook for cook in problem.cooks}
    ovens = _ovens_left(problem)
    warm_up = {oven.id: oven.warm_up_minutes for oven in problem.ovens}
    begins = {place.task: place.start_minutes for place in old.assignments}
    soiling = {first.id for first, _ in hygiene_pairs(problem)}
    for entry in old.inserted:
        pin = pins.get(entry.id)
        of_vessel = (entry.dish or "", (entry.vessel or "").partition("+")[0])
        if entry.task not in tasks if entry.kind != "wash_up" else of_vessel not in letters:
            continue
        if entry.kind == "clean" and entry.id not in pins and entry.task not in soiling:
            continue
        owner = pins.get(entry.task or "")
        if entry.kind == "warm_up" and pin is None and owner is not None and owner.state != "locked":
            continue
        settled = pin is not None and pin.state != "locked"
        length, was = entry.end_minutes - entry.start_minutes, (entry.start_minutes, entry.end_minutes)
        if entry.oven in ovens and not settled:  # the other oven may be cold
            length = warm_up[ovens[entry.oven]]
        if ovens and entry.kind == "warm_up":  # dishes that now share an oven take turns, each with its warm-up
            was = (begins[entry.task or ""],) * 2
        busy = problem.settings.oven_touch_minutes if entry.kind == "warm_up" else length
        name = entry.cook
        if not settled and name is not None and not _is_there(cooks[name], max(now, entry.start_minutes), busy):
            name = next((c.id for c in problem.cooks if _is_there(c, max(now, entry.start_minutes), busy)), name)
        yield Bar(
            id=entry.id,
            was=was,
            earliest=entry.start_minutes if settled else max(now, entry.start_minutes),
            minutes=length,
            busy=busy,
            cooks=(name,) if name else (),
            hands=True,
            light=entry.kind == "warm_up" or problem.settings.washing_is_light,
            entry=entry if settled else entry.model_copy(update={"oven": ovens.get(entry.oven or "", entry.oven)}),
            settled=settled,
            done=pin is not None and pin.state == "done",
        )


def oven_of(bar: Bar) -> tuple[str, int] | None:
    """The oven that the bar takes and at how many degrees, if any."""
    if bar.place and bar.place.oven and bar.task and bar.task.oven:
        return bar.place.oven, bar.task.oven.celsius
    if bar.entry and bar.entry.oven:
        return bar.entry.oven, bar.entry.celsius or 0
    return None
