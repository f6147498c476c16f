"""Seeded kitchens: random but plausible dinners for tests and benchmarks, from 2 dishes to 150 tasks."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from scheduler.problem import (
    Attention,
    Board,
    Cook,
    Course,
    Dish,
    Equipment,
    Hygiene,
    Link,
    Need,
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

BURNER = (Need(equipment="burner"),)
DAY_MINUTES = 1440


@dataclass
class _Recipe:
    """A dish while it is being written down."""

    rng: random.Random
    dish: str
    tasks: list[Task] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    vessels: list[VesselUse] = field(default_factory=list)

    def vessel(self, kind: str) -> str:
        letter = "abcdefgh"[len(self.vessels)]
        self.vessels.append(VesselUse(id=letter, kind=kind))
        return letter

    def task(
        self,
        name: str,
        low: int,
        high: int,
        attention: Attention,
        after: dict[str, int | None],
        *,
        needs: tuple[Need, ...] = (),
        vessels: tuple[str, ...] = (),
        celsius: int | None = None,
        skill: int = 1,
        board: Hygiene | None = None,
        light: bool = False,
        hot: bool = False,
        rounds: int = 1,
    ) -> str:
        """Add a task; ``after``: the tasks before it, each with the minutes that its result can wait (None: any)."""
        identifier = f"{self.dish}.{len(self.tasks) + 1} {name}"
        self.tasks.append(
            Task(
                id=identifier,
                name=name,
                dish=self.dish,
                minutes=self.rng.randint(low, high),
                attention=attention,
                skill=skill,
                tags=(name.split()[0],),
                light=light,
                needs=needs,
                vessels=vessels,
                oven=None if celsius is None else OvenUse(celsius=celsius),
                on_fire=bool(needs) or celsius is not None,
                board=board is not None,
                hygiene=board or "none",
                rounds=rounds,
                max_pans=min(2, rounds),
            )
        )
        for before, hold in after.items():
            weight = 1 if hot and hold is not None else 0
            self.links.append(Link(before=before, after=identifier, max_lag_minutes=hold, hot_weight=weight))
        return identifier

    def chop(self, count: int, board: Hygiene = "none") -> list[str]:
        names = ("onion", "carrots", "herbs", "leeks", "garlic", "celery")
        return [
            self.task(f"chop {names[n % len(names)]}", 3, 9, "hands_on", {}, board=board, light=True)
            for n in range(count)
        ]


Template = Callable[[_Recipe], tuple[str, int, bool]]
"""Writes a dish; answers its last task, how long that can wait for serving, and whether it is eaten hot."""


def _roast(r: _Recipe) -> tuple[str, int, bool]:
    celsius = r.rng.choice((180, 190, 200, 220))
    tin = r.vessel("roasting_tin")
    season = r.task("season meat", 5, 10, "hands_on", {}, board="raw_meat")
    vegetables = r.chop(r.rng.randint(1, 3))
    after = {season: 120, **dict.fromkeys(vegetables)}
    roast = r.task("roast meat", 40, 90, "unattended", after, celsius=celsius, vessels=(tin,))
    rest = r.task("rest meat", 8, 15, "unattended", {roast: 2}, vessels=(tin,))
    gravy = r.task("simmer gravy", 6, 12, "tend", {roast: 20}, needs=BURNER, vessels=(r.vessel("saucepan"),), skill=2)
    last = r.task("carve meat", 4, 8, "hands_on", {rest: 15, gravy: 20}, skill=2, board="ready_to_eat", hot=True)
    return last, 8, True


def _panfry(r: _Recipe) -> tuple[str, int, bool]:
    pan = r.vessel("frying_pan")
    fish = r.task("portion fish", 4, 9, "hands_on", {}, board="raw_fish", skill=2)
    sides = r.chop(r.rng.randint(1, 2))
    rounds = r.rng.choice((1, 1, 2))
    after = {fish: 60, **dict.fromkeys(sides)}
    fry = r.task("fry fish", 5, 9, "tend", after, needs=BURNER, vessels=(pan,), skill=2, rounds=rounds)
    sauce = r.task("whisk sauce", 4, 8, "hands_on", {}, needs=BURNER, vessels=(r.vessel("saucepan"),), skill=3)
    last = r.task("plate fish", 2, 5, "hands_on", {fry: 5, sauce: 15}, hot=True)
    return last, 5, True


def _stew(r: _Recipe) -> tuple[str, int, bool]:
    pot = r.vessel("pot")
    meat = r.task("cube meat", 6, 12, "hands_on", {}, board="raw_meat")
    vegetables = r.chop(r.rng.randint(2, 4))
    brown = r.task("brown meat", 8, 14, "tend", {meat: 120}, needs=BURNER, vessels=(pot,), skill=2)
    sweat = r.task(
        "sweat vegetables", 5, 9, "tend", {brown: 10, **dict.fromkeys(vegetables)}, needs=BURNER, vessels=(pot,)
    )
    braise = r.task("braise stew", 60, 120, "unattended", {sweat: 10}, needs=BURNER, vessels=(pot,))
    last = r.task("season stew", 2, 4, "hands_on", {braise: 60}, vessels=(pot,), skill=2, hot=True)
    return last, 30, True


def _pasta(r: _Recipe) -> tuple[str, int, bool]:
    pot, pan = r.vessel("pot"), r.vessel("frying_pan")
    chopped = r.chop(r.rng.randint(1, 3))
    water = r.task("boil water", 9, 13, "unattended", {}, needs=BURNER, vessels=(pot,))
    sauce = r.task("saute sauce", 8, 15, "tend", dict.fromkeys(chopped), needs=BURNER, vessels=(pan,))
    cook = r.task("cook pasta", 8, 12, "unattended", {water: 15}, needs=BURNER, vessels=(pot,))
    drain = r.task("drain pasta", 1, 2, "hands_on", {cook: 1}, vessels=(pot,))
    last = r.task("toss pasta", 2, 3, "hands_on", {drain: 3, sauce: 20}, needs=BURNER, vessels=(pan,), hot=True)
    return last, 5, True


def _salad(r: _Recipe) -> tuple[str, int, bool]:
    leaves = r.task("wash leaves", 4, 7, "hands_on", {}, light=True)
    sliced = r.chop(r.rng.randint(1, 3), "ready_to_eat")
    dressing = r.task("whisk dressing", 3, 5, "hands_on", {}, light=True)
    last = r.task("toss salad", 2, 4, "hands_on", {leaves: 120, dressing: 240, **dict.fromkeys(sliced, 120)})
    return last, 10, False


def _gratin(r: _Recipe) -> tuple[str, int, bool]:
    dish = r.vessel("baking_dish")
    peel = r.task("peel potatoes", 8, 14, "hands_on", {}, light=True)
    slices = r.task("slice potatoes", 6, 12, "hands_on", {peel: 60}, board="none")
    layer = r.task("layer gratin", 5, 9, "hands_on", {slices: 30}, vessels=(dish,))
    bake = r.task(
        "bake gratin", 35, 60, "unattended", {layer: 60}, celsius=r.rng.choice((160, 180, 190)), vessels=(dish,)
    )
    last = r.task("rest gratin", 5, 8, "unattended", {bake: 5}, vessels=(dish,), hot=True)
    return last, 20, True


def _soup(r: _Recipe) -> tuple[str, int, bool]:
    pan = r.vessel("saucepan")
    vegetables = r.chop(r.rng.randint(2, 4))
    sweat = r.task("sweat soup", 5, 8, "tend", dict.fromkeys(vegetables, 240), needs=BURNER, vessels=(pan,))
    simmer = r.task("simmer soup", 18, 30, "unattended", {sweat: 10}, needs=BURNER, vessels=(pan,))
    machine = (Need(equipment="blender"),)
    blend = r.task("blend soup", 3, 5, "hands_on", {simmer: 60}, needs=machine, vessels=(pan,))
    last = r.task("ladle soup", 2, 4, "hands_on", {blend: 30}, hot=True)
    return last, 5, True


def _cake(r: _Recipe) -> tuple[str, int, bool]:
    tin = r.vessel("cake_tin")
    weigh = r.task("measure batter", 4, 7, "hands_on", {}, light=True)
    mix = r.task("whisk batter", 6, 10, "hands_on", {weigh: 240}, needs=(Need(equipment="mixer"),), skill=2)
    bake = r.task("bake cake", 30, 45, "unattended", {mix: 15}, celsius=r.rng.choice((160, 170, 180)), vessels=(tin,))
    cool = r.task("cool cake", 30, 60, "unattended", {bake: 5}, vessels=(tin,))
    last = r.task("frost cake", 5, 10, "hands_on", {cool: DAY_MINUTES}, skill=2)
    return last, DAY_MINUTES, False


TEMPLATES: tuple[Template, ...] = (_roast, _panfry, _stew, _pasta, _salad, _gratin, _soup, _cake)
COURSES: dict[Template, str] = {_salad: "starter", _soup: "starter", _cake: "dessert"}


def kitchen(seed: int, dishes: int = 3, cooks: int = 2, *, tasks: int | None = None) -> Problem:
    """A random dinner of that many dishes and cooks; with ``tasks`` dishes grow until about so many tasks are reached.

    Equipment grows with the number of dishes. The same arguments always give the same problem.
    """
    rng = random.Random(f"{seed}/{dishes}/{cooks}/{tasks}")
    recipes: list[tuple[_Recipe, Dish]] = []
    courses = {"starter", "main"}
    for number in range(dishes):
        template = rng.choice(TEMPLATES)
        recipe = _Recipe(rng, f"d{number + 1}")
        last, hold, hot = template(recipe)
        if tasks is not None:
            _grow(recipe, last, tasks // dishes)
        course = COURSES.get(template, "main")
        courses.add(course)
        serving = (ServingLink(task=last, max_lag_minutes=hold, hot_weight=int(hot)),)
        dish = Dish(id=recipe.dish, course=course, vessels=tuple(recipe.vessels), serving=serving)
        recipes.append((recipe, dish))
    serve_at = 210 + 15 * dishes
    return Problem(
        horizon_minutes=serve_at + 400,
        tasks=tuple(task for recipe, _ in recipes for task in recipe.tasks),
        links=tuple(link for recipe, _ in recipes for link in recipe.links),
        dishes=tuple(dish for _, dish in recipes),
        courses=_courses(courses, serve_at, dishes),
        cooks=_cooks(rng, cooks, serve_at + 400),
        settings=Settings(),
        **_equipment(dishes),
    )


def _grow(recipe: _Recipe, last: str, tasks: int) -> None:
    """More preparation, until the dish has about so many tasks; the new tasks come before the dish's last."""
    while len(recipe.tasks) < tasks:
        extra = recipe.chop(1)[0]
        recipe.links.append(Link(before=extra, after=last))


