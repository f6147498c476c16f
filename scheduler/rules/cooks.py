"""Who does the work: crew, skill, pace, hands, pots, presence."""

from collections.abc import Callable, Iterator
from itertools import combinations

from ortools.sat.python import cp_model

from scheduler.durations import crew_needs, minutes_by_cook, minutes_with_pans, willing
from scheduler.problem import Window
from scheduler.rules.capacity import at_most, work_load
from scheduler.variables import Literal, TaskVars, Value, Variables, Work

MOST_SHARED = 8000
"""Pairs of tasks, times the cooks that they share, that are kept apart one by one; more only hold presolve up."""

Matching = Callable[[Value], set[tuple[str, int]]]
"""Which cook fills which need of a task in some solution."""


def crew(v: Variables) -> None:
    """Each attended task gets the cooks that it needs, one cook for each place.

    For each need k: sum over cooks of fills(c, k) = count(k), fills only with the ability, sum over k of
    fills(c, k) = does(c).
    """
    for t in v.tasks.values():
        pin = v.pinned(t.task.id)
        if pin and pin.cooks is not None:
            for cook, does in t.does.items():
                v.model.add(does == (cook in pin.cooks))
            continue
        needs = crew_needs(t.task)
        if len(needs) == 1:
            v.model.add(sum(t.does.values()) == needs[0].count)
        elif needs:
            _fill_places(v, t)


def _fill_places(v: Variables, t: TaskVars) -> None:
    fills: dict[str, list[Literal]] = {cook: [] for cook in t.does}
    matching = _matching(v, t)
    for number, need in enumerate(crew_needs(t.task)):
        able = [c for c in t.does if need.ability is None or need.ability in v.cooks[c].abilities]
        places = {c: _place(v, t, c, number, matching) for c in able}
        v.model.add(sum(places.values()) == need.count)
        for cook, literal in places.items():
            fills[cook].append(literal)
    for cook, literals in fills.items():
        v.model.add(sum(literals) == t.does[cook])


def _place(v: Variables, t: TaskVars, cook: str, number: int, matching: Matching) -> Literal:
    return v.implied(f"{cook} is {number} of {t.task.id}", lambda at: (cook, number) in matching(at))


def _matching(v: Variables, t: TaskVars) -> Matching:
    """The filling of the task's places by the chosen cooks; it is asked for every place, so the last one is kept."""
    known: dict[tuple[int, ...], set[tuple[str, int]]] = {}

    def matching(at: Value) -> set[tuple[str, int]]:
        chosen = tuple(at(does) for does in t.does.values())
        if chosen not in known:
            known.clear()
            known[chosen] = _filling(v, t, at)
        return known[chosen]

    return matching


def _filling(v: Variables, t: TaskVars, at: Value) -> set[tuple[str, int]]:
    """A filling of the places by the chosen cooks, by augmenting paths; empty when there is none."""
    places = [(n, copy) for n, need in enumerate(crew_needs(t.task)) for copy in range(need.count)]
    abilities = [need.ability for need in crew_needs(t.task)]
    filled: dict[tuple[int, int], str] = {}

    def seat(cook: str, tried: set[tuple[int, int]]) -> bool:
        for place in places:
            ability = abilities[place[0]]
            if place in tried or not (ability is None or ability in v.cooks[cook].abilities):
                continue
            tried.add(place)
            if place not in filled or seat(filled[place], tried):
                filled[place] = cook
                return True
        return False

    seated = all(seat(cook, set()) for cook, does in t.does.items() if at(does))
    return {(cook, place[0]) for place, cook in filled.items()} if seated else set()


