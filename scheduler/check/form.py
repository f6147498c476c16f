"""Is the schedule complete and does it name only things that exist?"""

from collections import Counter
from collections.abc import Iterator

from scheduler.check.report import Violation
from scheduler.check.view import Placed, View
from scheduler.schedule import Inserted


def form(view: View) -> Iterator[Violation]:
    """Each task is placed once, each dish served once, and everything that is named exists."""
    problem, schedule = view.problem, view.schedule
    yield from _once("task", [task.id for task in problem.tasks], [at.task for at in schedule.assignments])
    yield from _once("dish", [dish.id for dish in problem.dishes], [entry.dish for entry in schedule.served])
    for repeated, count in Counter(entry.id for entry in schedule.inserted).items():
        if count > 1:
            yield _fault(repeated, f"{repeated} is inserted {count} times")
    if list(schedule.assignments) != sorted(schedule.assignments, key=lambda at: (at.start_minutes, at.task)):
        yield _fault("assignments", "the tasks are not sorted by start and id")
    if list(schedule.inserted) != sorted(schedule.inserted, key=lambda entry: (entry.start_minutes, entry.id)):
        yield _fault("inserted", "the inserted tasks are not sorted by start and id")
    for placed in view.placed.values():
        yield from _assignment(view, placed)
    for entry in schedule.inserted:
        yield from _inserted(view, entry)


def horizon(view: View) -> Iterator[Violation]:
    """Everything lies between minute 0 and the horizon, and nothing ends before it starts."""
    limit = view.problem.horizon_minutes
    spans = [(at.task, at.start_minutes, at.end_minutes) for at in view.schedule.assignments]
    spans += [(entry.id, entry.start_minutes, entry.end_minutes) for entry in view.schedule.inserted]
    spans += [(f"{hold.dish}/{hold.vessel}", hold.start_minutes, hold.end_minutes) for hold in view.schedule.holds]
    spans += [(entry.dish, entry.served_minutes, entry.served_minutes) for entry in view.schedule.served]
    for subject, start, end in spans:
        if not 0 <= start <= end <= limit:
            message = f"{subject} takes minutes {start} to {end}, outside 0 to {limit}"
            yield Violation(rule="horizon", subjects=(subject,), message=message, at_minutes=start)


def _fault(subject: str, message: str) -> Violation:
    return Violation(rule="form", subjects=(subject,), message=message)


def _once(what: str, wanted: list[str], given: list[str]) -> Iterator[Violation]:
    counts = Counter(given)
    for name in wanted:
        if counts[name] != 1:
            yield _fault(name, f"{what} {name} appears {counts[name]} times in the plan instead of once")
    for name in counts.keys() - set(wanted):
        yield _fault(name, f"the plan names {what} {name}, which the problem does not have")


def _assignment(view: View, placed: Placed) -> Iterator[Violation]:
    task, at, problem = placed.task, placed.at, view.problem
    for cook in at.cooks:
        if cook not in view.cooks:
            yield _fault(placed.id, f"{placed.id} is given to {cook}, who is no cook of this kitchen")
    for what, wanted, given, known in (
        ("oven", task.oven is not None, at.oven, {oven.id for oven in problem.ovens}),
        ("board", task.board, at.board, {board.id for board in problem.boards}),
    ):
        if wanted and given not in known:
            yield _fault(placed.id, f"{placed.id} needs a {what} but is given {given}")
        if not wanted and given is not None:
            yield _fault(placed.id, f"{placed.id} needs no {what} but is given {given}")
    if not 1 <= at.pans <= min(task.max_pans, task.rounds) and not placed.settled:
        yield _fault(placed.id, f"{placed.id} uses {at.pans} pans, allowed are 1 to {min(task.max_pans, task.rounds)}")


def _inserted(view: View, entry: Inserted) -> Iterator[Violation]:
    """The id says what the entry belongs to, and the fields agree with the id."""
    if entry.kind == "wash_up":
        expected = f"wash_up:{entry.dish}/{entry.vessel}"
    else:
        expected = f"{entry.kind}:{entry.task}"
        if entry.task not in view.placed:
            yield _fault(entry.id, f"{entry.id} belongs to task {entry.task}, which is not in the plan")
    if entry.id != expected:
        yield _fault(entry.id, f"{entry.id} should be called {expected}")
    touchless = entry.kind == "warm_up" and view.problem.settings.oven_touch_minutes == 0
    if touchless and entry.cook is not None:
        yield _fault(entry.id, f"{entry.id} needs no cook but is given to {entry.cook}")
    if not touchless and entry.cook not in view.cooks:
        yield _fault(entry.id, f"{entry.id} needs a cook but is given to {entry.cook}")
