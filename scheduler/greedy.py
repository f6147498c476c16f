"""A first plan in milliseconds: serial schedule generation, backward from serving.

Tasks are placed from the last to the first, those that cannot wait before those that can, each as late as its
successors, its hold and the kitchen allow. When a result would wait too long, the task after it is moved earlier and
planning starts again (the unscheduling step of Franck, Neumann and Schwindt for maximum time lags); when a task finds
no place its dish goes first; at last serving moves later.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from scheduler.durations import (
    contaminates,
    could_fill,
    crew_needs,
    minutes_by_cook,
    minutes_with_pans,
    stand_in_cost,
    useful_pans,
    willing,
)
from scheduler.extract import with_units
from scheduler.occupancy import NEVER, Busy, Occupancy, window_conflict
from scheduler.problem import Cook, Dish, Link, Pin, Problem, Task, VesselUse, Window
from scheduler.rules.cooks import merged
from scheduler.rules.courses import dish_due
from scheduler.schedule import Assignment, Inserted, Schedule, Served, VesselHold

DELAYS = (0, 10, 20, 30, 45, 60, 90, 120, 180, 240, 360)
"""Minutes after the due times that the attempts aim at, in this order."""
TRIES = 12
"""Attempts for each delay."""


@dataclass(frozen=True)
class _Place:
    start: int
    end: int
    cooks: tuple[str, ...] = ()
    pans: int = 1
    oven: str | None = None
    board: str | None = None


@dataclass(frozen=True)
class _VesselPlace:
    """A vessel use on a unit; the wash-up after it, if any, as (start, end, cook)."""

    unit: str
    first: int
    last: int
    wash: tuple[int, int, str] | None = None


class _DoesNotFitError(Exception):
    """This attempt failed: a dish found no place, or ``blamed`` has to end by ``cap`` for its input not to wait."""

    def __init__(self, dish: str | None, blamed: str | None = None, cap: int = 0) -> None:
        super().__init__(dish)
        self.dish, self.blamed, self.cap = dish, blamed, cap


@dataclass
class _Attempt:
    """One try: the diary, the places so far and the serving times aimed at."""

    problem: Problem
    served: dict[str, int]
    diary: Occupancy
    places: dict[str, _Place] = field(default_factory=dict)
    vessels: dict[tuple[str, str], _VesselPlace] = field(default_factory=dict)
    cleans: dict[str, tuple[int, int, str, str | None]] = field(default_factory=dict)
    caps: dict[str, int] = field(default_factory=dict)


def greedy(problem: Problem) -> Schedule | None:
    """A plan without objective terms, or None when the simple method finds none (which proves nothing).

    The problem is expected to be valid. Serving is at most the greatest of ``DELAYS`` after the due times.
    """
    frame = _Frame(problem)
    urgency: dict[str | None, int] = defaultdict(int)
    for delay in DELAYS:
        caps: dict[str, int] = {}
        for number in range(TRIES):
            served = frame.serving_times(delay, spread=number % 2 == 1)
            attempt = _Attempt(problem, served, Occupancy(problem, frame.now), caps=caps)
            try:
                _plan(frame, attempt, urgency)
                return _finish(frame, attempt)
            except _DoesNotFitError as failure:
                if not _learn(frame, failure, caps, urgency):
                    break
    return None


def _learn(frame: "_Frame", failure: _DoesNotFitError, caps: dict[str, int], urgency: dict[str | None, int]) -> bool:
    """Change what the next attempt does; False when there is nothing to change at this delay."""
    if failure.blamed is not None:
        if failure.cap <= frame.now:
            return False
        caps[failure.blamed] = min(caps.get(failure.blamed, failure.cap), failure.cap)
        return True
    urgency[failure.dish] = max(urgency.values(), default=0) + 1
    return True


class _Frame:
    """What stays the same in all attempts."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.now = problem.replan.now_minutes if problem.replan else 0
        self.tasks = {task.id: task for task in problem.tasks}
        self.cooks = {cook.id: cook for cook in problem.cooks}
        self.dishes = {dish.id: dish for dish in problem.dishes}
        self.pins = {pin.task: pin for pin in problem.pins}
        self.baseline = {p.task: p for p in problem.replan.baseline} if problem.replan else {}
        self.after: dict[str, list[Link]] = defaultdict(list)
        self.before: dict[str, list[Link]] = defaultdict(list)
        for link in problem.links:
            self.after[link.before].append(link)
            self.before[link.after].append(link)
        windows = [
            w
            for c in problem.cooks
            for w in c.presence or (Window(start_minutes=0, end_minutes=problem.horizon_minutes),)
        ]
        self.fire = [Window(start_minutes=low, end_minutes=high) for low, high in merged(windows)]
        self.heights = self._heights()

    def _heights(self) -> dict[str, int]:
        """Minutes on the longest path from a task's start to the end of everything after it."""
        heights: dict[str, int] = {}
        stack = list(self.tasks)
        while stack:
            name = stack[-1]
            if name in heights:
                stack.pop()
                continue
            following = [link for link in self.after[name] if link.min_lag_minutes is not None]
            missing = [link.after for link in following if link.after not in heights]
            if missing:
                stack.extend(missing)
                continue
            task = self.tasks[name]
            length = minutes_with_pans(task, 1)
            ends = [heights[link.after] + (link.min_lag_minutes or 0) for link in following]
            heights[name] = length + max(ends, default=0)
            stack.pop()
        return heights

    def serving_times(self, delay: int, spread: bool) -> dict[str, int]:
        """For each dish the minute aimed at: its due time and the delay, never before now; gone dishes keep theirs.

        With ``spread`` the dishes of a course land one after another through its window.
        """
        gone = {s.dish: s.served_minutes for s in self.problem.replan.served} if self.problem.replan else {}
        horizon = self.problem.horizon_minutes
        follows = {course.id: course for course in self.problem.courses}
        aims: dict[str, int] = {}
        dues = {dish.id: dish_due(self.problem, dish) for dish in self.problem.dishes}
        for dish in sorted(self.problem.dishes, key=lambda d: (dues[d.id] is None, dues[d.id] or 0)):
            due = dues[dish.id]
            aim = horizon if due is None else max(self.now, due + delay)
            course = follows.get(dish.course or "")
            if course is not None and course.follows is not None:
                before = [aims[d.id] for d in self.problem.dishes if d.course == course.follows and d.id in aims]
                aim = max([aim, *(minute + course.gap_minutes for minute in before)])
            aims[dish.id] = gone.get(dish.id, min(aim + (self._offset(dish) if spread else 0), horizon))
        return aims

    def _offset(self, dish: Dish) -> int:
        members = [other.id for other in self.problem.dishes if other.course == dish.course]
        window = next((c.window_minutes for c in self.problem.courses if c.id == dish.course), 0)
        return window * members.index(dish.id) // max(1, len(members) - 1) if dish.course else 0

    def patience(self, task: Task) -> int:
        """Minutes that the task's result can wait, at most 60."""
        holds = [link.max_lag_minutes for link in self.after[task.id]]
        if task.dish is not None:
            holds += [link.max_lag_minutes for link in self.dishes[task.dish].serving if link.task == task.id]
        return min([60, *(hold for hold in holds if hold is not None)])

    def order(self, urgency: dict[str | None, int]) -> Iterator[Task]:
        """All tasks, each after those that follow it: urgent dishes first, then what cannot wait, then the latest."""
        waiting = {name: sum(1 for link in self.after[name] if link.min_lag_minutes is not None) for name in self.tasks}
        heap = [self._key(name, urgency) for name, count in waiting.items() if count == 0]
        heapq.heapify(heap)
        while heap:
            name = heapq.heappop(heap)[-1]
            yield self.tasks[name]
            for link in self.before[name]:
                if link.min_lag_minutes is None:
                    continue
                waiting[link.before] -= 1
                if waiting[link.before] == 0:
                    heapq.heappush(heap, self._key(link.before, urgency))

    def _key(self, name: str, urgency: dict[str | None, int]) -> tuple[int, int, int, str]:
        task = self.tasks[name]
        return -urgency[task.dish], self.patience(task), self.heights[name], name


