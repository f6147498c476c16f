"""Finds the latest place for a task: who does it, in which oven, on which board."""

from collections.abc import Iterator

from scheduler.durations import could_fill, crew_needs, minutes_by_cook, minutes_with_pans, useful_pans, willing
from scheduler.greedy.hygiene import keep_clean
from scheduler.greedy.occupancy import NEVER, Busy, window_conflict
from scheduler.greedy.state import Attempt, Frame, Place
from scheduler.greedy.vessels import extend_vessel, vessel_free
from scheduler.problem import Cook, Pin, Task


def latest_place(frame: Frame, attempt: Attempt, task: Task, end: int) -> Place | None:
    """The latest place that ends by ``end``, taken in the diary; None when there is none after now."""
    earliest = max(frame.now, task.release_minutes)
    while end > earliest or (end >= earliest and task.minutes == 0):
        next_end = end - 1 if len(task.crew) > 1 else NEVER
        for pans, cooks, minutes in _ways(frame, attempt, task, end):
            start = end - minutes
            if start < earliest:
                continue
            place, retry = _fits(frame, attempt, task, Place(start, end, cooks, pans))
            if place is not None:
                keep(attempt, task, place)
                for letter in task.vessels:
                    extend_vessel(frame, attempt, task, letter, place)
                return place
            next_end = max(next_end, min(retry, end - 1))
        end = next_end
    return None


def _ways(frame: Frame, attempt: Attempt, task: Task, end: int) -> Iterator[tuple[int, tuple[str, ...], int]]:
    """(pans, cooks, minutes) worth trying, the one that keeps cooks least in the kitchen first."""
    pin = frame.pins.get(task.id)
    for pans in reversed(useful_pans(task)):
        if pin and pin.pans not in (None, pans):
            continue
        minutes = minutes_with_pans(task, pans)
        if task.attention == "unattended":
            yield pans, (), minutes
            continue
        needs = crew_needs(task)
        able = [c for c in frame.problem.cooks if could_fill(task, c) and willing(task, c)]
        fixed = (pin.cooks if pin else None) or (frame.baseline[task.id].cooks if _frozen(frame, task.id) else None)
        if fixed:
            able = [cook for cook in able if cook.id in fixed]
        if len(needs) == 1 and needs[0].count == 1:
            able.sort(key=lambda cook: (_growth(attempt, cook, end - minutes, end), cook.id))
            for cook in able:
                yield pans, (cook.id,), minutes_by_cook(task, cook) if task.attention == "hands_on" else minutes
        else:
            yield from _crews(attempt, task, able, minutes, end, pans)


def _frozen(frame: Frame, name: str) -> bool:
    planned, replan = frame.baseline.get(name), frame.problem.replan
    return bool(planned and replan and 0 <= planned.start_minutes - replan.now_minutes < replan.freeze_minutes)


def _crews(
    attempt: Attempt, task: Task, able: list[Cook], minutes: int, end: int, pans: int
) -> Iterator[tuple[int, tuple[str, ...], int]]:
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
        yield pans, tuple(c.id for c in crew), slowest


def _growth(attempt: Attempt, cook: Cook, start: int, end: int) -> int:
    """By how many minutes the cook's attendance would grow."""
    work = attempt.diary.hands[cook.id] + attempt.diary.pots[cook.id]
    if not work:
        return end - start + 30
    first, last = min(b.start for b in work), max(b.end for b in work)
    return max(0, first - start) + max(0, end - last)


def _fits(frame: Frame, attempt: Attempt, task: Task, place: Place) -> tuple[Place | None, int]:
    """The place with oven and board chosen, or the latest end to try next."""
    diary, start, end = attempt.diary, place.start, place.end
    retries = [*_people_conflicts(frame, attempt, task, place)]
    for need in task.needs:
        pool = next(p for p in frame.problem.equipment if p.id == need.equipment)
        conflict = diary.pool_conflict(pool.id, pool.count, start, end, need.units * place.pans)
        if conflict is not None:
            retries.append(conflict)
    if retries:
        return None, min(retries)
    if task.oven:
        found = [
            (diary.oven_conflict(o, start, end, task.oven.celsius, task.oven.slots * place.pans), o.id)
            for o in frame.problem.ovens
        ]
        free = [oven for conflict, oven in found if conflict is None]
        if not free:
            return None, max(conflict for conflict, _ in found if conflict is not None)
        place = Place(start, end, place.cooks, place.pans, free[0])
    for letter in task.vessels:
        if not vessel_free(frame, attempt, task, letter, place):
            return None, end - 1
    return _with_board(frame, attempt, task, place)


def _people_conflicts(frame: Frame, attempt: Attempt, task: Task, place: Place) -> Iterator[int]:
    diary, start, end = attempt.diary, place.start, place.end
    for name in place.cooks:
        cook = frame.cooks[name]
        if task.attention == "hands_on":
            conflict = diary.hands_conflict(cook, start, end, task.light)
        else:
            conflict = diary.pots_conflict(cook, start, end, place.pans)
        if conflict is not None:
            yield conflict
    if task.on_fire and frame.problem.settings.watch_fire and frame.fire:
        conflict = window_conflict(frame.fire, start, end)
        if conflict is not None:
            yield conflict
    sessions = [s for s in frame.problem.sessions if task.make_ahead or not s.make_ahead]
    if frame.problem.sessions:
        attended = task.attention != "unattended"
        inside = [
            s for s in sessions if s.start_minutes <= start < s.end_minutes and (not attended or end <= s.end_minutes)
        ]
        if not inside:
            length = end - start
            ends = [s.end_minutes if attended else s.end_minutes - 1 + length for s in sessions]
            yield max((e for e in ends if e < end), default=NEVER)


def _with_board(frame: Frame, attempt: Attempt, task: Task, place: Place) -> tuple[Place | None, int]:
    if not task.board and not (task.attention == "hands_on" and frame.problem.settings.hygiene):
        return place, 0
    retry = NEVER
    boards = [b for b in frame.problem.boards if not b.classes or task.hygiene in (*b.classes, "none")]
    for board in [b.id for b in boards] if task.board else [None]:
        conflict = attempt.diary.board_conflict(board, place.start, place.end) if board else None
        if conflict is not None:
            retry = max(retry, conflict)
            continue
        chosen = Place(place.start, place.end, place.cooks, place.pans, place.oven, board)
        mark, cleans = attempt.diary.mark(), dict(attempt.cleans)
        if keep_clean(frame, attempt, task, chosen):
            return chosen, 0
        attempt.diary.undo(mark)
        attempt.cleans = cleans
        retry = max(retry, place.end - 1)
    return None, retry


def keep(attempt: Attempt, task: Task, place: Place, occupy: bool = True) -> None:
    """Write the place into the diary."""
    attempt.places[task.id] = place
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
