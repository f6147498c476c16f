"""How many people there are for what tasks ask for: a limit that follows from who does what, for speed."""

from collections.abc import Iterator
from itertools import combinations

from scheduler.durations import crew_needs
from scheduler.variables import TaskVars, Variables

MOST_GROUPS = 30
"""Sets of abilities that get a limit: all of four abilities; of many more, presolve would take most of the time."""


def abilities_in_parallel(v: Variables) -> None:
    """People with one of some abilities cannot be in more places than there are such people (implied, for speed).

    For a set S of abilities that tasks ask for: at each minute sum of counts of needs in S <= number of cooks with an
    ability in S. Only when every attended task is hands-on, and for no more than ``MOST_GROUPS`` sets.
    """
    asked = sorted({n.ability for t in v.tasks.values() for n in crew_needs(t.task) if n.ability})
    if not asked or any(t.task.attention == "tend" or t.settled for t in v.tasks.values()):
        return
    masters = {ability: frozenset(c.id for c in v.problem.cooks if ability in c.abilities) for ability in asked}
    added = 0
    for group, able in _groups(masters):
        loads = [(t, units) for t in v.tasks.values() if (units := _places_for(t, group))]
        if sum(units for _, units in loads) > able:
            v.model.add_cumulative([t.interval for t, _ in loads], [units for _, units in loads], able)
            added += 1
        if added == MOST_GROUPS:
            return


def _places_for(t: TaskVars, group: frozenset[str]) -> int:
    return sum(need.count for need in crew_needs(t.task) if need.ability in group)


def _groups(masters: dict[str, frozenset[str]]) -> Iterator[tuple[frozenset[str], int]]:
    """Sets of abilities that cooks hold together, each with all that its cooks alone can do, and how many cooks.

    A set that cooks do not connect says no more than its parts, one that lacks an ability of its own cooks less than
    the whole. First the single abilities, then pairs and so on up to four.
    """
    seen: set[frozenset[str]] = set()
    for width in range(1, min(4, len(masters)) + 1):
        for names in combinations(masters, width):
            able = frozenset[str]().union(*(masters[name] for name in names))
            if able in seen:
                continue
            seen.add(able)
            group = frozenset(name for name, cooks in masters.items() if cooks <= able)
            if _held_together(masters, group):
                yield group, len(able)


def _held_together(masters: dict[str, frozenset[str]], group: frozenset[str]) -> bool:
    """Whether cooks with several abilities connect all abilities of the group."""
    reached = {min(group)}
    while more := {a for a in group - reached if any(masters[a] & masters[b] for b in reached)}:
        reached |= more
    return reached == group
