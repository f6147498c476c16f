"""Seeded instances like the published ones, written in their formats.

    python -m scheduler.benchmarks.generated FOLDER --seeds 5

writes one folder for each set. The design follows ProGen (Kolisch, Sprecher and Drexl 1995) with its network
complexity, resource factor and resource strength; for people the first set of Young, Feydy and Schutt (after Almeida,
Correia and Saldanha-da-Gama 2015). They are of the same kind, not the same instances: figures for the published sets
differ.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from random import Random

from scheduler.benchmarks.ranges import whole

RESOURCES = 4
LONGEST = 10


@dataclass(frozen=True)
class Network:
    """Jobs 1…n (1: source, n: sink, both without duration) and their successors; no arc follows from others."""

    durations: dict[int, int]
    successors: dict[int, list[int]]

    def arcs(self) -> list[tuple[int, int]]:
        """All pairs (job, successor)."""
        return [(job, after) for job, row in self.successors.items() for after in row]

    def earliest(self) -> dict[int, int]:
        """The earliest start of each job without regard to resources; the numbers are in topological order."""
        starts = dict.fromkeys(self.durations, 0)
        for job in sorted(starts):
            for after in self.successors[job]:
                starts[after] = max(starts[after], starts[job] + self.durations[job])
        return starts


def network(random: Random, jobs: int, complexity: float) -> Network:
    """``complexity``: arcs for each job, source and sink counted (NC)."""
    sink = jobs + 2
    durations = {1: 0, **{job: random.randint(1, LONGEST) for job in range(2, sink)}, sink: 0}
    after: dict[int, set[int]] = {job: set() for job in durations}
    first, last = 3, 3
    for job in range(2, 2 + first):
        after[1].add(job)
    for job in range(2 + first, sink):
        after[random.choice([j for j in range(2, min(job, sink - last)) if len(after[j]) < 3])].add(job)
    for job in range(2, sink):
        if not after[job]:
            later = range(max(job + 1, 2 + first), sink)
            after[job].add(random.choice(later) if job < sink - last and len(later) > 0 else sink)
    _without_redundant(after)
    for _ in range(50 * jobs):
        if sum(map(len, after.values())) >= complexity * sink:
            break
        i = random.randrange(2, sink - last)
        j = random.randrange(max(i + 1, 2 + first), sink)
        _add_arc(after, i, j)
    return Network(durations, {job: sorted(row) for job, row in after.items()})


def _reached(after: dict[int, set[int]], job: int) -> set[int]:
    reached: set[int] = set()
    stack = [job]
    while stack:
        fresh = after[stack.pop()] - reached
        reached |= fresh
        stack += fresh
    return reached


def _without_redundant(after: dict[int, set[int]]) -> None:
    for row in after.values():
        row -= {job for job in row if any(job in _reached(after, other) for other in row if other != job)}


def _add_arc(after: dict[int, set[int]], i: int, j: int) -> None:
    """Add the arc unless it follows from others or makes one follow."""
    behind = _reached(after, j) | {j}
    if len(after[i]) >= 3 or j in _reached(after, i):
        return
    for job in after:
        if (job == i or i in _reached(after, job)) and after[job] & behind:
            return
    after[i].add(j)


def demands(random: Random, jobs: Network, factor: float) -> dict[int, list[int]]:
    """Units of each resource for each job; ``factor``: the part of the resources that a job uses (RF)."""
    found = {}
    for job, minutes in jobs.durations.items():
        used = random.sample(range(RESOURCES), max(1, round(factor * RESOURCES))) if minutes else []
        found[job] = [random.randint(1, 10) if number in used else 0 for number in range(RESOURCES)]
    return found


def capacities(jobs: Network, units: dict[int, list[int]], strength: float) -> list[int]:
    """Between the largest demand (``strength`` 0) and the peak of the earliest schedule (1) (RS)."""
    starts = jobs.earliest()
    found = []
    for number in range(RESOURCES):
        least = max(1, *(row[number] for row in units.values()))
        peak = max(
            sum(units[j][number] for j in starts if starts[j] <= minute < starts[j] + jobs.durations[j])
            for minute in starts.values()
        )
        found.append(least + round(strength * max(0, peak - least)))
    return found


def sm(seed: int, jobs: int, complexity: float, factor: float, strength: float) -> str:
    """A single-mode instance in PSPLIB's format."""
    random = Random(f"sm {seed} {jobs} {complexity} {factor} {strength}")
    project = network(random, jobs, complexity)
    units = demands(random, project, factor)
    names = "  ".join(f"R {number}" for number in range(1, RESOURCES + 1))
    stars = "*" * 72
    lines = [
        stars,
        f"jobs (incl. supersource/sink ):  {jobs + 2}",
        f"horizon                       :  {sum(project.durations.values())}",
        "RESOURCES",
        f"  - renewable                 :  {RESOURCES}   R",
        "  - nonrenewable              :  0   N",
        "  - doubly constrained        :  0   D",
        stars,
        "PRECEDENCE RELATIONS:",
        "jobnr.    #modes  #successors   successors",
        *(f"{job:4} 1 {len(row):4}   " + " ".join(map(str, row)) for job, row in project.successors.items()),
        stars,
        "REQUESTS/DURATIONS:",
        f"jobnr. mode duration  {names}",
        "-" * 72,
        *(f"{job:4} 1 {minutes:4}   " + " ".join(map(str, units[job])) for job, minutes in project.durations.items()),
        stars,
        "RESOURCEAVAILABILITIES:",
        f"  {names}",
        "  " + " ".join(map(str, capacities(project, units, strength))),
        stars,
    ]
    return "\n".join(lines) + "\n"


