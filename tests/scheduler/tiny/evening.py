"""Tiny problems of the course of an evening: serving, sessions, changes of plan."""

from random import Random

from scheduler.problem import (
    Cook,
    Course,
    Dish,
    Equipment,
    Link,
    Need,
    Pin,
    PlannedTask,
    Problem,
    Replan,
    ServedDish,
    ServingLink,
    Session,
    Task,
)
from tests.scheduler.tiny.settings import DRY


def courses(rng: Random) -> Problem:
    """Courses that land together and follow each other; holds to serving; hot food."""
    plan = (
        Course(id="first", serve_at_minutes=rng.choice([None, 2, 3]), window_minutes=rng.choice([0, 1])),
        Course(id="second", follows="first", gap_minutes=rng.choice([0, 2]), serve_at_minutes=rng.choice([None, 4])),
    )
    dishes = tuple(
        Dish(
            id=name,
            course=rng.choice(["first", "second"]),
            serving=(
                ServingLink(
                    task=name,
                    min_lag_minutes=rng.choice([0, 1]),
                    max_lag_minutes=rng.choice([None, 1, 2]),
                    hot_weight=rng.choice([0, 1]),
                ),
            ),
        )
        for name in ("soup", "stew", "cake")[: rng.choice([2, 2, 3])]
    )
    tasks = tuple(
        Task(id=dish.id, minutes=rng.choice([1, 2]), dish=dish.id, needs=(Need(equipment="hob"),)) for dish in dishes
    )
    return Problem(
        horizon_minutes=7, tasks=tasks, dishes=dishes, courses=plan, equipment=(Equipment(id="hob", count=1),)
    )


def sessions(rng: Random) -> Problem:
    """Work on the day before."""
    tasks = tuple(
        Task(
            id=name,
            minutes=rng.choice([1, 2]),
            attention=rng.choice(["hands_on", "unattended"]),
            make_ahead=rng.random() < 0.6,
        )
        for name in "abc"
    )
    days = (Session(start_minutes=0, end_minutes=2, make_ahead=True), Session(start_minutes=5, end_minutes=8))
    links = (Link(before="a", after="b", max_lag_minutes=rng.choice([None, 2, 4])),)
    return Problem(horizon_minutes=9, tasks=tasks, cooks=(Cook(id="ana"),), sessions=days, links=links, settings=DRY)


def replans(rng: Random) -> Problem:
    """In the middle of cooking: done, running and locked tasks, the old plan, what is already served."""
    now = 3
    running = rng.random() < 0.6
    pins = [Pin(task="a", state="done", start_minutes=0, end_minutes=rng.choice([2, 3]), cooks=("ana",))]
    if running:
        end = rng.choice([4, 5])
        pins.append(Pin(task="b", state="running", start_minutes=1, end_minutes=end, cooks=("ben",)))
    if rng.random() < 0.5:
        pins.append(Pin(task="d", start_minutes=rng.choice([None, 5]), cooks=rng.choice([None, ("ben",)])))
    tasks = tuple(
        Task(
            id=name,
            minutes=rng.choice([1, 2]),
            attention="hands_on",
            dish=dish,
            needs=(Need(equipment="hob"),) if rng.random() < 0.4 else (),
        )
        for name, dish in (("a", "soup"), ("b", "soup"), ("c", "stew"), ("d", "stew"))
    )
    baseline = tuple(
        PlannedTask(task=name, start_minutes=start, cooks=cooks, weight=rng.choice([1, 2]))
        for name, start, cooks in (("c", rng.choice([3, 4, 5]), rng.choice([(), ("ana",)])), ("d", 5, ("ben",)))
    )
    served = (ServedDish(dish="soup", served_minutes=3),) if not running and rng.random() < 0.4 else ()
    return Problem(
        horizon_minutes=8,
        tasks=tasks,
        dishes=(Dish(id="soup", serve_at_minutes=rng.choice([None, 3])), Dish(id="stew", serve_at_minutes=6)),
        cooks=(Cook(id="ana"), Cook(id="ben")),
        equipment=(Equipment(id="hob", count=1),),
        links=(Link(before="a", after="c", max_lag_minutes=rng.choice([None, 0, 2])),),
        pins=tuple(pins),
        settings=DRY,
        replan=Replan(now_minutes=now, freeze_minutes=rng.choice([0, 2]), baseline=baseline, served=served),
        objective=("lateness", "stability", "longest_day", "presence", "makespan", "balance", "handovers", "idle"),
    )
