"""For brute force: every form of every task that a plan may have inserted."""

from collections.abc import Iterable, Iterator

from scheduler.problem import Problem, Task
from scheduler.schedule import Assignment, Inserted


def insertable(problem: Problem, assignments: list[Assignment]) -> Iterator[list[Inserted]]:
    """For each thing that may be inserted, all its forms."""
    tasks = {task.id: task for task in problem.tasks}
    for entry in assignments:
        task = tasks[entry.task]
        if task.oven and entry.oven:
            yield list(_warm_ups(problem, task, entry.oven))
        if problem.settings.hygiene and (task.board or task.attention == "hands_on"):
            yield [
                Inserted(
                    id=f"clean:{task.id}",
                    kind="clean",
                    start_minutes=start,
                    end_minutes=end,
                    cook=cook.id,
                    task=task.id,
                    board=entry.board,
                )
                for start, end in _spans(problem, [problem.settings.clean_minutes])
                for cook in problem.cooks
            ]
    for dish, letter in vessel_letters(problem, assignments):
        yield list(_wash_ups(problem, dish, letter))


def _warm_ups(problem: Problem, task: Task, name: str) -> Iterator[Inserted]:
    oven = next(oven for oven in problem.ovens if oven.id == name)
    cooks: list[str | None] = [cook.id for cook in problem.cooks]
    lengths = [oven.warm_up_minutes, oven.change_minutes] if oven.warm_up_minutes else []
    for start, end in _spans(problem, lengths):
        for cook in cooks if problem.settings.oven_touch_minutes else [None]:
            yield Inserted(
                id=f"warm_up:{task.id}",
                kind="warm_up",
                start_minutes=start,
                end_minutes=end,
                cook=cook,
                task=task.id,
                oven=oven.id,
                celsius=task.oven.celsius if task.oven else None,
            )


def _wash_ups(problem: Problem, dish: str, letter: str) -> Iterator[Inserted]:
    washed = [stock for stock in problem.vessels if stock.wash_minutes]
    units = [f"{stock.id}#{number}" for stock in washed for number in range(1, stock.count + 1)]
    lengths = [stock.wash_minutes for stock in washed]
    for pin in problem.pins:
        if pin.task == f"wash_up:{dish}/{letter}" and pin.start_minutes is not None and pin.end_minutes is not None:
            lengths.append(pin.end_minutes - pin.start_minutes)
    for start, end in _spans(problem, lengths):
        for cook in problem.cooks:
            for unit in units:
                yield Inserted(
                    id=f"wash_up:{dish}/{letter}",
                    kind="wash_up",
                    start_minutes=start,
                    end_minutes=end,
                    cook=cook.id,
                    dish=dish,
                    vessel=letter,
                    unit=unit,
                )


def vessel_letters(problem: Problem, assignments: list[Assignment]) -> Iterator[tuple[str, str]]:
    """Dish and letter (also of the extra pans) of everything that must be held."""
    pans = {entry.task: entry.pans for entry in assignments}
    for dish in problem.dishes:
        for use in dish.vessels:
            users = [task for task in problem.tasks if task.dish == dish.id and use.id in task.vessels]
            if users:
                yield dish.id, use.id
            for task in users:
                for number in range(2, pans[task.id] + 1):
                    yield dish.id, f"{use.id}+{task.id}#{number}"


def _spans(problem: Problem, lengths: Iterable[int]) -> Iterator[tuple[int, int]]:
    for length in sorted(set(lengths)):
        for start in range(problem.horizon_minutes - length + 1):
            yield start, start + length