def sch(seed: int, jobs: int, factor: float, strength: float, back: float) -> str:
    """An instance with minimal and maximal lags in ProGen/max's format; ``back``: maximal lags for each job."""
    random = Random(f"sch {seed} {jobs} {factor} {strength} {back}")
    project = network(random, jobs, 1.5)
    units = demands(random, project, factor)
    sink = jobs + 2
    lags = {
        (i, j): 0 if i == 1 else project.durations[i] if j == sink else random.randint(0, 2 * project.durations[i])
        for i, j in project.arcs()
    }
    for job in range(2, sink):
        lags.setdefault((job, sink), project.durations[job])
    for _ in range(round(back * jobs)):
        i = random.randrange(2, sink - 1)
        behind = [j for (a, j) in lags if a == i and 1 < j < sink and (j, i) not in lags and lags[a, j] >= 0]
        if behind:
            j = random.choice(behind)
            lags[j, i] = -max(1, round(random.uniform(1.0, 2.5) * max(project.durations[i], lags[i, j])))
    lines = [f"{jobs}\t{RESOURCES}\t0\t0"]
    for job in project.durations:
        row = [(j, lag) for (i, j), lag in lags.items() if i == job]
        lines.append(
            "\t".join([str(job - 1), "1", str(len(row)), *(str(j - 1) for j, _ in row), *(f"[{g}]" for _, g in row)])
        )
    for job, minutes in project.durations.items():
        lines.append("\t".join(map(str, [job - 1, 1, minutes, *units[job]])))
    lines.append("\t".join(map(str, capacities(project, units, strength))))
    return "\n".join(lines) + "\n"


def dzn(seed: int, jobs: int, complexity: float, skills: int, factor: float, people: int) -> str:
    """A multi-skill instance in the library's format; ``factor``: the part of the skills that a job asks for (SF)."""
    random = Random(f"dzn {seed} {jobs} {complexity} {skills} {factor} {people}")
    project = network(random, jobs, complexity)
    mastery = [random.sample(range(skills), random.randint(1, min(3, skills))) for _ in range(people)]
    required = []
    for minutes in project.durations.values():
        row = [0] * skills
        asked = random.sample(range(skills), max(1, round(factor * skills))) if minutes else []
        for skill in asked:
            row[skill] = random.randint(1, 3)
        while not _staffed(row, mastery):
            skill = random.choice([skill for skill in asked if row[skill]])
            row[skill] -= 1
        required.append(row)
    arcs = project.arcs()
    lines = [
        f"nActs = {jobs + 2};",
        f"dur = {list(project.durations.values())};",
        f"nSkills = {skills};",
        "sreq = [| " + "\n\t| ".join(",".join(map(str, row)) + "," for row in required) + " |];",
        f"nResources = {people};",
        "mastery = [| "
        + "\n\t| ".join(",".join("true" if s in has else "false" for s in range(skills)) + "," for has in mastery)
        + " |];",
        f"nPrecs = {len(arcs)};",
        f"pred = {[before for before, _ in arcs]};",
        f"succ = {[after for _, after in arcs]};",
    ]
    return "\n".join(lines) + "\n"


def _staffed(required: list[int], mastery: list[list[int]]) -> bool:
    """Whether so many people can give these skills at once (Hall's condition)."""
    asked = [skill for skill, units in enumerate(required) if units]
    return all(
        sum(required[skill] for skill in group) <= sum(1 for has in mastery if set(group) & set(has))
        for width in range(1, len(asked) + 1)
        for group in combinations(asked, width)
    )


def instances(seed: int) -> Iterator[tuple[str, str, str]]:
    """Each combination of the parameters once: name of the set, ending, text."""
    for jobs in (30, 60):
        for complexity, factor, strength in product((1.5, 2.1), (0.25, 0.5, 0.75, 1.0), (0.2, 0.5, 0.7)):
            yield f"j{jobs}", ".sm", sm(seed, jobs, complexity, factor, strength)
    for jobs in (30, 50):
        for factor, strength, back in product((0.5, 1.0), (0.0, 0.25, 0.5), (0.1, 0.3)):
            yield f"max{jobs}", ".sch", sch(seed, jobs, factor, strength, back)
    for factor, people, complexity in product((0.5, 0.75, 1.0), (10, 15, 20), (1.5, 2.1)):
        yield "skills20", ".dzn", dzn(seed, 20, complexity, 4, factor, people)
    for skills, people, complexity in product((4, 8), (8, 12), (1.5, 2.1)):
        yield "skills30", ".dzn", dzn(seed, 30, complexity, skills, 1.5 / skills, people)
    for (skills, people), complexity in product(((9, 12), (12, 18), (15, 26)), (1.5, 2.1)):
        yield "skills60", ".dzn", dzn(seed, 60, complexity, skills, 3 / skills, people)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sets."""
    parser = argparse.ArgumentParser(prog="python -m scheduler.benchmarks.generated", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=whole(1), default=3, help="instances for each combination of parameters")
    options = parser.parse_args(arguments)
    for seed in range(options.seeds):
        for number, (name, ending, text) in enumerate(instances(seed)):
            folder = options.folder / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}_{number:02}_{seed}{ending}").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
