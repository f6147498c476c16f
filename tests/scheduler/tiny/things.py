"""Tiny problems of what is worked with: burners, ovens, vessels, boards."""

from random import Random

from scheduler.problem import (
    Board,
    Cook,
    CrewNeed,
    Dish,
    Equipment,
    Need,
    Outage,
    Oven,
    OvenUse,
    Problem,
    ServingLink,
    Settings,
    StandIn,
    Task,
    VesselStock,
    VesselUse,
    Window,
)


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
            warm_up_minutes=rng.choice([0, 1, 2, 2]),
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


def cleans(rng: Random) -> Problem:
    """Raw food in several hands and on several boards: whose clean cleans what."""
    tasks = tuple(
        Task(
            id=name,
            minutes=1,
            attention=rng.choice(["hands_on", "unattended"]),
            crew=rng.choice([(), (CrewNeed(count=2),)]),
            board=rng.random() < 0.6,
            hygiene=rng.choice(["raw_meat", "raw_fish", "ready_to_eat"]),
            allergens=rng.choice([(), ("nuts",)]),
        )
        for name in ("a", "b")
    )
    last = Task(id="c", minutes=1, attention="hands_on", board=True, hygiene="ready_to_eat", free_from=("nuts",))
    return Problem(
        horizon_minutes=5,
        tasks=tuple(t if t.attention == "hands_on" else t.model_copy(update={"crew": ()}) for t in (*tasks, last)),
        boards=(Board(id="wood"),),
        cooks=(Cook(id="ana"), Cook(id="ben")),
        settings=Settings(clean_minutes=1),
    )


def _window(start: int, end: int) -> Window:
    return Window(start_minutes=start, end_minutes=end)
