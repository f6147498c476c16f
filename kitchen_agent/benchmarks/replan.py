"""Replanning against keeping the old order with shifted times: latency, lateness and churn over seeded disturbances.

python -m kitchen_agent.benchmarks.replan [DISTURBANCES]

Dinners of about 60 tasks and 4 cooks are put together from the checked task graphs of the checkout. Each is planned and
cooked by its plan up to a random moment; then one thing goes wrong and the rest is planned again.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from kitchen_agent.dinner import build_problem
from kitchen_agent.errors import EventRefusedError, KitchenAgentError
from kitchen_agent.live import events as happen
from kitchen_agent.live.events import Event, Happening
from kitchen_agent.live.refusals import refuse
from kitchen_agent.live.replan import Replanned, replan
from kitchen_agent.live.session import Session, apply, fold
from kitchen_agent.live.wording import sentence
from kitchen_agent.menu import DinnerRequest
from kitchen_agent.plan import DinnerPlan, make_plan
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph
from scheduler import Limits, Solved, solve
from scheduler.check import check
from scheduler.schedule import Schedule

GRAPHS: Final = Path(__file__).parents[2] / "finetune" / "data" / "graphs.jsonl"
TASKS: Final = 60
EACH: Final = 20
"""Disturbances of one dinner."""
LONGEST_TASK_MINUTES: Final = 120
COURSES: Final = ("starter", "soup", "main", "side", "salad", "dessert")


@dataclass(frozen=True)
class Measured:
    """One disturbance: what it was, the schedule before it, how long the answer took, and what came of it."""

    kind: str
    words: str
    old: Schedule
    wall_seconds: float
    cpu_seconds: float
    answer: Replanned
    holds: bool


def main() -> None:
    """Print the table."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    graphs = [TaskGraph.model_validate_json(line) for line in GRAPHS.read_text(encoding="utf-8").splitlines()]
    measured: list[Measured] = []
    seed = 0
    while len(measured) < wanted:
        seed += 1
        plan = _plan(graphs, random.Random(seed))
        if plan is not None:
            measured += list(_disturbed(plan, random.Random(seed), min(EACH, wanted - len(measured))))
            print(f"dinner {seed}: {len(plan.problem.tasks)} tasks, {len(measured)} disturbances so far", flush=True)
    _report(measured)


def _plan(graphs: list[TaskGraph], rng: random.Random) -> DinnerPlan | None:
    """A dinner of about TASKS tasks, planned; None when this one does not fit."""
    chosen: list[TaskGraph] = []
    for graph in rng.sample(graphs, len(graphs)):
        short = all(task.minutes <= LONGEST_TASK_MINUTES for task in graph.tasks)
        if short and graph.course in COURSES and sum(len(g.tasks) for g in [*chosen, graph]) <= TASKS:
            chosen.append(graph)
        if sum(len(g.tasks) for g in chosen) >= TASKS - 2:
            break
    ids = {f"dish-{number}": graph for number, graph in enumerate(chosen, 1)}
    asked = {
        "guests": 6,
        "time_zone": "UTC",
        "serve_at": "2030-05-04 19:30",
        "dishes": [{"name": name, "id": name} for name in ids],
        "cooks": ["Ana:expert", "Ben", "Cleo", "Dan"],
        "kitchen": {"burners": 6, "ovens": 2},
    }
    request = DinnerRequest.model_validate(asked, context={"now": datetime(2030, 5, 4, 6, tzinfo=UTC)})
    recipes = {name: _stand_in(graph) for name, graph in ids.items()}
    try:
        dinner = build_problem(request, ids, recipes)
    except KitchenAgentError:
        return None
    outcome = solve(dinner.problem, Limits(deterministic_limit=3.0))
    return make_plan(request, recipes, ids, dinner, outcome) if isinstance(outcome, Solved) else None


def _stand_in(graph: TaskGraph) -> Recipe:
    """A recipe of the right size: the benchmark needs the graph only."""
    lines = max((index for task in graph.tasks for index in task.uses), default=0) + 1
    steps = max((index for task in graph.tasks for index in task.steps), default=0) + 1
    return Recipe(
        key=graph.key,
        title=graph.key,
        servings=graph.servings,
        ingredients=tuple(f"ingredient {number}" for number in range(1, lines + 1)),
        steps=tuple(f"Step {number}." for number in range(1, steps + 1)),
    )


def _disturbed(plan: DinnerPlan, rng: random.Random, count: int) -> Iterator[Measured]:
    items = sorted((item for item in plan.items if item.kind == "task"), key=lambda item: (item.start, item.id))
    found = 0
    while found < count:
        now = rng.choice(items[: int(len(items) * 0.9)]).start + timedelta(minutes=1)
        session = _played(plan, now)
        what = _disturbance(session, now, rng)
        try:
            refuse(session, what)
        except EventRefusedError:
            continue
        session = apply(session, Event(key="x", at=now, by="benchmark", what=what))
        wall, cpu = time.perf_counter(), time.process_time()
        answer = replan(session, now)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        holds = answer.plan is not None and not check(answer.plan.problem, answer.plan.schedule).violations
        found += 1
        yield Measured(what.kind, sentence(session, what), plan.schedule, wall, cpu, answer, holds)


