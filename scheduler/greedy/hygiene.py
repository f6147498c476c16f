"""Cleans between what contaminates and what is contaminated."""

from scheduler.greedy.occupancy import Busy
from scheduler.greedy.state import Attempt, Frame, Place
from scheduler.problem import Task


def keep_clean(frame: Frame, attempt: Attempt, task: Task, place: Place) -> bool:
    """Add the cleans that this place needs between what contaminates and what is contaminated."""
    if not frame.problem.settings.hygiene:
        return True
    hands = task.attention == "hands_on"
    for name in frame.unclean[task.id]:
        other, there = attempt.places.get(name), frame.tasks[name]
        if other is None:
            continue
        board = place.board if place.board is not None and place.board == other.board else None
        shared = set(place.cooks) & set(other.cooks) if hands and there.attention == "hands_on" else set()
        if board is None and not shared:
            continue
        if other.start >= place.end and (task.id, name) in frame.contaminating:
            dirty, first, limit = task, place, other.start
        elif other.end <= place.start and (name, task.id) in frame.contaminating:
            dirty, first, limit = there, other, place.start
        elif other.start < place.end and place.start < other.end:
            return False  # what takes no minutes, in the middle of the other
        else:
            continue
        if not _clean_exists(attempt, board, shared, first.end, limit) and not _add_clean(
            frame, attempt, dirty, first, place, limit
        ):
            return False
        if not _clean_exists(attempt, board, shared, first.end, limit):
            return False
    return True


def _clean_exists(attempt: Attempt, board: str | None, cooks: set[str], low: int, high: int) -> bool:
    between = [c for c in attempt.cleans.values() if low <= c[0] and c[1] <= high]
    board_clean = board is None or any(c[3] == board for c in between)
    return board_clean and all(any(c[2] == cook for c in between) for cook in cooks)


def _add_clean(frame: Frame, attempt: Attempt, dirty: Task, first: Place, new: Place, limit: int) -> bool:
    """A clean after the dirty task by one of its cooks; the new place is not yet in the diary, so kept clear of."""
    if dirty.id in attempt.cleans:
        return False
    settings = frame.problem.settings
    high = limit
    for name in first.cooks or tuple(frame.cooks):
        cook = frame.cooks[name]
        if "clean" in cook.refuses:
            continue
        low = max(first.end, frame.now)
        start = attempt.diary.free_slot(cook, low, high, settings.clean_minutes, settings.washing_is_light, first.board)
        if start is None or (name in new.cooks and start < new.end and new.start < start + settings.clean_minutes):
            continue
        end = start + settings.clean_minutes
        attempt.diary.put(attempt.cleans, dirty.id, (start, end, name, first.board))
        attempt.diary.take(attempt.diary.hands[name], Busy(start, end, light=settings.washing_is_light, name="clean"))
        if first.board is not None:
            attempt.diary.take(attempt.diary.boards[first.board], Busy(start, end, name="clean"))
        return True
    return False
