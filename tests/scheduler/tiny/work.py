"""Tiny problems of work and those who do it."""

from itertools import pairwise
from random import Random

from scheduler.problem import (
    Cook,
    CrewNeed,
    Dish,
    Equipment,
    Link,
    Need,
    Problem,
    Settings,
    Task,
    VesselStock,
    VesselUse,
    Window,
)
from tests.scheduler.tiny.settings import DRY


def lags(rng: Random) -> Problem:
    """Waits and holds, from ends and from starts, also backwards."""
    names = "abcd"[: rng.choice([3, 3, 4])]
    links = []
    for first, second in pairwise(names):
        least = rng.choice([None, 0, 1, 2])
        most = (least or 0) + rng.randrange(3) if least is None or rng.random() < 0.5 else None
        from_start = rng.random() < 0.3
        hot = rng.randrange(3) if least is not None and not from_start else 0
        pair = (second, first) if rng.random() < 0.2 else (first, second)
        links.append(
            Link(
                before=pair[0],
                after=pair[1],
                min_lag_minutes=least,
                max_lag_minutes=most,
                from_start=from_start,
                hot_weight=hot,
            )
        )
    tasks = tuple(
        Task(
            id=name,
            minutes=rng.randrange(3),
            needs=(Need(equipment="hob"),) if rng.random() < 0.6 else (),
            release_minutes=rng.choice([0, 0, 1]),
            deadline_minutes=rng.choice([None, None, 6]),
        )
        for name in names
    )
    return Problem(horizon_minutes=6, tasks=tasks, links=tuple(links), equipment=(Equipment(id="hob"),))


def people(rng: Random) -> Problem:
    """Skill, pace, refusals, presence with breaks, handovers and balance."""
    cooks = tuple(
        Cook(
            id=name,
            skill=rng.choice([1, 2, 3]),
            pace_percent=rng.choice([100, 100, 150]),
            refuses=rng.choice([(), (), ("fish",)]),
            presence=rng.choice([(), (_window(0, 4),), (_window(1, 3), _window(4, 7))]),
        )
        for name in ("ana", "ben")[: rng.choice([1, 2, 2])]
    )
    tasks = tuple(
        Task(
            id=name,
            minutes=rng.choice([1, 1, 2]),
            attention="hands_on",
            skill=rng.choice([1, 1, 2]),
            dish="soup",
            tags=rng.choice([(), ("fish",)]),
        )
        for name in "abc"
    )
    links = (Link(before="a", after="b"),) if rng.random() < 0.5 else ()
    return Problem(horizon_minutes=7, tasks=tasks, cooks=cooks, links=links, dishes=(Dish(id="soup"),), settings=DRY)


def pots(rng: Random) -> Problem:
    """Hands-on, light and tended work together."""
    cooks = tuple(Cook(id=name, tend_capacity=rng.choice([1, 2])) for name in ("ana", "ben")[: rng.choice([1, 1, 2])])
    tasks = tuple(
        Task(
            id=name,
            minutes=rng.randrange(3),
            attention=rng.choice(["hands_on", "tend", "tend"]),
            light=rng.random() < 0.5,
            on_fire=rng.random() < 0.3,
        )
        for name in "abc"
    )
    settings = Settings(light_beside_tending=rng.random() < 0.7, hygiene=False)
    return Problem(horizon_minutes=5, tasks=tasks, cooks=cooks, settings=settings)


def crews(rng: Random) -> Problem:
    """Tasks that need several cooks at once, with abilities."""
    cooks = tuple(
        Cook(id=name, abilities=tuple(rng.sample(["knife", "pastry"], rng.randrange(3))), pace_percent=pace)
        for name, pace in (("ana", 100), ("ben", rng.choice([100, 200])), ("cem", 100))
    )
    tasks = tuple(
        Task(
            id=name,
            minutes=rng.choice([1, 2]),
            attention=rng.choice(["hands_on", "tend"]),
            crew=tuple(
                CrewNeed(ability=rng.choice([None, "knife", "pastry"]), count=rng.choice([1, 1, 2]))
                for _ in range(rng.choice([1, 1, 2]))
            ),
        )
        for name in "ab"
    )
    return Problem(horizon_minutes=5, tasks=tasks, cooks=cooks, settings=DRY)


def batches(rng: Random) -> Problem:
    """Rounds in one or several pans at once."""
    dishes = tuple(Dish(id=name, vessels=(VesselUse(id="v", kind="pan"),)) for name in ("crepes", "steak"))
    tasks = tuple(
        Task(
            id=dish.id,
            minutes=rng.choice([1, 2]),
            rounds=rng.choice([1, 2, 3]),
            max_pans=rng.choice([1, 2, 2, 3]),
            attention=rng.choice(["tend", "unattended"]),
            dish=dish.id,
            vessels=("v",),
            needs=(Need(equipment="hob"),),
        )
        for dish in dishes
    )
    cook = Cook(id="ana", tend_capacity=rng.choice([1, 2]))
    stock = VesselStock(id="pan", kind="pan", count=2, wash_minutes=rng.choice([0, 0, 1]))
    hob = Equipment(id="hob", count=rng.choice([1, 2, 3]))
    return Problem(horizon_minutes=6, tasks=tasks, dishes=dishes, cooks=(cook,), vessels=(stock,), equipment=(hob,))


def fires(rng: Random) -> Problem:
    """Somebody is in the kitchen while something is on the heat."""
    cooks = tuple(
        Cook(id=name, presence=presence)
        for name, presence in (
            ("ana", (_window(rng.randrange(2), rng.randrange(2, 5)),)),
            ("ben", (_window(rng.randrange(3, 5), rng.randrange(5, 8)),)),
        )
    )
    tasks = tuple(
        Task(
            id=name,
            minutes=rng.choice([0, 1, 2, 3]),
            on_fire=rng.random() < 0.7,
            attention=rng.choice(["unattended", "tend"]),
            release_minutes=rng.choice([0, 2]),
        )
        for name in "abc"
    )
    settings = Settings(watch_fire=rng.random() < 0.8)
    return Problem(horizon_minutes=7, tasks=tasks, cooks=cooks, settings=settings)


def _window(start: int, end: int) -> Window:
    return Window(start_minutes=start, end_minutes=end)
