"""A seeded family of tiny problems, a theme for each part of the kitchen, small enough for brute force."""

from collections.abc import Callable
from itertools import pairwise
from random import Random

from scheduler.problem import (
    Board,
    Cook,
    Course,
    CrewNeed,
    Dish,
    Equipment,
    Link,
    Need,
    Outage,
    Oven,
    OvenUse,
    Pin,
    PlannedTask,
    Problem,
    Replan,
    ServedDish,
    ServingLink,
    Session,
    Settings,
    StandIn,
    Task,
    VesselStock,
    VesselUse,
    Window,
)

DRY = Settings(hygiene=False)
"""Without the cleans that brute force would try in vain where nothing is unclean."""


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


def pools(rng: Random) -> Problem:
    """Burners and machines, with outages and release times."""
    outages = (Outage(start_minutes=rng.randrange(3), end_minutes=rng.randrange(3, 6)),) if rng.random() < 0.5 else ()
    tasks = tuple(
        Task(
            id=name,
            minutes=rng.randrange(3),
            needs=tuple(
                Need(equipment=pool, units=units) for pool, units in (("hob", rng.choice([1, 2])), ("mixer", 1))
            )[: rng.choice([1, 2])],
            release_minutes=rng.choice([0, 0, 2]),
        )
        for name in "abc"
    )
    equipment = (Equipment(id="hob", count=2, outages=outages), Equipment(id="mixer"))
    return Problem(horizon_minutes=6, tasks=tasks, equipment=equipment)


def ovens(rng: Random) -> Problem:
    """Racks, temperatures, warm-ups, keeping hot, the door."""
    kitchen = tuple(
        Oven(
            id=name,
            slots=rng.choice([1, 2, 2]),
            warm_up_minutes=rng.choice([0, 2, 2]),
            change_minutes=rng.choice([0, 1]),
            keep_hot_minutes=rng.choice([0, 1, 2]),
            recovery_minutes=rng.choice([0, 0, 2]),
            max_celsius=rng.choice([200, 250]),
            outages=rng.choice([(), (), (Outage(start_minutes=2, end_minutes=3),)]),
        )
        for name in ("big", "small")[: rng.choice([1, 1, 2])]
    )
    tasks = tuple(
        Task(id=name, minutes=rng.choice([1, 2]), oven=OvenUse(celsius=rng.choice([180, 185, 220])), dish="pie")
        for name in ("a", "b", "c")[: 2 if len(kitchen) == 2 else rng.choice([2, 2, 3])]
    )
    settings = Settings(oven_touch_minutes=rng.choice([0, 1]), oven_tolerance_celsius=rng.choice([0, 10]))
    cooks = (Cook(id="ana", presence=rng.choice([(), (_window(0, 3),)])),) if settings.oven_touch_minutes else ()
    due = rng.choice([None, 6])
    dish = Dish(id="pie", serve_at_minutes=due, serving=(ServingLink(task="a", hot_weight=1),))
    horizon = 7 if len(tasks) == 2 else 6
    return Problem(horizon_minutes=horizon, tasks=tasks, ovens=kitchen, settings=settings, cooks=cooks, dishes=(dish,))


def vessels(rng: Random) -> Problem:
    """Vessels kept by a dish, washed, substituted."""
    stocks = [VesselStock(id="pan", kind="pan", size=rng.choice([1, 2]), wash_minutes=rng.choice([0, 1, 2]))]
    if rng.random() < 0.5:
        stand_in = StandIn(kind="pan", cost=rng.choice([1, 3]))
        stocks.append(VesselStock(id="pot", kind="pot", size=2, wash_minutes=1, stands_in_for=(stand_in,)))
    dishes = tuple(
        Dish(id=name, vessels=(VesselUse(id="v", kind="pan", min_size=rng.choice([0, 2])),))
        for name in ("soup", "stew")
    )
    tasks = tuple(
        Task(id=name, minutes=rng.choice([1, 2]), dish=dish, vessels=("v",), attention=attention)
        for name, dish, attention in (
            ("a", "soup", rng.choice(["unattended", "hands_on"])),
            ("b", "stew", "unattended"),
            *((("c", "soup", "unattended"),) if rng.random() < 0.4 else ()),
        )
    )
    settings = Settings(washing_is_light=rng.random() < 0.3, hygiene=False)
    cook = Cook(id="ana", refuses=rng.choice([(), (), ("wash_up",)]))
    return Problem(
        horizon_minutes=6, tasks=tasks, dishes=dishes, vessels=tuple(stocks), cooks=(cook,), settings=settings
    )


def boards(rng: Random) -> Problem:
    """Raw and ready food, allergens, boards and hands."""
    tasks = tuple(
        Task(
            id=name,
            minutes=rng.choice([1, 1, 2]),
            attention=rng.choice(["hands_on", "hands_on", "unattended"]),
            board=rng.random() < 0.7,
            hygiene=rng.choice(["none", "raw_meat", "raw_fish", "ready_to_eat"]),
            allergens=rng.choice([(), ("nuts",)]),
            free_from=rng.choice([(), ("nuts",)]),
        )
        for name in ("a", "b", "c")[: rng.choice([2, 2, 3])]
    )
    kitchen = (
        Board(id="wood", classes=rng.choice([(), ("raw_meat", "raw_fish")])),
        *((Board(id="plastic"),) if rng.random() < 0.4 and len(tasks) == 2 else ()),
    )
    cooks = (Cook(id="ana"), *((Cook(id="ben"),) if rng.random() < 0.3 and len(tasks) == 2 else ()))
    settings = Settings(clean_minutes=1, hygiene=rng.random() < 0.9)
    return Problem(horizon_minutes=5, tasks=tasks, boards=kitchen, cooks=cooks, settings=settings)


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


def _window(start: int, end: int) -> Window:
    return Window(start_minutes=start, end_minutes=end)


THEMES: dict[str, Callable[[Random], Problem]] = {
    theme.__name__: theme
    for theme in (
        lags,
        people,
        pots,
        crews,
        pools,
        ovens,
        vessels,
        boards,
        courses,
        sessions,
        batches,
        fires,
        replans,
    )
}


def tiny(theme: str, seed: int) -> Problem:
    """The problem of a theme and seed, always the same."""
    return THEMES[theme](Random(f"{theme} {seed}"))
