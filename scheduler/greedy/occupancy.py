"""Who and what is taken when, for the greedy planner, which fills a kitchen from the back.

Each ``…_conflict`` answers None when an interval fits, else the latest end that is worth trying next (less than the
asked one; below 0 when there is none), so that the planner jumps over what is taken instead of stepping.
"""

from collections import defaultdict
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from scheduler.problem import Cook, Oven, Problem, Window

NEVER = -1
Key = TypeVar("Key")
Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Busy:
    """[start, end) taken with some load; ``name`` tells whose it is."""

    start: int
    end: int
    load: int = 1
    name: str = ""
    light: bool = False
    celsius: int = 0


def overlapping(taken: Iterable[Busy], start: int, end: int) -> list[Busy]:
    """What overlaps [start, end); an empty interval overlaps nothing."""
    return [busy for busy in taken if busy.start < end and start < busy.end]


def peak(taken: list[Busy], start: int) -> int:
    """The largest sum of loads at one minute from ``start`` on, of intervals that overlap some common interval."""
    points = {start} | {busy.start for busy in taken if busy.start > start}
    return max(sum(b.load for b in taken if b.start <= point < b.end) for point in points)


@dataclass
class Occupancy:
    """The kitchen's diary. What was taken or put after a ``mark`` can be undone, the last first."""

    problem: Problem
    now: int
    hands: dict[str, list[Busy]] = field(default_factory=lambda: defaultdict(list))
    pots: dict[str, list[Busy]] = field(default_factory=lambda: defaultdict(list))
    pools: dict[str, list[Busy]] = field(default_factory=lambda: defaultdict(list))
    ovens: dict[str, list[Busy]] = field(default_factory=lambda: defaultdict(list))
    boards: dict[str, list[Busy]] = field(default_factory=lambda: defaultdict(list))
    present: dict[str, tuple[Window, ...]] = field(default_factory=dict)
    journal: list[tuple[Any, Any, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        always = (Window(start_minutes=0, end_minutes=self.problem.horizon_minutes),)
        self.present = {cook.id: cook.presence or always for cook in self.problem.cooks}
        for pool in self.problem.equipment:
            self.pools[pool.id] = [Busy(o.start_minutes, o.end_minutes, o.units) for o in pool.outages]
        for oven in self.problem.ovens:
            self.ovens[oven.id] = []

    def take(self, diary: list[Busy], busy: Busy) -> None:
        """Write into the diary of one thing or cook."""
        diary.append(busy)
        self.journal.append((diary, None, None))

    def put(self, table: MutableMapping[Key, Entry], key: Key, value: Entry) -> None:
        """Set the value of a key in a table (never to None)."""
        self.journal.append((table, key, table.get(key)))
        table[key] = value

    def mark(self) -> int:
        """Where the journal stands now."""
        return len(self.journal)

    def undo(self, mark: int) -> None:
        """Take back everything since the mark."""
        while len(self.journal) > mark:
            table, key, old = self.journal.pop()
            if key is None:
                table.pop()
            elif old is None:
                del table[key]
            else:
                table[key] = old

    def hands_conflict(self, cook: Cook, start: int, end: int, light: bool) -> int | None:
        """Hand work in [start, end) against the cook's presence, other hand work and pots."""
        away = window_conflict(self.present[cook.id], start, end)
        if away is not None:
            return away
        clashes = overlapping(self.hands[cook.id], start, end)
        if not (light and self.problem.settings.light_beside_tending):
            clashes += overlapping(self.pots[cook.id], start, end)
        return min((busy.start for busy in clashes), default=None)

    def pots_conflict(self, cook: Cook, start: int, end: int, pots: int) -> int | None:
        """Tending in [start, end) against presence, heavy hand work and the pots at once."""
        away = window_conflict(self.present[cook.id], start, end)
        if away is not None:
            return away
        beside = self.problem.settings.light_beside_tending
        heavy = [b for b in overlapping(self.hands[cook.id], start, end) if not (b.light and beside)]
        if heavy:
            return min(busy.start for busy in heavy)
        if pots > cook.tend_capacity:
            return NEVER
        return load_conflict(self.pots[cook.id], start, end, pots, cook.tend_capacity)

    def pool_conflict(self, pool: str, count: int, start: int, end: int, units: int) -> int | None:
        """Units of a pool of equipment beside what is taken of it."""
        return load_conflict(self.pools[pool], start, end, units, count)

    def oven_conflict(self, oven: Oven, start: int, end: int, celsius: int, slots: int) -> int | None:
        """A use of the oven, keeping so far from incompatible uses that each has time for its own warm-up."""
        if not oven.min_celsius <= celsius <= oven.max_celsius or slots > oven.slots:
            return NEVER
        if start - oven.warm_up_minutes < self.now:
            return NEVER
        outages = [Busy(o.start_minutes, o.end_minutes) for o in oven.outages]
        out = overlapping(outages, start - oven.warm_up_minutes, end)
        if out:
            return min(busy.start for busy in out)
        apart = max(oven.change_minutes, oven.warm_up_minutes)
        tolerance = self.problem.settings.oven_tolerance_celsius
        uses = self.ovens[oven.id]
        strange = [use for use in uses if abs(use.celsius - celsius) > tolerance]
        clashes = [use for use in strange if use.start - apart < end and start < use.end + apart]
        if clashes:
            return min(use.start for use in clashes) - apart
        for use in uses:
            if use.start != start and abs(use.start - start) < oven.recovery_minutes:
                return end - (start - (use.start - oven.recovery_minutes))
        return load_conflict(uses, start, end, slots, oven.slots)

    def board_conflict(self, board: str, start: int, end: int) -> int | None:
        """Work or a clean on a board."""
        return min((busy.start for busy in overlapping(self.boards[board], start, end)), default=None)

    def free_slot(self, cook: Cook, low: int, high: int, minutes: int, light: bool, board: str | None) -> int | None:
        """The earliest start of ``minutes`` of hand work within [low, high) (on the board, if any); None without."""
        ends = {low} | {b.end for b in self.hands[cook.id]} | {b.end for b in self.pots[cook.id]}
        ends |= {window.start_minutes for window in self.present[cook.id]}
        if board is not None:
            ends |= {b.end for b in self.boards[board]}
        for start in sorted(time for time in ends if low <= time <= high - minutes):
            free = self.hands_conflict(cook, start, start + minutes, light) is None
            clear = board is None or self.board_conflict(board, start, start + minutes) is None
            if free and clear and self.session_conflict(start, start + minutes) is None:
                return start
        return None

    def session_conflict(self, start: int, end: int) -> int | None:
        """Work that must lie within one session of any sort."""
        sessions = self.problem.sessions
        if not sessions or any(s.start_minutes <= start and end <= s.end_minutes for s in sessions):
            return None
        return max((s.end_minutes for s in sessions if s.end_minutes < end), default=NEVER)


def window_conflict(windows: Iterable[Window], start: int, end: int) -> int | None:
    """Whether [start, end) lies in one window; else the end of the last window that ends before ``end``."""
    latest = NEVER
    for window in windows:
        if window.start_minutes <= start and end <= window.end_minutes:
            return None
        if latest < window.end_minutes < end:
            latest = window.end_minutes
    return latest


def load_conflict(taken: list[Busy], start: int, end: int, load: int, capacity: int) -> int | None:
    """Whether the load fits beside what is taken; else the latest start among what is in the way."""
    if load > capacity:
        return NEVER
    clashes = overlapping(taken, start, end)
    if not clashes or peak(clashes, start) + load <= capacity:
        return None
    return max(busy.start for busy in clashes)
