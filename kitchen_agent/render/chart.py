"""The layout of the Gantt chart: panels, rows, lanes and bars, in minutes and percent. The template only draws it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from kitchen_agent.plan import DinnerPlan, Item
from kitchen_agent.render.words import clock, day, details, minutes_between, span

PAUSE_MINUTES: Final = 75
"""A longer time in which nobody works and nothing is hot splits the chart: nobody needs a picture of the night."""
EDGE_MINUTES: Final = 15
SCALE_RANGE: Final = (2.6, 7.0)
"""Pixels for a minute, at least and at most."""
DESKTOP_PIXELS: Final = 1240
FLAG_MINUTES_PER_LETTER: Final = 1.4
DISH_COLOURS: Final = 12
GROUP_HEADINGS: Final = {
    "oven": "Oven", "heat and machines": "Heat and machines", "vessels": "Vessels", "boards": "Boards",
}  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """One bar in a row. `left` and `width` are percent of the panel, `lane` counts from 0."""

    left: float
    width: float
    lane: int
    number: int | None
    label: str
    title: str
    classes: str


@dataclass(frozen=True)
class Row:
    """One cook, burner, pan, …: `lanes` is how many bars lie above each other."""

    label: str
    note: str
    lanes: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Mark:
    """A labelled moment: a tick of the axis, or the flag of a sitting."""

    left: float
    label: str
    lane: int = 0


@dataclass(frozen=True)
class Panel:
    """One stretch of work: its axis, its serving times and its groups of rows."""

    heading: str
    minutes: int
    ticks: tuple[Mark, ...]
    flags: tuple[Mark, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]

    @property
    def scale(self) -> float:
        """Pixels for a minute on a screen: the panel fits a desktop's width while its bars can still be read."""
        least, most = SCALE_RANGE
        return round(min(most, max(least, DESKTOP_PIXELS / self.minutes)), 2)


@dataclass(frozen=True)
class _Use:
    """Something to draw, before it has a place."""

    start: datetime
    end: datetime
    label: str
    title: str
    classes: str
    number: int | None = None


def panels(plan: DinnerPlan) -> tuple[Panel, ...]:
    """The chart, a panel for each stretch of work between long pauses."""
    numbers = {item.id: number for number, item in enumerate(plan.items, 1)}
    return tuple(_panel(plan, numbers, start, end) for start, end in _stretches(plan))


def colour(plan: DinnerPlan, dish: str | None) -> str:
    """The CSS class of a dish's colour; "chore" for what belongs to none."""
    for number, entry in enumerate(plan.dishes):
        if entry.id == dish:
            return f"dish-{number % DISH_COLOURS}"
    return "chore"


def _stretches(plan: DinnerPlan) -> list[tuple[datetime, datetime]]:
    """The times to draw, on full quarters of an hour."""
    active = [(item.start, item.end) for item in plan.items if item.attention != "unattended"]
    active += [(place.start, place.end) for place in plan.places if place.group in ("oven", "heat and machines")]
    active += [(dish.served, dish.served) for dish in plan.dishes]
    stretches: list[tuple[datetime, datetime]] = []
    for start, end in sorted(active):
        if stretches and minutes_between(stretches[-1][1], start) <= PAUSE_MINUTES:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], end))
        else:
            stretches.append((start, end))
    return [(_quarter(start, 0), _quarter(end, EDGE_MINUTES)) for start, end in stretches]


def _quarter(moment: datetime, later: int) -> datetime:
    """The full quarter of an hour at or before `moment`, or that after it."""
    floor = moment - timedelta(minutes=moment.minute % 15)
    return floor if floor == moment and not later else floor + timedelta(minutes=later)


def _panel(plan: DinnerPlan, numbers: dict[str, int], start: datetime, end: datetime) -> Panel:
    minutes = max(EDGE_MINUTES, minutes_between(start, end))

    def row(label: str, uses: Iterable[_Use], note: str = "") -> Row:
        return _row(label, note, uses, start, minutes)

    cooks = [
        row(cook.name, (_item_use(plan, item, numbers) for item in plan.of_cook(cook.name)), cook.skill)
        for cook in plan.cooks
    ]
    alone = row("needs nobody", (_item_use(plan, item, numbers) for item in plan.items if not item.cooks))
    groups = [("Cooks", tuple(cooks)), ("Runs by itself", (alone,) if alone.bars else ())]
    for group, heading in GROUP_HEADINGS.items():
        things = dict.fromkeys(place.name for place in plan.places if place.group == group)
        rows = [row(thing, _place_uses(plan, thing)) for thing in things]
        groups.append((heading, tuple(found for found in rows if found.bars)))
    return Panel(
        heading=f"{day(start)}, {start:%H:%M}–{end:%H:%M}",
        minutes=minutes,
        ticks=_ticks(start, minutes),
        flags=_flags(plan, start, minutes),
        groups=tuple((heading, rows) for heading, rows in groups if rows),
    )


