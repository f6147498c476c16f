"""Finds the latest place for a task: who does it, in which oven, on which board."""

from collections.abc import Iterator
from dataclasses import replace

from scheduler.durations import crew_needs, minutes_by_cook, minutes_with_pans, useful_pans
from scheduler.greedy.hygiene import keep_clean
from scheduler.greedy.occupancy import NEVER, Busy, window_conflict
from scheduler.greedy.state import Attempt, DoesNotFitError, Frame, Place
from scheduler.greedy.vessels import extend_vessel
from scheduler.problem import Cook, Pin, Task


def latest_place(frame: Frame, attempt: Attempt, task: Task, end: int) -> Place | None:
    """The latest place that ends by ``end``, taken in the diary; None when there is none after now."""
    earliest = max(frame.now, task.release_minutes)
    pin = frame.pins.get(task.id)
    pans = [number for number in reversed(useful_pans(task)) if not pin or pin.pans in (None, number)]
    while end > earliest or (end >= earliest and task.minutes == 0):
        attempt.steps -= 1
        if attempt.steps < 0:
            return None
        retry = end - 1 if len(task.crew) > 1 else NEVER
        for number in pans:
            found = _at(frame, attempt, task, end, number, earliest)
            if isinstance(found, Place):
                keep(attempt, task, found)
                return found
            retry = max(retry, min(found, end - 1))
        end = retry
    return None


def _at(frame: Frame, attempt: Attempt, task: Task, end: int, pans: int, earliest: int) -> Place | int:
    """The place that ends at this minute and keeps cooks least in the kitchen, else the latest end to try next."""
    options: list[tuple[int, Place]] = []
    retry = NEVER
    for minutes, crews in _ways(frame, attempt, task, pans, end):
        start = end - minutes
        if start < earliest:
            continue
        conflict = _room_conflict(frame, attempt, task, Place(start, end, (), pans))
        if conflict is not None:
            retry = max(retry, conflict)
            continue
        for crew in crews:
            conflict = _people_conflict(attempt, task, crew, Place(start, end, (), pans))
            if conflict is not None:
                retry = max(retry, conflict)
                continue
            growth = sum(_growth(attempt, cook, start, end) for cook in crew)
            options.append((growth, Place(start, end, tuple(cook.id for cook in crew), pans)))
    for _, place in sorted(options, key=lambda option: (option[0], option[1].cooks)):
        found = _equipped(frame, attempt, task, place)
        if isinstance(found, Place):
            return found
        retry = max(retry, found)
    return retry


def _ways(
    frame: Frame, attempt: Attempt, task: Task, pans: int, end: int
) -> Iterator[tuple[int, list[tuple[Cook, ...]]]]:
    """(minutes, the crews that take so long)."""
    minutes, needs = minutes_with_pans(task, pans), crew_needs(task)
    if not needs:
        yield minutes, [()]
    elif len(needs) > 1 or needs[0].count > 1:
        yield from _crews(attempt, task, frame.able[task.id], minutes, end, pans)
    elif task.attention == "hands_on":
        lengths = {cook.id: minutes_by_cook(task, cook) for cook in frame.able[task.id]}
        for length in sorted(set(lengths.values())):
            yield length, [(cook,) for cook in frame.able[task.id] if lengths[cook.id] == length]
    else:
        yield minutes, [(cook,) for cook in frame.able[task.id]]


def _crews(
    attempt: Attempt, task: Task, able: tuple[Cook, ...], minutes: int, end: int, pans: int
) -> Iterator[tuple[int, list[tuple[Cook, ...]]]]:
    """One crew: the scarcest ability first, each place filled by a free cook with the fewest abilities."""
    hands = task.attention == "hands_on"
    free = [
        c
        for c in able
        if (
            attempt.diary.hands_conflict(c, end - minutes, end, task.light)
            if hands
            else attempt.diary.pots_conflict(c, end - minutes, end, pans)
        )
        is None
    ]
    crew: list[Cook] = []
    for need in sorted(crew_needs(task), key=lambda n: sum(1 for c in free if n.ability in c.abilities)):
        fit = [c for c in free if c not in crew and (need.ability is None or need.ability in c.abilities)]
        crew += sorted(fit, key=lambda c: (len(c.abilities), c.id))[: need.count]
    if len(crew) == sum(need.count for need in crew_needs(task)):
        slowest = max(minutes_by_cook(task, c) for c in crew) if hands else minutes
        yield slowest, [tuple(crew)]


def _growth(attempt: Attempt, cook: Cook, start: int, end: int) -> int:
    """By how many minutes the cook's attendance would grow."""
    work = attempt.diary.hands[cook.id] + attempt.diary.pots[cook.id]
    if not work:
        return end - start + 30
    first, last = min(b.start for b in work), max(b.end for b in work)
    return max(0, first - start) + max(0, end - last)


