"""Seeded kitchens: random but plausible dinners for tests and benchmarks, from 2 dishes to 150 tasks.

They can be cooked, late perhaps. Courses do not compete: a course may come as late as it likes and the horizon has
room. Within a course

* every dish has vessels of its own, a place in an oven of its course's temperature, and a burner for what simmers for
  an hour (:func:`_equipment` counts them), so that only hands are scarce;
* Ana can do everything. What a dish asks of a cook after its last wait of an hour or more, the *finishing*, can be
  done by one able cook in one go. So the able cooks can finish the dishes one after another, and a finished dish
  waits no longer than it takes them to finish the others, which :func:`_queue` adds to what it can stand;
* what comes before the finishing can wait for an hour, and is done in the gaps of that sequence.
"""

import random
from collections import Counter
from dataclasses import dataclass

from scheduler.generate.recipes import COURSES, TEMPLATES, Ending, Recipe
from scheduler.problem import (
    Board,
    Cook,
    Course,
    Dish,
    Equipment,
    Link,
    Oven,
    Problem,
    ServingLink,
    StandIn,
    VesselStock,
    Window,
)

LONG_WAIT_MINUTES = 60
"""What can wait so long is not part of a dish's finishing."""
CELSIUS = {"starter": (180,), "main": (180, 190, 200, 220), "dessert": (160, 170, 180)}
"""What the oven may be set to for each course; the dishes of a course differ by 10 at most."""
EVENING_MINUTES = 400
"""From the first serving to the horizon."""


@dataclass(frozen=True)
class _Written:
    """A dish with its recipe and the course that it belongs to."""

    recipe: Recipe
    ending: Ending
    course: str

    @property
    def finishing(self) -> int:
        """Minutes of cook's work and of cooking on the hob after the dish's last long wait."""
        recipe = self.recipe
        if self.ending.hold >= LONG_WAIT_MINUTES:
            return 0
        late: set[str] = set()
        found = {self.ending.task}
        while found:
            late |= found
            holds = [(link.before, link.max_lag_minutes) for link in recipe.links if link.after in late]
            found = {before for before, hold in holds if hold is not None and hold < LONG_WAIT_MINUTES} - late
        return sum(
            task.minutes * task.rounds
            for task in recipe.tasks
            if task.id in late and (task.needs or task.attention != "unattended")
        )


def kitchen(seed: int, dishes: int = 3, cooks: int = 2, *, tasks: int | None = None) -> Problem:
    """A random dinner of that many dishes and cooks; with ``tasks`` dishes grow until about so many tasks are reached.

    Equipment grows with the menu. The same arguments always give the same problem.
    """
    rng = random.Random(f"{seed}/{dishes}/{cooks}/{tasks}")
    celsius = {course: rng.choice(choices) for course, choices in CELSIUS.items()}
    written = [_write(rng, f"d{number + 1}", celsius) for number in range(dishes)]
    for dish in written:
        _grow(dish, (tasks or 0) // dishes)
    serve_at = 210 + 15 * dishes
    team = _cooks(rng, cooks, serve_at + EVENING_MINUTES)
    able = sum(1 for cook in team if cook.skill == 3 and not cook.refuses)
    return Problem(
        horizon_minutes=serve_at + EVENING_MINUTES,
        tasks=tuple(task for dish in written for task in dish.recipe.tasks),
        links=tuple(link for dish in written for link in dish.recipe.links),
        dishes=tuple(_dish(dish, _queue(dish, written, able)) for dish in written),
        courses=_courses({"starter", "main"} | {dish.course for dish in written}, serve_at, dishes),
        cooks=team,
        **_equipment(written, able),
    )


def _write(rng: random.Random, dish: str, celsius: dict[str, int]) -> _Written:
    template = rng.choice(TEMPLATES)
    course = COURSES.get(template, "main")
    recipe = Recipe(rng, dish, celsius[course] + rng.choice((0, 10)))
    return _Written(recipe, template(recipe), course)


def _grow(dish: _Written, tasks: int) -> None:
    """More preparation, until the dish has about so many tasks; the new tasks come before the dish's last."""
    while len(dish.recipe.tasks) < tasks:
        extra = dish.recipe.chop(1)[0]
        dish.recipe.links.append(Link(before=extra, after=dish.ending.task))


def _queue(dish: _Written, written: list[_Written], able: int) -> int:
    """Minutes that the able cooks take to finish the other dishes of the course."""
    others = sum(other.finishing for other in written if other.course == dish.course and other is not dish)
    return -(-others // able)


def _dish(written: _Written, queue: int) -> Dish:
    ending, recipe = written.ending, written.recipe
    serving = ServingLink(task=ending.task, max_lag_minutes=ending.hold + queue, hot_weight=int(ending.hot))
    return Dish(id=recipe.dish, course=written.course, vessels=tuple(recipe.vessels), serving=(serving,))


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


def _equipment(written: list[_Written], able: int) -> dict[str, tuple[object, ...]]:
    dishes = len(written)
    vessels = [
        VesselStock(
            id=stock.kind,
            kind=stock.kind,
            count=max(stock.least, -(-dishes // stock.per_dishes), _most_in_a_course(written, stock.kind)),
            stands_in_for=(StandIn(kind=stock.stands_in_for, cost=2),) if stock.stands_in_for else (),
        )
        for stock in _STOCKS
    ]
    slots = 2
    baked = Counter(dish.course for dish in written for task in dish.recipe.tasks if task.oven)
    ovens = max(1 + (dishes - 1) // 5, *(-(-count // slots) for count in baked.values()), 1)
    simmering = Counter(
        dish.course
        for dish in written
        for task in dish.recipe.tasks
        if task.attention == "unattended" and any(need.equipment == "burner" for need in task.needs)
    )
    burners = max(4 + 2 * (dishes // 6), max(simmering.values(), default=0) + 3 * able)
    return {
        "equipment": (Equipment(id="burner", count=burners), Equipment(id="blender"), Equipment(id="mixer")),
        "ovens": tuple(Oven(id=f"oven {n + 1}", slots=slots) for n in range(ovens)),
        "vessels": tuple(vessels),
        "boards": tuple(Board(id=f"board {n + 1}") for n in range(2 + dishes // 4)),
    }


def _most_in_a_course(written: list[_Written], kind: str) -> int:
    """The most vessels of a kind that the dishes of one course want, all rounds at once."""
    wanted: Counter[str] = Counter()
    for dish in written:
        for vessel in dish.recipe.vessels:
            users = [task for task in dish.recipe.tasks if vessel.id in task.vessels]
            wanted[dish.course] += max(task.max_pans for task in users) if vessel.kind == kind else 0
    return max(wanted.values(), default=0)