def _item_use(plan: DinnerPlan, item: Item, numbers: dict[str, int]) -> _Use:
    own = item.busy_until if item.cooks else item.end
    parts = [item.name + details(item), plan.dish_name(item.dish), span(item.start, item.end, plan)]
    parts += [", ".join(item.equipment), ", ".join(item.cooks)]
    kind = item.attention if item.kind == "task" else "chore"
    classes = f"{colour(plan, item.dish) if item.kind == 'task' else ''} {kind}".strip()
    return _Use(item.start, own, item.name, " · ".join(filter(None, parts)), classes, numbers[item.id])


def _place_uses(plan: DinnerPlan, thing: str) -> list[_Use]:
    uses = []
    for place in plan.places:
        if place.name == thing:
            dish = plan.dish_name(place.dish)
            label = dish if place.doing == "in use" else place.doing
            chore = place.dish is None or place.doing == "wash up"
            title = " · ".join(filter(None, [place.doing, dish, span(place.start, place.end, plan)]))
            classes = "chore" if chore else f"{colour(plan, place.dish)} place"
            uses.append(_Use(place.start, place.end, label, title, classes))
    return uses


def _row(label: str, note: str, uses: Iterable[_Use], start: datetime, minutes: int) -> Row:
    """Places the uses that lie in the panel, each on the first lane that is free."""
    free: list[int] = []
    bars: list[Bar] = []
    for use in sorted(uses, key=lambda entry: (entry.start, entry.end)):
        first, last = minutes_between(start, use.start), minutes_between(start, use.end)
        if last <= 0 or first >= minutes:
            continue
        classes = use.classes + (" earlier" if first < 0 else "") + (" later" if last > minutes else "")
        first, last = max(0, first), min(minutes, last)
        lane = next((number for number, until in enumerate(free) if until <= first), len(free))
        free[lane:] = [last, *free[lane + 1 :]]
        left, width = 100 * first / minutes, 100 * (last - first) / minutes
        bars.append(Bar(left, width, lane, use.number, use.label, use.title, classes))
    return Row(label, note, max(1, len(free)), tuple(bars))


def _ticks(start: datetime, minutes: int) -> tuple[Mark, ...]:
    step = next((step for step, most in ((15, 150), (30, 360), (60, 840)) if minutes <= most), 120)
    offset = -(start.hour * 60 + start.minute) % step
    return tuple(
        Mark(100 * minute / minutes, f"{start + timedelta(minutes=minute):%H:%M}")
        for minute in range(offset, minutes + 1, step)
    )


def _flags(plan: DinnerPlan, start: datetime, minutes: int) -> tuple[Mark, ...]:
    """When each sitting is served; a flag that would cover another goes one line lower."""
    served: dict[str, datetime] = {}
    for dish in plan.dishes:
        served[dish.sitting] = max(served.get(dish.sitting, dish.served), dish.served)
    free: list[float] = []
    flags: list[Mark] = []
    for sitting, moment in sorted(served.items(), key=lambda entry: entry[1]):
        minute = minutes_between(start, moment)
        if not 0 <= minute <= minutes:
            continue
        label = f"{clock(moment, plan)} {sitting}"
        reach = len(label) * FLAG_MINUTES_PER_LETTER * max(1.0, minutes / 180)
        lane = next((number for number, until in enumerate(free) if until <= minute - reach), len(free))
        free[lane:] = [minute, *free[lane + 1 :]]
        flags.append(Mark(100 * minute / minutes, label, lane))
    return tuple(flags)


def flag_lanes(flags: Sequence[Mark]) -> int:
    """How many lines the flags take."""
    return max((flag.lane + 1 for flag in flags), default=0)