def _plan(frame: _Frame, attempt: _Attempt, urgency: dict[str | None, int]) -> None:
    """Place everything or raise."""
    for name, pin in frame.pins.items():
        if name in frame.tasks and pin.state != "locked":
            _settle(frame, attempt, frame.tasks[name], pin)
    for task in frame.order(urgency):
        if task.id not in attempt.places:
            _place(frame, attempt, task)


def _place(frame: _Frame, attempt: _Attempt, task: Task) -> None:
    low, blamed = _lowest_end(frame, attempt, task)
    place = _latest_place(frame, attempt, task, _highest_end(frame, attempt, task))
    if place is None:
        raise _DoesNotFitError(task.dish)
    if place.end < low:
        later = attempt.places.get(blamed)
        if later is None or frame.pins.get(blamed):
            raise _DoesNotFitError(task.dish)
        raise _DoesNotFitError(task.dish, blamed, later.end - (low - place.end))


def _settle(frame: _Frame, attempt: _Attempt, task: Task, pin: Pin) -> None:
    """What is done or running is where it is."""
    start, end = pin.start_minutes or 0, pin.end_minutes or 0
    board = pin.board or (frame.problem.boards[0].id if task.board else None)
    oven = pin.oven or (frame.problem.ovens[0].id if task.oven else None)
    place = _Place(start, end, pin.cooks or (), pin.pans or 1, oven, board)
    _keep(frame, attempt, task, place, occupy=pin.state == "running")
    for letter in task.vessels:
        _extend_vessel(frame, attempt, task, letter, place)


