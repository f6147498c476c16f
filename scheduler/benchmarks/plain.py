"""The plainest CP-SAT model of a project, to compare with: no kitchen, no implied constraints, no first plan.

One interval for each task, one cumulative for each resource; people as one optional interval for each place that they
could fill, no overlap of a person's intervals, and one cumulative for each skill.
"""

import threading
import time

from ortools.sat.python import cp_model

from scheduler.errors import BenchmarkFormatError
from scheduler.problem import Problem, Task
from scheduler.solve import Limits


def solve_plain(
    problem: Problem, limits: Limits, cancel: threading.Event | None = None
) -> tuple[str, int | None, int | None]:
    """Status (``optimal``, ``feasible``, ``infeasible``, ``unknown``), makespan and its bound.

    Raises BenchmarkFormatError for a problem with anything but tasks, links, pools and crews.
    """
    if problem.dishes or problem.ovens or problem.vessels or problem.boards or problem.pins or problem.sessions:
        raise BenchmarkFormatError("the plain model knows projects only, no kitchens")
    started = time.process_time()
    model = cp_model.CpModel()
    starts = {task.id: _start(model, problem, task) for task in problem.tasks}
    intervals = {
        task.id: model.new_fixed_size_interval_var(starts[task.id], task.minutes, task.id) for task in problem.tasks
    }
    _links(model, problem, starts)
    for pool in problem.equipment:
        demands = {
            task.id: sum(need.units for need in task.needs if need.equipment == pool.id) for task in problem.tasks
        }
        users = [name for name, units in demands.items() if units]
        model.add_cumulative([intervals[name] for name in users], [demands[name] for name in users], pool.count)
    _people(model, problem, starts, intervals)
    makespan = model.new_int_var(0, problem.horizon_minutes, "makespan")
    for task in problem.tasks:
        model.add(makespan >= starts[task.id] + task.minutes)
    model.minimize(makespan)
    return _solved(model, limits, cancel, started)


def _start(model: cp_model.CpModel, problem: Problem, task: Task) -> cp_model.IntVar:
    latest = problem.horizon_minutes if task.deadline_minutes is None else task.deadline_minutes
    return model.new_int_var(task.release_minutes, max(task.release_minutes, latest - task.minutes), task.id)


def _links(model: cp_model.CpModel, problem: Problem, starts: dict[str, cp_model.IntVar]) -> None:
    minutes = {task.id: task.minutes for task in problem.tasks}
    for link in problem.links:
        reference = starts[link.before] + (0 if link.from_start else minutes[link.before])
        if link.min_lag_minutes is not None:
            model.add(starts[link.after] >= reference + link.min_lag_minutes)
        if link.max_lag_minutes is not None:
            model.add(starts[link.after] <= reference + link.max_lag_minutes)


def _people(
    model: cp_model.CpModel,
    problem: Problem,
    starts: dict[str, cp_model.IntVar],
    intervals: dict[str, cp_model.IntervalVar],
) -> None:
    work: dict[str, list[cp_model.IntervalVar]] = {cook.id: [] for cook in problem.cooks}
    skills: dict[str, list[tuple[str, int]]] = {}
    for task in problem.tasks:
        for need in task.crew:
            able = [cook for cook in problem.cooks if need.ability in cook.abilities]
            places = {cook.id: model.new_bool_var(f"{cook.id} gives {need.ability} to {task.id}") for cook in able}
            model.add(sum(places.values()) == need.count)
            for cook, present in places.items():
                interval = model.new_optional_fixed_size_interval_var(starts[task.id], task.minutes, present, task.id)
                work[cook].append(interval)
            # What takes no time does not overlap, but nobody is in two places of it.
            skills.setdefault(str(need.ability), []).append((task.id, need.count))
    for works in work.values():
        model.add_no_overlap(works)
    for skill, users in skills.items():
        masters = sum(1 for cook in problem.cooks if skill in cook.abilities)
        model.add_cumulative([intervals[name] for name, _ in users], [units for _, units in users], masters)


def _solved(
    model: cp_model.CpModel, limits: Limits, cancel: threading.Event | None, started: float
) -> tuple[str, int | None, int | None]:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = limits.workers
    solver.parameters.random_seed = limits.seed
    if limits.time_limit_seconds is not None:
        solver.parameters.max_time_in_seconds = limits.time_limit_seconds
    if limits.deterministic_limit is not None:
        solver.parameters.max_deterministic_time = limits.deterministic_limit
    done = threading.Event()

    def stop() -> None:
        while not done.wait(0.02):
            spent = time.process_time() - started
            if (cancel and cancel.is_set()) or (limits.cpu_limit_seconds and spent >= limits.cpu_limit_seconds):
                solver.stop_search()
                return

    threading.Thread(target=stop, daemon=True).start()
    status = solver.solve(model)
    done.set()
    if status == cp_model.INFEASIBLE:
        return "infeasible", None, None
    bound = round(solver.best_objective_bound)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return "optimal" if status == cp_model.OPTIMAL else "feasible", round(solver.objective_value), bound
    return "unknown", None, bound