def shared_cooks_apart(v: Variables) -> None:
    """Two tasks that share a cook come one after the other (implied, for speed, where abilities are asked for).

    does(i, c) and does(j, c) imply end(i) <= start(j) or end(j) <= start(i); so do two needs for one set of abilities
    that is too small for both. Only the latter where the former would be more than ``MOST_SHARED``.
    """
    hands = [t for t in v.tasks.values() if t.task.attention == "hands_on" and not t.settled and t.task.minutes]
    if not any(need.ability for t in hands for need in crew_needs(t.task)):
        return
    shared = {
        (i.task.id, j.task.id): [cook for cook in i.does if cook in j.does]
        for i, j in combinations(hands, 2)
        if i.task.id not in v.before[j.task.id] and j.task.id not in v.before[i.task.id]
    }
    many = sum(map(len, shared.values())) > MOST_SHARED
    for (one, other), cooks in shared.items():
        i, j = v.tasks[one], v.tasks[other]
        together = not _too_few(v, i, j)
        if not cooks or (together and many):
            continue
        first, second = _ends_before(v, i, j), _ends_before(v, j, i)
        if not together:
            v.model.add_bool_or(first, second)
            continue
        for cook in cooks:
            v.model.add_bool_or(first, second, ~i.does[cook], ~j.does[cook])


def _ends_before(v: Variables, i: TaskVars, j: TaskVars) -> Literal:
    before = v.implied(f"{i.task.id} ends before {j.task.id}", lambda at: at(i.end) <= at(j.start))
    v.model.add(i.end <= j.start).only_enforce_if(before)
    return before


def _too_few(v: Variables, i: TaskVars, j: TaskVars) -> bool:
    """Whether some set of abilities that the two tasks ask for has fewer cooks than both need at once."""
    needs = [*crew_needs(i.task), *crew_needs(j.task)]
    asked = sorted({need.ability for need in needs if need.ability})
    for width in range(1, len(asked) + 1):
        for group in combinations(asked, width):
            able = sum(1 for cook in v.problem.cooks if set(group) & set(cook.abilities))
            if sum(need.count for need in needs if need.ability in group) > able:
                return True
    return False


def skills_and_refusals(v: Variables) -> None:
    """Nobody does what is above their skill or what they refuse: does(c) = 0."""
    for cook in v.problem.cooks:
        for work in v.work[cook.id]:
            if work.free:
                continue
            if work.skill > cook.skill or set(work.tags) & set(cook.refuses):
                v.model.add(work.literal == 0)


def pace(v: Variables) -> None:
    """A slower cook takes longer over work by hand: size = ceil(minutes × pace / 100), the slowest of a crew."""
    for t in v.tasks.values():
        if t.task.attention != "hands_on" or isinstance(t.size, int):
            continue
        minutes = {c: minutes_by_cook(t.task, v.cooks[c]) for c in t.does}
        if sum(need.count for need in crew_needs(t.task)) == 1:
            v.model.add(t.size == sum(minutes[c] * does for c, does in t.does.items()))
        else:
            v.model.add_max_equality(t.size, [minutes[c] * does for c, does in t.does.items()])


def one_pair_of_hands(v: Variables) -> None:
    """A cook's hands do one thing at a time: the hands-on intervals of a cook do not overlap."""
    for cook in v.problem.cooks:
        at_most(v, [work_load(v, w, 1) for w in v.work[cook.id] if w.hands and not w.done], 1)


def tending(v: Variables) -> None:
    """Watching pots goes beside light work only, and only so many pots at once.

    At each minute: pots tended + capacity × (heavy hands-on work) <= capacity of the cook.
    """
    for cook in v.problem.cooks:
        works = [w for w in v.work[cook.id] if not w.done]
        pots = [w for w in works if not w.hands]
        if not pots:
            continue
        capacity = cook.tend_capacity
        beside = v.problem.settings.light_beside_tending
        heavy = [w for w in works if w.hands and not (w.light and beside)]
        loads = [work_load(v, w, w.pots) for w in pots] + [work_load(v, w, capacity) for w in heavy]
        at_most(v, loads, capacity)


def presence(v: Variables) -> None:
    """Nobody works while absent: each piece of work lies in one presence window of its cook."""
    for cook in v.problem.cooks:
        windows = v.windows(cook.id)
        for work in v.work[cook.id]:
            if work.free:
                continue
            _start_in_windows(v, work, windows)
            for number, literal in windows_of(v, work).items():
                v.model.add(work.start >= windows[number].start_minutes).only_enforce_if(literal)
                v.model.add(work.end <= windows[number].end_minutes).only_enforce_if(literal)