def _courses(wanted: set[str], serve_at: int, dishes: int) -> tuple[Course, ...]:
    window = 5 if dishes <= 6 else 15
    courses = [
        Course(id="starter", serve_at_minutes=serve_at, window_minutes=window),
        Course(id="main", follows="starter", gap_minutes=25, window_minutes=window),
        Course(id="dessert", follows="main", gap_minutes=40, window_minutes=window),
    ]
    return tuple(course for course in courses if course.id in wanted)


def _cooks(rng: random.Random, count: int, horizon: int) -> tuple[Cook, ...]:
    cooks = [Cook(id="Ana", skill=3)]
    for name in ("Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana")[: count - 1]:
        skill = rng.choice((1, 2, 2, 3))
        late = rng.choice((0, 0, 60))
        presence = (Window(start_minutes=late, end_minutes=horizon),) if late else ()
        refuses = (rng.choice(("portion", "carve", "season")),) if rng.random() < 0.3 else ()
        pace = {1: 150, 2: 100, 3: 100}[skill]
        cooks.append(Cook(id=name, skill=skill, presence=presence, refuses=refuses, pace_percent=pace))
    return tuple(cooks)


@dataclass(frozen=True)
class _Stock:
    kind: str
    least: int
    per_dishes: int
    stands_in_for: str | None = None


_STOCKS = (
    _Stock("frying_pan", 2, 3),
    _Stock("saucepan", 2, 3),
    _Stock("pot", 1, 3, stands_in_for="saucepan"),
    _Stock("roasting_tin", 1, 4),
    _Stock("baking_dish", 2, 4),
    _Stock("cake_tin", 1, 4),
)


def _equipment(dishes: int) -> dict[str, tuple[object, ...]]:
    vessels = [
        VesselStock(
            id=stock.kind,
            kind=stock.kind,
            count=max(stock.least, -(-dishes // stock.per_dishes)),
            stands_in_for=(StandIn(kind=stock.stands_in_for, cost=2),) if stock.stands_in_for else (),
        )
        for stock in _STOCKS
    ]
    ovens = [Oven(id=f"oven {n + 1}", slots=2) for n in range(1 + (dishes - 1) // 5)]
    return {
        "equipment": (
            Equipment(id="burner", count=4 + 2 * (dishes // 6)),
            Equipment(id="blender"),
            Equipment(id="mixer"),
        ),
        "ovens": tuple(ovens),
        "vessels": tuple(vessels),
        "boards": tuple(Board(id=f"board {n + 1}") for n in range(2 + dishes // 4)),
    }