def _highest_end(frame: _Frame, attempt: _Attempt, task: Task) -> int:
    """The latest end that the tasks after it, serving and deadlines leave."""
    limits = [frame.problem.horizon_minutes, attempt.caps.get(task.id, frame.problem.horizon_minutes)]
    if task.deadline_minutes is not None:
        limits.append(task.deadline_minutes)
    if task.dish is not None:
        dish = frame.dishes[task.dish]
        limits.append(attempt.served[dish.id])
        limits += [attempt.served[dish.id] - link.min_lag_minutes for link in dish.serving if link.task == task.id]
    length = min(minutes_with_pans(task, pans) for pans in useful_pans(task))
    for link in frame.after[task.id]:
        later = attempt.places.get(link.after)
        if later and link.min_lag_minutes is not None:
            limits.append(later.start - link.min_lag_minutes + (length if link.from_start else 0))
    for link in frame.before[task.id]:
        earlier = attempt.places.get(link.before)
        if earlier and link.max_lag_minutes is not None:
            limits.append((earlier.start if link.from_start else earlier.end) + link.max_lag_minutes + length)
    planned = frame.baseline.get(task.id)
    if planned and planned.start_minutes + length > frame.now + length:
        limits.append(planned.start_minutes + length)
    pin = frame.pins.get(task.id)
    if pin and pin.start_minutes is not None:
        limits.append(pin.start_minutes + length)
    return min(limits)


def _lowest_end(frame: _Frame, attempt: _Attempt, task: Task) -> tuple[int, str]:
    """The earliest end that holds allow, and whose hold it is ("" for serving)."""
    bounds: list[tuple[int, str]] = [(frame.now, "")]
    if task.dish is not None:
        dish = frame.dishes[task.dish]
        for serving in dish.serving:
            if serving.task == task.id and serving.max_lag_minutes is not None:
                bounds.append((attempt.served[dish.id] - serving.max_lag_minutes, ""))
    length = min(minutes_with_pans(task, pans) for pans in useful_pans(task))
    for link in frame.after[task.id]:
        later = attempt.places.get(link.after)
        if later and link.max_lag_minutes is not None:
            bounds.append((later.start - link.max_lag_minutes + (length if link.from_start else 0), link.after))
    for link in frame.before[task.id]:
        earlier = attempt.places.get(link.before)
        if earlier and link.min_lag_minutes is not None:
            reference = earlier.start if link.from_start else earlier.end
            bounds.append((reference + link.min_lag_minutes + length, ""))
    return max(bounds)


def _latest_place(frame: _Frame, attempt: _Attempt, task: Task, end: int) -> _Place | None:
    """The latest place that ends by ``end``, taken in the diary; None when there is none after now."""
    earliest = max(frame.now, task.release_minutes)
    while end > earliest or (end >= earliest and task.minutes == 0):
        next_end = end - 1 if len(task.crew) > 1 else NEVER
        for pans, cooks, minutes in _ways(frame, attempt, task, end):
            start = end - minutes
            if start < earliest:
                continue
            place, retry = _fits(frame, attempt, task, _Place(start, end, cooks, pans))
            if place is not None:
                _keep(frame, attempt, task, place)
                for letter in task.vessels:
                    _extend_vessel(frame, attempt, task, letter, place)
                return place
            next_end = max(next_end, min(retry, end - 1))
        end = next_end
    return None


def _ways(frame: _Frame, attempt: _Attempt, task: Task, end: int) -> Iterator[tuple[int, tuple[str, ...], int]]:
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


def _frozen(frame: _Frame, name: str) -> bool:
    planned, replan = frame.baseline.get(name), frame.problem.replan
    return bool(planned and replan and 0 <= planned.start_minutes - replan.now_minutes < replan.freeze_minutes)


