"""When an attempt of the greedy planner aims to serve, and how early what is done last may be ready."""

from collections.abc import Mapping

from scheduler.greedy.state import Chance, Frame
from scheduler.problem import Course, Dish
from scheduler.rules.courses import course_due

MOST_SLACK = 15
"""A dish's last task ends at most so many minutes earlier than it has to."""


def serving_times(frame: Frame, delays: Mapping[str | None, int], chance: Chance) -> dict[str, int]:
    """For each dish the minute aimed at: its due time plus its course's delay, the horizon for what has no due time.

    Never before now, nor before what has begun is over; what is served already keeps its minute. In every second
    attempt the dishes of a course land one after another through its window. The delay of None is everybody's.
    """
    problem, aims = frame.problem, dict[str, int]()
    gone = {s.dish: s.served_minutes for s in problem.replan.served} if problem.replan else {}
    for dish in problem.dishes:
        if dish.course is None:
            due = dish.serve_at_minutes
            late = delays.get(dish.id, 0) + delays.get(None, 0)
            aim = problem.horizon_minutes if due is None else due + late
            aims[dish.id] = min(max(aim, _ready(frame, [dish])), problem.horizon_minutes)
    for course in _in_order(problem.courses):
        dishes = [dish for dish in problem.dishes if dish.course == course.id]
        due = course_due(problem, course)
        late = delays.get(course.id, 0) + delays.get(None, 0)
        latest = problem.horizon_minutes - _room_after(frame, course)
        aim = latest - course.window_minutes if due is None else due + late
        before = [aims[dish.id] + course.gap_minutes for dish in problem.dishes if dish.course == course.follows]
        aim = max([min(aim, latest), _ready(frame, dishes), *before])
        names = chance.shuffled([dish.id for dish in dishes]) if chance.number % 2 else []
        for dish in dishes:
            step = course.window_minutes * names.index(dish.id) // max(1, len(names) - 1) if names else 0
            aims[dish.id] = min(aim + step, problem.horizon_minutes)
    return {**aims, **gone}


def _in_order(courses: tuple[Course, ...]) -> list[Course]:
    """The courses, each after the one that it follows."""
    follows = {course.id: course.follows for course in courses}

    def depth(name: str | None) -> int:
        return 1 + depth(follows[name]) if name in follows else 0

    return sorted(courses, key=lambda course: depth(course.id))


def _room_after(frame: Frame, course: Course) -> int:
    """Minutes between a course and the horizon that the courses after it need."""
    later = [other for other in frame.problem.courses if other.follows == course.id]
    return max((other.gap_minutes + _room_after(frame, other) for other in later), default=0)


def _ready(frame: Frame, dishes: list[Dish]) -> int:
    """The minute before which the dishes cannot be served: now, or the end of what is done or running of them."""
    minutes = [frame.now]
    for dish in dishes:
        rest = {link.task: link.min_lag_minutes for link in dish.serving}
        for task in frame.problem.tasks:
            pin = frame.pins.get(task.id)
            if task.dish == dish.id and pin and pin.state != "locked":
                minutes.append((pin.end_minutes or 0) + rest.get(task.id, 0))
    return max(minutes)


def early_ends(frame: Frame, served: Mapping[str, int], chance: Chance) -> dict[str, int]:
    """Latest ends of last tasks, somewhat earlier than serving, by chance."""
    ends: dict[str, int] = {}
    for dish in frame.problem.dishes:
        for link in dish.serving:
            slack = chance.minutes(min(MOST_SLACK, (link.max_lag_minutes or 0) - link.min_lag_minutes))
            if slack:
                ends[link.task] = served[dish.id] - link.min_lag_minutes - slack
    return ends
