"""Boards, and what must not touch what on them or in a cook's hands."""

from collections.abc import Iterator
from itertools import combinations, permutations

from scheduler.check.report import Violation
from scheduler.check.view import Placed, View, overlap
from scheduler.problem import Task


def board(view: View) -> Iterator[Violation]:
    """A board carries one task at a time, of a sort that may come on it; while it is cleaned, none."""
    boards = {entry.id: entry for entry in view.problem.boards}
    taken = [
        (placed.at.board, placed.id, placed.start, placed.end, placed.settled)
        for placed in view.placed.values()
        if placed.at.board in boards and not placed.done
    ]
    taken += [
        (entry.board, entry.id, entry.start_minutes, entry.end_minutes, view.inserted_settled(entry))
        for entry in view.inserted("clean")
        if entry.board in boards and not view.inserted_done(entry)
    ]
    for placed in view.placed.values():
        used, hygiene_class = boards.get(placed.at.board or ""), placed.task.hygiene
        allowed = used is None or not used.classes or hygiene_class in ("none", *used.classes)
        if used and not allowed and not placed.settled:
            message = f"{placed.id} ({hygiene_class}) may not come on {used.id}"
            yield Violation(rule="board", subjects=(placed.id, used.id), message=message, at_minutes=placed.start)
    for (one, first, start, end, settled), (other, second, begin, finish, also) in combinations(taken, 2):
        if one == other and not (settled and also) and overlap(start, end, begin, finish):
            message = f"{first} and {second} are both on {one}"
            yield Violation(rule="board", subjects=(first, second, str(one)), message=message)


def _contaminates(before: Task, after: Task) -> bool:
    from_meat = before.hygiene == "raw_meat" and after.hygiene in ("raw_fish", "ready_to_eat")
    from_fish = before.hygiene == "raw_fish" and after.hygiene in ("raw_meat", "ready_to_eat")
    return from_meat or from_fish or bool(set(before.allergens) & set(after.free_from))


def hygiene(view: View) -> Iterator[Violation]:
    """Raw meat, raw fish, ready food and allergens meet neither on a board nor in hands without a clean between."""
    if not view.problem.settings.hygiene:
        return
    cleans = view.inserted("clean")
    for before, after in permutations(view.placed.values(), 2):
        if (before.settled and after.settled) or not _contaminates(before.task, after.task):
            continue
        between = [entry for entry in cleans if before.end <= entry.start_minutes and entry.end_minutes <= after.start]
        cleaned = {(entry.board, None) for entry in between} | {(None, entry.cook) for entry in between}
        follows = before.end <= after.start
        within = before.start < after.end and after.start < before.end
        for board, cook in sorted(_shared(before, after), key=str):
            if within or (follows and (board, cook) not in cleaned):
                names = (before.id, after.id, str(board or cook))
                how = "while it goes on" if within else "with no clean between"
                message = f"{before.id} makes {board or cook} unclean for {after.id}, {how}"
                yield Violation(rule="hygiene", subjects=names, message=message, at_minutes=after.start)


def _shared(before: Placed, after: Placed) -> Iterator[tuple[str | None, str | None]]:
    """The board and the cooks' hands that both tasks use."""
    if before.at.board is not None and before.at.board == after.at.board:
        yield before.at.board, None
    if before.task.attention == after.task.attention == "hands_on":
        yield from ((None, cook) for cook in set(before.at.cooks) & set(after.at.cooks))


def _soils(view: View, task: Task) -> bool:
    """Whether the task makes a board or hands unclean for some other task."""
    if not view.problem.settings.hygiene:
        return False
    hands = task.attention == "hands_on"
    return any(
        _contaminates(task, other) and ((task.board and other.board) or (hands and other.attention == "hands_on"))
        for other in view.problem.tasks
        if other.id != task.id
    )


def clean(view: View) -> Iterator[Violation]:
    """A clean comes after a task that makes something unclean, by one of its cooks, on its board."""
    for entry in view.inserted("clean"):
        placed = view.placed.get(entry.task or "")
        if placed is None or view.inserted_settled(entry):
            continue
        if not _soils(view, placed.task):
            message = f"{entry.id} cleans after {placed.id}, which makes nothing unclean"
            yield Violation(rule="clean", subjects=(entry.id,), message=message, at_minutes=entry.start_minutes)
        wanted = view.problem.settings.clean_minutes
        if entry.end_minutes - entry.start_minutes != wanted:
            message = f"{entry.id} takes {entry.end_minutes - entry.start_minutes} minutes, not {wanted}"
            yield Violation(rule="clean", subjects=(entry.id,), message=message, at_minutes=entry.start_minutes)
        if entry.start_minutes < placed.end:
            message = f"{entry.id} starts at {entry.start_minutes}, before the end of its task ({placed.end})"
            yield Violation(rule="clean", subjects=(entry.id,), message=message, at_minutes=entry.start_minutes)
        if placed.at.cooks and entry.cook not in placed.at.cooks:
            message = f"{entry.id} is done by {entry.cook}, whose hands it does not clean"
            yield Violation(rule="clean", subjects=(entry.id,), message=message, at_minutes=entry.start_minutes)
        if entry.board != placed.at.board:
            message = f"{entry.id} cleans {entry.board}, the task was on {placed.at.board}"
            yield Violation(rule="clean", subjects=(entry.id,), message=message, at_minutes=entry.start_minutes)