def _people_conflict(attempt: Attempt, task: Task, crew: tuple[Cook, ...], place: Place) -> int | None:
    """Whether the crew is free; else the latest end to try next."""
    hands = task.attention == "hands_on"
    conflicts = [
        attempt.diary.hands_conflict(cook, place.start, place.end, task.light)
        if hands
        else attempt.diary.pots_conflict(cook, place.start, place.end, place.pans)
        for cook in crew
    ]
    return min((conflict for conflict in conflicts if conflict is not None), default=None)


def _room_conflict(frame: Frame, attempt: Attempt, task: Task, place: Place) -> int | None:
    """Whether burners and machines are free, the kitchen is open and the fire watched; else the latest end to try."""
    conflicts = []
    for need in task.needs:
        units = need.units * place.pans
        conflict = attempt.diary.pool_conflict(
            need.equipment, frame.counts[need.equipment], place.start, place.end, units
        )
        if conflict is not None:
            conflicts.append(conflict)
    if task.on_fire and frame.problem.settings.watch_fire and frame.fire:
        conflict = window_conflict(frame.fire, place.start, place.end)
        if conflict is not None:
            conflicts.append(conflict)
    if frame.problem.sessions:
        conflicts += _session_conflicts(frame, task, place.start, place.end)
    return min(conflicts, default=None)


def _session_conflicts(frame: Frame, task: Task, start: int, end: int) -> list[int]:
    sessions = [s for s in frame.problem.sessions if task.make_ahead or not s.make_ahead]
    attended = task.attention != "unattended"
    if any(s.start_minutes <= start < s.end_minutes and (not attended or end <= s.end_minutes) for s in sessions):
        return []
    ends = [s.end_minutes if attended else s.end_minutes - 1 + end - start for s in sessions]
    return [max((e for e in ends if e < end), default=NEVER)]


def _equipped(frame: Frame, attempt: Attempt, task: Task, place: Place) -> Place | int:
    """The place with oven and board, its vessels and cleans taken in the diary, else the latest end to try next."""
    diary = attempt.diary
    if task.oven:
        slots = task.oven.slots * place.pans
        pin = frame.pins.get(task.id)
        ovens = [o for o in frame.problem.ovens if not pin or pin.oven in (None, o.id)]
        found = [(diary.oven_conflict(o, place.start, place.end, task.oven.celsius, slots), o.id) for o in ovens]
        free = [oven for conflict, oven in found if conflict is None]
        if not free:
            return max(conflict for conflict, _ in found if conflict is not None)
        place = replace(place, oven=free[0])
    mark = diary.mark()
    try:
        for letter in task.vessels:
            extend_vessel(frame, attempt, task, letter, place)
    except DoesNotFitError:
        diary.undo(mark)
        return place.end - 1
    found_board = _with_board(frame, attempt, task, place)
    if not isinstance(found_board, Place):
        diary.undo(mark)
    return found_board


def _with_board(frame: Frame, attempt: Attempt, task: Task, place: Place) -> Place | int:
    if not task.board and not (task.attention == "hands_on" and frame.problem.settings.hygiene):
        return place
    retry = NEVER
    pin = frame.pins.get(task.id)
    boards = [b for b in frame.problem.boards if not b.classes or task.hygiene in (*b.classes, "none")]
    for board in [b.id for b in boards if not pin or pin.board in (None, b.id)] if task.board else [None]:
        conflict = attempt.diary.board_conflict(board, place.start, place.end) if board else None
        if conflict is not None:
            retry = max(retry, conflict)
            continue
        chosen = replace(place, board=board)
        mark = attempt.diary.mark()
        if keep_clean(frame, attempt, task, chosen):
            return chosen
        attempt.diary.undo(mark)
        retry = max(retry, place.end - 1)
    return retry


def keep(attempt: Attempt, task: Task, place: Place, occupy: bool = True) -> None:
    """Write the place into the diary."""
    attempt.diary.put(attempt.places, task.id, place)
    if not occupy:
        return
    diary = attempt.diary
    for cook in place.cooks:
        if task.attention == "hands_on":
            diary.take(diary.hands[cook], Busy(place.start, place.end, name=task.id, light=task.light))
        else:
            diary.take(diary.pots[cook], Busy(place.start, place.end, place.pans, task.id))
    for need in task.needs:
        diary.take(diary.pools[need.equipment], Busy(place.start, place.end, need.units * place.pans, task.id))
    if task.oven and place.oven:
        slots = task.oven.slots * place.pans
        diary.take(diary.ovens[place.oven], Busy(place.start, place.end, slots, task.id, celsius=task.oven.celsius))
    if place.board:
        diary.take(diary.boards[place.board], Busy(place.start, place.end, name=task.id))


def settle(frame: Frame, attempt: Attempt, task: Task, pin: Pin) -> None:
    """What is done or running is where it is."""
    start, end = pin.start_minutes or 0, pin.end_minutes or 0
    board = pin.board or (frame.problem.boards[0].id if task.board else None)
    oven = pin.oven or (frame.problem.ovens[0].id if task.oven else None)
    place = Place(start, end, pin.cooks or (), pin.pans or 1, oven, board)
    keep(attempt, task, place, occupy=pin.state == "running")
    for letter in task.vessels:
        extend_vessel(frame, attempt, task, letter, place)