def _played(plan: DinnerPlan, now: datetime) -> Session:
    happened: list[tuple[datetime, int, str, Happening]] = []
    for item in (item for item in plan.items if item.kind == "task"):
        if item.start <= now:
            happened.append((item.start, 1, item.id, happen.TaskStarted(task=item.id)))
        if item.end <= now:
            happened.append((item.end, 0, item.id, happen.TaskDone(task=item.id)))
    happened.sort(key=lambda entry: entry[:3])
    events = (Event(key=str(n), at=at, by="benchmark", what=what) for n, (at, _, _, what) in enumerate(happened))
    return fold(plan, plan.starts_at, events)


def _disturbance(session: Session, now: datetime, rng: random.Random) -> Happening:
    running = [task for task, progress in session.tasks.items() if progress.state == "running"]
    waiting = [task.id for task in session.plan.problem.tasks if session.progress(task.id).state == "waiting"]
    task, later = rng.choice(running or waiting), rng.choice(waiting or running)
    cook = rng.choice(session.plan.problem.cooks).id
    choices: list[Happening] = [
        happen.NeedsMinutes(task=task, minutes=rng.randint(5, 20)),
        happen.NeedsMinutes(task=later, minutes=rng.randint(5, 20)),
        happen.TaskRedo(task=task),
        happen.TaskSkipped(task=later),
        happen.TaskPaused(task=task),
        happen.CookLeaves(cook=cook, at=now + timedelta(minutes=rng.randint(0, 30))),
        happen.EquipmentFails(equipment="burner", units=rng.randint(1, 3)),
        happen.EquipmentFails(equipment=rng.choice(session.plan.problem.ovens).id),
        happen.GuestsChanged(guests=rng.choice((4, 5, 7, 8))),
        happen.ServingMoved(serve_at=session.plan.serve_at + timedelta(minutes=rng.choice((-10, 10, 20, 30)))),
    ]
    return rng.choice(choices)


def _report(measured: list[Measured]) -> None:
    kinds = Counter(entry.kind for entry in measured)
    print(f"\n{len(measured)} disturbances: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    print("\nlatency, seconds        p50    p95    max")
    for name in ("wall_seconds", "cpu_seconds"):
        values = sorted(getattr(entry, name) for entry in measured)
        at95 = values[min(len(values) - 1, int(0.95 * len(values)))]
        print(f"{name.partition('_')[0]:20} {statistics.median(values):6.2f} {at95:6.2f} {values[-1]:6.2f}")
    print(f"\nplans that keep every rule: {sum(entry.holds for entry in measured)}")
    print(f"plans that gave a wish up:  {sum(bool(entry.answer.given_up) for entry in measured)}")
    for entry in measured:
        if not entry.holds:
            print(f"no plan: {entry.words}")
    _compare(measured)


def _compare(measured: list[Measured]) -> None:
    """New plans against keeping the old order with shifted times, where that is possible."""
    pairs = [
        (entry.old, entry.answer.plan.schedule, entry.answer.shifted)
        for entry in measured
        if entry.answer.plan is not None and entry.answer.shifted is not None
    ]
    print(f"\nwhere the old order can be shifted ({len(pairs)}), means     new plan   shifted")
    for words, value in _FIGURES.items():
        new = statistics.mean(value(old, plan) for old, plan, _ in pairs)
        kept = statistics.mean(value(old, shifted) for old, _, shifted in pairs)
        print(f"  {words:44} {new:9.1f} {kept:9.1f}")
    ahead = [([t.value for t in plan.terms], [t.value for t in shifted.terms]) for _, plan, shifted in pairs]
    better, worse = sum(new < kept for new, kept in ahead), sum(new > kept for new, kept in ahead)
    print(f"better than shifted: {better}, the same: {len(pairs) - better - worse}, worse: {worse}")


def _late(_: Schedule, new: Schedule) -> float:
    return next(term.value for term in new.terms if term.name == "lateness")


def _other_cooks(old: Schedule, new: Schedule) -> float:
    before = {entry.task: set(entry.cooks) for entry in old.assignments}
    return sum(set(entry.cooks) != before.get(entry.task, set(entry.cooks)) for entry in new.assignments)


def _moved(old: Schedule, new: Schedule) -> float:
    before = {entry.task: entry.start_minutes for entry in old.assignments}
    return sum(abs(entry.start_minutes - before.get(entry.task, entry.start_minutes)) for entry in new.assignments)


_FIGURES: Final[Mapping[str, Callable[[Schedule, Schedule], float]]] = {
    "lateness, minutes over all dishes": _late,
    "churn: tasks with other cooks": _other_cooks,
    "churn: minutes by which starts move, in all": _moved,
}


if __name__ == "__main__":
    main()
