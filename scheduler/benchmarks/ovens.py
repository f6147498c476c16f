"""Ovens of one temperature at a time: literals for before and after, as this scheduler has them, against blocks.

    python -m scheduler.benchmarks.ovens

A seeded family: bakings of four temperatures with due times, an oven or two with a few slots, minutes to change the
temperature; the sum of lateness is minimised. The rival is the usual model of batches and setups: each oven runs a
sequence of blocks, a block has one temperature, every baking lies in one block. With no tolerance of temperatures both
mean the same. The published Oven Scheduling Problem (Lackner, Mrkvicka, Musliu, Walkiewicz and Winter 2023) is another
one: the jobs of its batches start and end together, and its cost is oven time, which no kitchen has.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from ortools.sat.python import cp_model

from scheduler.benchmarks.ranges import positive, whole
from scheduler.benchmarks.run import Answer, judged
from scheduler.problem import Dish, Oven, OvenUse, Problem, Settings, Task
from scheduler.solve import Limits, solve

CELSIUS = (160, 180, 200, 220)
SIZES = (8, 12, 16, 20)


def bakings(seed: int, count: int) -> Problem:
    """So many bakings, each a dish of its own with a due time; one oven for 12 of them."""
    random = Random(f"ovens {seed} {count}")
    ovens = 1 + count // 13
    tasks, dishes = [], []
    for number in range(count):
        name, minutes = f"baking {number}", random.randint(2, 12) * 5
        use = OvenUse(celsius=random.choice(CELSIUS), slots=random.randint(1, 2))
        tasks.append(Task(id=name, minutes=minutes, dish=name, oven=use, release_minutes=random.randint(0, 6) * 10))
        dishes.append(Dish(id=name, serve_at_minutes=minutes + random.randint(2, 2 + 2 * count // ovens) * 10))
    return Problem(
        horizon_minutes=sum(task.minutes + 10 for task in tasks) + 60,
        tasks=tuple(tasks),
        dishes=tuple(dishes),
        ovens=tuple(
            Oven(id=f"oven {number}", slots=3, warm_up_minutes=0, change_minutes=10) for number in range(ovens)
        ),
        settings=Settings(oven_tolerance_celsius=0),
        objective=("lateness",),
    )


@dataclass(frozen=True)
class _Block:
    """Block ``number`` of an oven; ``celsius``: one literal for each temperature, none true when it is not used."""

    start: cp_model.IntVar
    end: cp_model.IntVar
    celsius: dict[int, cp_model.IntVar]


def solve_blocks(problem: Problem, limits: Limits) -> Answer:
    """The least sum of lateness with explicit blocks of temperature."""
    model = cp_model.CpModel()
    horizon = problem.horizon_minutes
    starts = {task.id: model.new_int_var(task.release_minutes, horizon - task.minutes, "") for task in problem.tasks}
    inside = {task.id: {oven.id: model.new_bool_var("") for oven in problem.ovens} for task in problem.tasks}
    for task in problem.tasks:
        model.add_exactly_one(inside[task.id].values())
    for oven in problem.ovens:
        blocks = _blocks(model, oven, len(problem.tasks), horizon)
        uses = []
        for task in problem.tasks:
            present, start = inside[task.id][oven.id], starts[task.id]
            _in_one_block(model, task, start, present, blocks)
            uses.append(model.new_optional_fixed_size_interval_var(start, task.minutes, present, ""))
        model.add_cumulative(uses, [task.oven.slots if task.oven else 0 for task in problem.tasks], oven.slots)
    late = []
    for task, dish in zip(problem.tasks, problem.dishes, strict=True):
        due = dish.serve_at_minutes or 0
        late.append(model.new_int_var(0, horizon, ""))
        model.add(late[-1] >= starts[task.id] + task.minutes - due)
    model.minimize(sum(late))
    return _answer(model, limits)


def _blocks(model: cp_model.CpModel, oven: Oven, count: int, horizon: int) -> list[_Block]:
    """The blocks of an oven in their order, the unused ones last."""
    blocks = []
    for _ in range(count):
        start, end = model.new_int_var(0, horizon, ""), model.new_int_var(0, horizon, "")
        celsius = {degrees: model.new_bool_var("") for degrees in CELSIUS}
        model.add_at_most_one(celsius.values())
        model.add(end >= start)
        blocks.append(_Block(start, end, celsius))
    for first, second in pairwise(blocks):
        used = model.new_bool_var("")
        model.add(sum(second.celsius.values()) == used)
        model.add(sum(first.celsius.values()) >= used)
        model.add(second.start >= first.end + oven.change_minutes).only_enforce_if(used)
        for degrees in CELSIUS:
            # Two neighbours of one temperature would be one block.
            model.add_bool_or(~first.celsius[degrees], ~second.celsius[degrees])
    return blocks


def _in_one_block(
    model: cp_model.CpModel, task: Task, start: cp_model.IntVar, present: cp_model.IntVar, blocks: list[_Block]
) -> None:
    chosen = []
    for block in blocks:
        literal = model.new_bool_var("")
        model.add(block.start <= start).only_enforce_if(literal)
        model.add(block.end >= start + task.minutes).only_enforce_if(literal)
        if task.oven:
            model.add_implication(literal, block.celsius[task.oven.celsius])
        chosen.append(literal)
    model.add(sum(chosen) == present)


def _answer(model: cp_model.CpModel, limits: Limits) -> Answer:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = limits.workers
    solver.parameters.interleave_search = True
    solver.parameters.random_seed = limits.seed
    if limits.deterministic_limit is not None:
        solver.parameters.max_deterministic_time = limits.deterministic_limit
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer("unknown", None, None)
    name = "optimal" if status == cp_model.OPTIMAL else "feasible"
    return Answer(name, round(solver.objective_value), round(solver.best_objective_bound))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table: for each size, how many were proved and the sum of lateness found."""
    parser = argparse.ArgumentParser(prog="python -m scheduler.benchmarks.ovens", description=__doc__)
    parser.add_argument("--seeds", type=whole(1), default=4, help="instances of each size (default %(default)s)")
    parser.add_argument("--deterministic-limit", type=positive, default=1.0, help="work for each (default %(default)s)")
    options = parser.parse_args(arguments)
    limits = Limits(deterministic_limit=options.deterministic_limit)
    print(f"{'bakings':>7} {'before/after: proved':>21} {'lateness':>9} {'blocks: proved':>15} {'lateness':>9}")
    for count in SIZES:
        problems = [bakings(seed, count) for seed in range(options.seeds)]
        ours = [judged(problem, solve(problem, limits)) for problem in problems]
        blocks = [solve_blocks(problem, limits) for problem in problems]
        print(f"{count:7} {_cells(ours, 21)} {_cells(blocks, 15)}", flush=True)
    return 0


def _cells(answers: list[Answer], width: int) -> str:
    proved = sum(answer.status == "optimal" for answer in answers)
    found = [answer.objective for answer in answers if answer.objective is not None]
    late = str(sum(found)) if len(found) == len(answers) else "–"
    return f"{f'{proved}/{len(answers)}':>{width}} {late:>9}"


if __name__ == "__main__":
    sys.exit(main())