def _start_in_windows(v: Variables, work: Work, windows: tuple[Window, ...]) -> None:
    """Implied for speed: the starts that fit, as one domain."""
    if len(windows) == 1 or not isinstance(work.size, int):
        return
    spans = [[w.start_minutes, w.end_minutes - work.size] for w in windows]
    domain = cp_model.Domain.from_intervals([s for s in spans if s[0] <= s[1]])
    v.model.add_linear_expression_in_domain(work.start, domain).only_enforce_if(work.literal)


def windows_of(v: Variables, work: Work) -> dict[int, Literal]:
    """For each presence window of the cook a literal that says that this work is done in it."""
    if work.label not in v.in_window:
        windows = dict(enumerate(v.windows(work.cook)))
        if work.free:
            inside = {n: work.literal for n, window in windows.items() if _settled_inside(v, work, window)}
            v.in_window[work.label] = dict(inside)
        elif len(windows) == 1:
            v.in_window[work.label] = {0: work.literal}
        else:
            chosen = {n: _in_window(v, work, n, window) for n, window in windows.items()}
            v.model.add(sum(chosen.values()) == work.literal)
            v.in_window[work.label] = dict(chosen)
    return v.in_window[work.label]


def _in_window(v: Variables, work: Work, number: int, window: Window) -> Literal:
    low, high = window.start_minutes, window.end_minutes
    return v.implied(f"{work.label} in window {number}", lambda at: at(work.literal) and low <= at(work.start) < high)


def _settled_inside(v: Variables, work: Work, window: Window) -> bool:
    """Whether what is done or running lies in the window (what a cook does of it)."""
    pin = v.pins[work.owner]
    if pin.start_minutes is None or pin.end_minutes is None:
        return False
    end = pin.start_minutes + work.size if isinstance(work.size, int) else pin.end_minutes
    return window.start_minutes <= pin.start_minutes and end <= window.end_minutes


def watched_fire(v: Variables) -> None:
    """Somebody is in the kitchen while something is on the fire: [start, end) lies in the union of presences."""
    if not v.problem.settings.watch_fire or not v.problem.cooks:
        return
    spans = merged([w for cook in v.problem.cooks for w in v.windows(cook.id)])
    if spans == [(0, v.horizon)]:
        return
    for t in v.tasks.values():
        if not t.task.on_fire or t.settled:
            continue
        for literals, minutes in _size_cases(v, t):
            fits = [[low, high - minutes] for low, high in spans if high - low >= minutes]
            domain = cp_model.Domain.from_intervals(fits)
            v.model.add_linear_expression_in_domain(t.start, domain).only_enforce_if(*literals)


def _size_cases(v: Variables, t: TaskVars) -> Iterator[tuple[list[Literal], int]]:
    """The possible lengths of the task, each with the literals under which it has that length."""
    if isinstance(t.size, int):
        yield [], t.size
    elif len(t.pans) > 1:
        for pans, literal in t.pans.items():
            yield [literal], minutes_with_pans(t.task, pans)
    else:
        for cook in t.does:
            yield [t.does[cook]], minutes_by_cook(t.task, v.cooks[cook])


def merged(windows: list[Window]) -> list[tuple[int, int]]:
    """The union of windows as disjoint spans in time order."""
    spans: list[tuple[int, int]] = []
    for window in sorted(windows, key=lambda w: (w.start_minutes, w.end_minutes)):
        if spans and window.start_minutes <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], window.end_minutes))
        else:
            spans.append((window.start_minutes, window.end_minutes))
    return spans


def able_cooks(v: Variables, t: TaskVars) -> list[str]:
    """The cooks whom skill and refusals let do the task."""
    return [c for c in t.does if willing(t.task, v.cooks[c])]
