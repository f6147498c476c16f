"""The recipes of generated kitchens: what a random roast, stew or cake consists of."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from scheduler.problem import Attention, Hygiene, Link, Need, OvenUse, Task, VesselUse

BURNER = (Need(equipment="burner"),)
DAY_MINUTES = 1440


@dataclass
class Recipe:
    """A dish while it is being written down; ``celsius``: what the oven is set to for its course."""

    rng: random.Random
    dish: str
    celsius: int
    tasks: list[Task] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    vessels: list[VesselUse] = field(default_factory=list)

    def vessel(self, kind: str) -> str:
        """A vessel of that kind for this dish; answers its letter."""
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
        baked: bool = False,
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
                oven=OvenUse(celsius=self.celsius) if baked else None,
                on_fire=bool(needs) or baked,
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
        """So many vegetables to chop; answers their tasks."""
        names = ("onion", "carrots", "herbs", "leeks", "garlic", "celery")
        return [
            self.task(f"chop {names[n % len(names)]}", 3, 9, "hands_on", {}, board=board, light=True)
            for n in range(count)
        ]


@dataclass(frozen=True)
class Ending:
    """A dish's last task, how long that can wait for serving, and whether it is eaten hot."""

    task: str
    hold: int
    hot: bool


Template = Callable[[Recipe], Ending]
"""Writes a dish."""


def _roast(r: Recipe) -> Ending:
    tin = r.vessel("roasting_tin")
    season = r.task("season meat", 5, 10, "hands_on", {}, board="raw_meat")
    vegetables = r.chop(r.rng.randint(1, 3))
    after = {season: 120, **dict.fromkeys(vegetables)}
    roast = r.task("roast meat", 40, 90, "unattended", after, baked=True, vessels=(tin,))
    rest = r.task("rest meat", 8, 15, "unattended", {roast: 2}, vessels=(tin,))
    gravy = r.task("simmer gravy", 6, 12, "tend", {roast: 20}, needs=BURNER, vessels=(r.vessel("saucepan"),), skill=2)
    last = r.task("carve meat", 4, 8, "hands_on", {rest: 15, gravy: 20}, skill=2, board="ready_to_eat", hot=True)
    return Ending(last, 8, True)


def _panfry(r: Recipe) -> Ending:
    pan = r.vessel("frying_pan")
    fish = r.task("portion fish", 4, 9, "hands_on", {}, board="raw_fish", skill=2)
    sides = r.chop(r.rng.randint(1, 2))
    rounds = r.rng.choice((1, 1, 2))
    after = {fish: 60, **dict.fromkeys(sides)}
    fry = r.task("fry fish", 5, 9, "tend", after, needs=BURNER, vessels=(pan,), skill=2, rounds=rounds)
    sauce = r.task("whisk sauce", 4, 8, "hands_on", {}, needs=BURNER, vessels=(r.vessel("saucepan"),), skill=3)
    last = r.task("plate fish", 2, 5, "hands_on", {fry: 5, sauce: 15}, hot=True)
    return Ending(last, 5, True)


def _stew(r: Recipe) -> Ending:
    pot = r.vessel("pot")
    meat = r.task("cube meat", 6, 12, "hands_on", {}, board="raw_meat")
    vegetables = r.chop(r.rng.randint(2, 4))
    brown = r.task("brown meat", 8, 14, "tend", {meat: 120}, needs=BURNER, vessels=(pot,), skill=2)
    sweat = r.task(
        "sweat vegetables", 5, 9, "tend", {brown: 10, **dict.fromkeys(vegetables)}, needs=BURNER, vessels=(pot,)
    )
    braise = r.task("braise stew", 60, 120, "unattended", {sweat: 10}, needs=BURNER, vessels=(pot,))
    last = r.task("season stew", 2, 4, "hands_on", {braise: 60}, vessels=(pot,), skill=2, hot=True)
    return Ending(last, 30, True)


def _pasta(r: Recipe) -> Ending:
    pot, pan = r.vessel("pot"), r.vessel("frying_pan")
    chopped = r.chop(r.rng.randint(1, 3))
    water = r.task("boil water", 9, 13, "unattended", {}, needs=BURNER, vessels=(pot,))
    sauce = r.task("saute sauce", 8, 15, "tend", dict.fromkeys(chopped), needs=BURNER, vessels=(pan,))
    cook = r.task("cook pasta", 8, 12, "unattended", {water: 15}, needs=BURNER, vessels=(pot,))
    drain = r.task("drain pasta", 1, 2, "hands_on", {cook: 1}, vessels=(pot,))
    last = r.task("toss pasta", 2, 3, "hands_on", {drain: 3, sauce: 20}, needs=BURNER, vessels=(pan,), hot=True)
    return Ending(last, 5, True)


def _salad(r: Recipe) -> Ending:
    leaves = r.task("wash leaves", 4, 7, "hands_on", {}, light=True)
    sliced = r.chop(r.rng.randint(1, 3), "ready_to_eat")
    dressing = r.task("whisk dressing", 3, 5, "hands_on", {}, light=True)
    last = r.task("toss salad", 2, 4, "hands_on", {leaves: 120, dressing: 240, **dict.fromkeys(sliced, 120)})
    return Ending(last, 10, False)


def _gratin(r: Recipe) -> Ending:
    dish = r.vessel("baking_dish")
    peel = r.task("peel potatoes", 8, 14, "hands_on", {}, light=True)
    slices = r.task("slice potatoes", 6, 12, "hands_on", {peel: 60}, board="none")
    layer = r.task("layer gratin", 5, 9, "hands_on", {slices: 30}, vessels=(dish,))
    bake = r.task("bake gratin", 35, 60, "unattended", {layer: 60}, baked=True, vessels=(dish,))
    last = r.task("rest gratin", 5, 8, "unattended", {bake: 5}, vessels=(dish,), hot=True)
    return Ending(last, 20, True)


def _soup(r: Recipe) -> Ending:
    pan = r.vessel("saucepan")
    vegetables = r.chop(r.rng.randint(2, 4))
    sweat = r.task("sweat soup", 5, 8, "tend", dict.fromkeys(vegetables, 240), needs=BURNER, vessels=(pan,))
    simmer = r.task("simmer soup", 18, 30, "unattended", {sweat: 10}, needs=BURNER, vessels=(pan,))
    machine = (Need(equipment="blender"),)
    blend = r.task("blend soup", 3, 5, "hands_on", {simmer: 60}, needs=machine, vessels=(pan,))
    last = r.task("ladle soup", 2, 4, "hands_on", {blend: 30}, hot=True)
    return Ending(last, 5, True)


def _cake(r: Recipe) -> Ending:
    tin = r.vessel("cake_tin")
    weigh = r.task("measure batter", 4, 7, "hands_on", {}, light=True)
    mix = r.task("whisk batter", 6, 10, "hands_on", {weigh: 240}, needs=(Need(equipment="mixer"),), skill=2)
    bake = r.task("bake cake", 30, 45, "unattended", {mix: 15}, baked=True, vessels=(tin,))
    cool = r.task("cool cake", 30, 60, "unattended", {bake: 5}, vessels=(tin,))
    last = r.task("frost cake", 5, 10, "hands_on", {cool: DAY_MINUTES}, skill=2)
    return Ending(last, DAY_MINUTES, False)


TEMPLATES: tuple[Template, ...] = (_roast, _panfry, _stew, _pasta, _salad, _gratin, _soup, _cake)
COURSES: dict[Template, str] = {_salad: "starter", _soup: "starter", _cake: "dessert"}
