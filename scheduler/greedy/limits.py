"""The latest and the earliest end that the neighbours of a task, serving and the old plan leave for it."""

from scheduler.durations import minutes_with_pans, useful_pans
from scheduler.greedy.state import Attempt, Frame
from scheduler.problem import Task


def highest_end(frame: Frame, attempt: Attempt, task: Task) -> int:
    """The latest end that the tasks after it, serving and deadlines leave."""
    limits = [frame.problem.horizon_minutes, attempt.caps.get(task.id, frame.problem.horizon_minutes)]
    if task.deadline_minutes is not None:
        limits.append(task.deadline_minutes)
    if task.dish is not None:
        dish = frame.dishes[task.dish]
        limits.append(attempt.served[dish.id])
        limits += [attempt.served[dish.id] - link.min_lag_minutes for link in dish.serving if link.task == task.id]
    length = min(minutes_with_pans(task, pans) for pans in useful_pans(task))
    for link in frame.after[task.id]:
        later = attempt.places.get(link.after)
        if later and link.min_lag_minutes is not None:
            limits.append(later.start - link.min_lag_minutes + (length if link.from_start else 0))
    for link in frame.before[task.id]:
        earlier = attempt.places.get(link.before)
        if earlier and link.max_lag_minutes is not None:
            limits.append((earlier.start if link.from_start else earlier.end) + link.max_lag_minutes + length)
    planned = frame.baseline.get(task.id)
    if planned and planned.start_minutes + length > frame.now + length:
        limits.append(planned.start_minutes + length)
    pin = frame.pins.get(task.id)
    if pin and pin.start_minutes is not None:
        limits.append(pin.start_minutes + length)
    return min(limits)


def lowest_end(frame: Frame, attempt: Attempt, task: Task) -> tuple[int, str]:
    """The earliest end that holds allow, and whose hold it is ("" for serving)."""
    bounds: list[tuple[int, str]] = [(frame.now, "")]
    if task.dish is not None:
        dish = frame.dishes[task.dish]
        for serving in dish.serving:
            if serving.task == task.id and serving.max_lag_minutes is not None:
                bounds.append((attempt.served[dish.id] - serving.max_lag_minutes, ""))
    length = min(minutes_with_pans(task, pans) for pans in useful_pans(task))
    for link in frame.after[task.id]:
        later = attempt.places.get(link.after)
        if later and link.max_lag_minutes is not None:
            bounds.append((later.start - link.max_lag_minutes + (length if link.from_start else 0), link.after))
    for link in frame.before[task.id]:
        earlier = attempt.places.get(link.before)
        if earlier and link.min_lag_minutes is not None:
            reference = earlier.start if link.from_start else earlier.end
            bounds.append((reference + link.min_lag_minutes + length, ""))
    pin = frame.pins.get(task.id)
    if pin and pin.start_minutes is not None:
        bounds.append((pin.start_minutes + length, ""))
    if frame.frozen(task.id) and not pin:
        bounds.append((frame.baseline[task.id].start_minutes + length, ""))
    return max(bounds)