def _crews(
    attempt: _Attempt, task: Task, able: list[Cook], minutes: int, end: int, pans: int
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


def _growth(attempt: _Attempt, cook: Cook, start: int, end: int) -> int:
    """By how many minutes the cook's attendance would grow."""
    work = attempt.diary.hands[cook.id] + attempt.diary.pots[cook.id]
    if not work:
        return end - start + 30
    first, last = min(b.start for b in work), max(b.end for b in work)
    return max(0, first - start) + max(0, end - last)


def _fits(frame: _Frame, attempt: _Attempt, task: Task, place: _Place) -> tuple[_Place | None, int]:
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
        place = _Place(start, end, place.cooks, place.pans, free[0])
    for letter in task.vessels:
        if not _vessel_free(frame, attempt, task, letter, place):
            return None, end - 1
    return _with_board(frame, attempt, task, place)


def _people_conflicts(frame: _Frame, attempt: _Attempt, task: Task, place: _Place) -> Iterator[int]:
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


def _with_board(frame: _Frame, attempt: _Attempt, task: Task, place: _Place) -> tuple[_Place | None, int]:
    if not task.board and not (task.attention == "hands_on" and frame.problem.settings.hygiene):
        return place, 0
    retry = NEVER
    boards = [b for b in frame.problem.boards if not b.classes or task.hygiene in (*b.classes, "none")]
    for board in [b.id for b in boards] if task.board else [None]:
        conflict = attempt.diary.board_conflict(board, place.start, place.end) if board else None
        if conflict is not None:
            retry = max(retry, conflict)
            continue
        chosen = _Place(place.start, place.end, place.cooks, place.pans, place.oven, board)
        mark, cleans = attempt.diary.mark(), dict(attempt.cleans)
        if _keep_clean(frame, attempt, task, chosen):
            return chosen, 0
        attempt.diary.undo(mark)
        attempt.cleans = cleans
        retry = max(retry, place.end - 1)
    return None, retry


def _keep_clean(frame: _Frame, attempt: _Attempt, task: Task, place: _Place) -> bool:
    """Add the cleans that this place needs between what contaminates and what is contaminated."""
    if not frame.problem.settings.hygiene:
        return True
    hands = task.attention == "hands_on"
    for name, other in list(attempt.places.items()):
        there = frame.tasks[name]
        board = place.board if place.board is not None and place.board == other.board else None
        shared = set(place.cooks) & set(other.cooks) if hands and there.attention == "hands_on" else set()
        if board is None and not shared:
            continue
        if other.start >= place.end and contaminates(task, there):
            dirty, first, second, limit = task, place, other, other.start
        elif other.end <= place.start and contaminates(there, task):
            dirty, first, second, limit = there, other, place, place.start
        else:
            continue
        del second
        if not _clean_exists(attempt, board, shared, first.end, limit) and not _add_clean(
            frame, attempt, dirty, first, place, limit
        ):
            return False
        if not _clean_exists(attempt, board, shared, first.end, limit):
            return False
    return True


def _clean_exists(attempt: _Attempt, board: str | None, cooks: set[str], low: int, high: int) -> bool:
    between = [c for c in attempt.cleans.values() if low <= c[0] and c[1] <= high]
    board_clean = board is None or any(c[3] == board for c in between)
    return board_clean and all(any(c[2] == cook for c in between) for cook in cooks)


def _add_clean(frame: _Frame, attempt: _Attempt, dirty: Task, first: _Place, new: _Place, limit: int) -> bool:
    """A clean after the dirty task by one of its cooks; the new place is not yet in the diary, so kept clear of."""
    if dirty.id in attempt.cleans:
        return False
    settings = frame.problem.settings
    high = limit
    for name in first.cooks or tuple(frame.cooks):
        cook = frame.cooks[name]
        if "clean" in cook.refuses:
            continue
        low = max(first.end, frame.now)
        start = attempt.diary.free_slot(cook, low, high, settings.clean_minutes, settings.washing_is_light, first.board)
        if start is None or (name in new.cooks and start < new.end and new.start < start + settings.clean_minutes):
            continue
        end = start + settings.clean_minutes
        attempt.cleans[dirty.id] = (start, end, name, first.board)
        attempt.diary.take(attempt.diary.hands[name], Busy(start, end, light=settings.washing_is_light, name="clean"))
        if first.board is not None:
            attempt.diary.take(attempt.diary.boards[first.board], Busy(start, end, name="clean"))
        return True
    return False


def _keep(frame: _Frame, attempt: _Attempt, task: Task, place: _Place, occupy: bool = True) -> None:
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
    del frame


def _letters(task: Task, letter: str, pans: int) -> list[str]:
    return [letter] + [f"{letter}+{task.id}#{copy}" for copy in range(2, pans + 1)]


def _use_of(dish: Dish, letter: str) -> VesselUse:
    return next(use for use in dish.vessels if use.id == letter)


def _vessel_free(frame: _Frame, attempt: _Attempt, task: Task, letter: str, place: _Place) -> bool:
    """Whether units for the letter and its extra pans can be had over this place."""
    mark, vessels = attempt.diary.mark(), dict(attempt.vessels)
    try:
        _extend_vessel(frame, attempt, task, letter, place)
        return True
    except _DoesNotFitError:
        return False
    finally:
        attempt.diary.undo(mark)
        attempt.vessels = vessels


def _extend_vessel(frame: _Frame, attempt: _Attempt, task: Task, letter: str, place: _Place) -> None:
    """Hold the letter's vessel over this place too, or take a vessel for it when it has none yet."""
    if task.dish is None:
        return
    use = _use_of(frame.dishes[task.dish], letter)
    for name in _letters(task, letter, place.pans):
        held = attempt.vessels.get((task.dish, name))
        if held is None:
            attempt.vessels[task.dish, name] = _take_vessel(frame, attempt, (task.dish, name), use, place)
            continue
        first, last = min(held.first, place.start), max(held.last, place.end)
        if held.wash and held.wash[0] < last:
            raise _DoesNotFitError(task.dish)
        for key, other in attempt.vessels.items():
            if other.unit != held.unit or key == (task.dish, name):
                continue
            if other.first >= held.last:
                continue
            free = other.wash[1] if other.wash else frame.problem.horizon_minutes
            if first < free:
                raise _DoesNotFitError(task.dish)
        attempt.vessels[task.dish, name] = _VesselPlace(held.unit, first, last, held.wash)


def _take_vessel(frame: _Frame, attempt: _Attempt, key: tuple[str, str], use: VesselUse, place: _Place) -> _VesselPlace:
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
            return _VesselPlace(unit, place.start, place.end)
        others = [held for held in attempt.vessels.values() if held.unit == unit]
        if any(held.first < place.end for held in others):
            continue
        limit = min(held.first for held in others)
        if wash == 0:
            return _VesselPlace(unit, place.start, place.end, (place.end, place.end, ""))
        slot = _wash_slot(frame, attempt, place, limit, wash)
        if slot is not None:
            return _VesselPlace(unit, place.start, place.end, slot)
    raise _DoesNotFitError(key[0])


def _wash_slot(
    frame: _Frame, attempt: _Attempt, place: _Place, limit: int, minutes: int
) -> tuple[int, int, str] | None:
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


def _finish(frame: _Frame, attempt: _Attempt) -> Schedule:
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
            end_minutes=held.wash[1] if held.wash else horizon if wash[held.unit.partition("#")[0]] else held.last,
        )
        for (dish, vessel), held in attempt.vessels.items()
    ]
    return Schedule(
        assignments=tuple(sorted(with_units(frame.problem, assignments), key=lambda a: (a.start_minutes, a.task))),
        inserted=tuple(sorted(inserted, key=lambda i: (i.start_minutes, i.id))),
        holds=tuple(sorted(holds, key=lambda h: (h.start_minutes, h.dish, h.vessel))),
        served=tuple(Served(dish=dish, served_minutes=minute) for dish, minute in attempt.served.items()),
    )


def _other_inserted(attempt: _Attempt) -> Iterator[Inserted]:
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


def _warm_ups(frame: _Frame, attempt: _Attempt) -> Iterator[Inserted]:
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


def _touch(frame: _Frame, attempt: _Attempt, use: Busy, low: int, high: int) -> tuple[int, str | None]:
    """The latest start in low..high when some cook can turn the knob; without one the use has to be earlier."""
    minutes = frame.problem.settings.oven_touch_minutes
    if minutes == 0:
        return high, None
    for start in range(high, frame.now - 1, -1):
        for cook in frame.problem.cooks:
            if "oven" in cook.refuses or attempt.diary.hands_conflict(cook, start, start + minutes, True) is not None:
                continue
            if start < low:
                raise _DoesNotFitError(frame.tasks[use.name].dish, use.name, use.end - (low - start))
            busy = Busy(start, start + minutes, light=True, name="warm_up")
            attempt.diary.take(attempt.diary.hands[cook.id], busy)
            return start, cook.id
    raise _DoesNotFitError(frame.tasks[use.name].dish)
