"""How many people there are for what tasks ask for: a limit that follows from who does what, for speed."""

from scheduler.durations import crew_needs
from scheduler.rules.capacity import Load, at_most, task_load
from scheduler.variables import TaskVars, Variables

MOST_GROUPS = 15
"""Sets of abilities that get a limit, the busiest first: all sets of four abilities; more of them hold presolve up."""
MOST_SEEN = 2000
"""Sets of abilities that are looked at; fifteen abilities of a published project have about a hundred."""


def abilities_in_parallel(v: Variables) -> None:
    """People with one of some abilities cannot be in more places than there are such people (implied, for speed).

    For a set S of abilities that tasks by hand ask for, "any" among them: at each minute sum of counts of needs in S <=
    number of cooks with an ability in S. Only for the ``MOST_GROUPS`` sets whose cooks have most to do, each on
    average.
    """
    hands = [t for t in v.tasks.values() if t.task.attention == "hands_on" and not t.settled]
    if len(v.problem.cooks) < 2:
        return  # one_pair_of_hands says it
    asked = {need.ability for t in hands for need in crew_needs(t.task)}
    masters = {
        ability: frozenset(c.id for c in v.problem.cooks if ability is None or ability in c.abilities)
        for ability in sorted(asked, key=str)
    }
    limits: list[tuple[float, int, list[Load]]] = []
    for able, group in _groups(masters).items():
        places = [(t, units) for t in hands if (units := _places_for(t, group))]
        if sum(units for _, units in places) > len(able):
            work = sum(units * t.task.minutes for t, units in places)
            limits.append((work / max(1, len(able)), len(able), [task_load(v, t, units) for t, units in places]))
    limits.sort(key=lambda limit: -limit[0])
    for _, people, loads in limits[:MOST_GROUPS]:
        at_most(v, loads, people)


def _places_for(t: TaskVars, group: frozenset[str | None]) -> int:
    return sum(need.count for need in crew_needs(t.task) if need.ability in group)


def _groups(masters: dict[str | None, frozenset[str]]) -> dict[frozenset[str], frozenset[str | None]]:
    """Sets of abilities by the cooks who have one of them: all that these cooks alone can do.

    Only sets that cooks with several abilities hold together: others say no more than their parts.
    """
    groups: dict[frozenset[str], frozenset[str | None]] = {}
    found = list(masters.values())
    for able in found:
        if able in groups or len(groups) == MOST_SEEN:
            continue
        groups[able] = frozenset(name for name, few in masters.items() if few <= able)
        found += [able | few for name, few in masters.items() if few & able and name not in groups[able]]
    return groups
