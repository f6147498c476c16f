"""Dishes and courses: when they come to the table."""

from collections.abc import Iterator

from scheduler.check.report import Violation
from scheduler.check.view import Placed, View
from scheduler.problem import ServingLink


def serving(view: View) -> Iterator[Violation]:
    """A dish is served when it is ready and the guests are there, after its rest and before it is spoilt."""
    for dish in view.problem.dishes:
        served = view.served.get(dish.id)
        if served is None or dish.id in view.served_before:
            continue
        due = view.due(dish.id)
        if due is not None and served < due:
            message = f"{dish.id} is served at {served}, the guests expect it at {due}"
            yield Violation(rule="serving", subjects=(dish.id,), message=message, at_minutes=served)
        for placed in view.of_dish(dish.id):
            if served < placed.end:
                message = f"{dish.id} is served at {served}, {placed.id} ends at {placed.end}"
                yield Violation(rule="serving", subjects=(dish.id, placed.id), message=message, at_minutes=served)
        for link in dish.serving:
            if link.task in view.placed:
                yield from _lag(view, dish.id, served, link, view.placed[link.task])


def _lag(view: View, dish: str, served: int, link: ServingLink, placed: Placed) -> Iterator[Violation]:
    lag = served - placed.end
    if lag < link.min_lag_minutes:
        message = f"{dish} is served {lag} minutes after {link.task}, at least {link.min_lag_minutes} are needed"
        yield Violation(rule="serving", subjects=(dish, link.task), message=message, at_minutes=served)
    if link.max_lag_minutes is None or lag <= link.max_lag_minutes:
        return
    if not (placed.settled and placed.end + link.max_lag_minutes < view.now):
        message = f"{dish} is served {lag} minutes after {link.task}, at most {link.max_lag_minutes} are allowed"
        yield Violation(rule="serving", subjects=(dish, link.task), message=message, at_minutes=served)


def course(view: View) -> Iterator[Violation]:
    """The dishes of a course come to the table together, and courses follow each other with their gap."""
    members: dict[str, list[str]] = {entry.id: [] for entry in view.problem.courses}
    for dish in view.problem.dishes:
        if dish.course in members and dish.id in view.served:
            members[dish.course].append(dish.id)
    for entry in view.problem.courses:
        waiting = [dish for dish in members[entry.id] if dish not in view.served_before]
        times = [view.served[dish] for dish in waiting]
        if times and max(times) - min(times) > entry.window_minutes:
            message = f"{entry.id} comes to the table over {max(times) - min(times)} minutes, at most "
            message += f"{entry.window_minutes}"
            yield Violation(rule="course", subjects=(entry.id, *waiting), message=message, at_minutes=min(times))
        previous = [view.served[dish] for dish in members.get(entry.follows or "", [])]
        if not times or not previous:
            continue
        earliest = max(previous) + entry.gap_minutes
        if min(times) < earliest:
            message = f"{entry.id} is served at {min(times)}, {entry.gap_minutes} minutes after {entry.follows} are "
            message += f"{earliest}"
            yield Violation(
                rule="course", subjects=(entry.id, str(entry.follows)), message=message, at_minutes=min(times)
            )
