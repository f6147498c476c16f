"""What a person asks for: the menu, the guests, the serving time, the cooks and their kitchen.

Clock times live here and in the finished plan; between the two everything is minutes. A bare "19:30" is read when
the request is made, as the next such time in the time zone of the request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from kitchen_agent.kitchen import Kitchen
from kitchen_agent.moments import clock_time, local_zone_name, moment_of, now_of, offset_zone
from kitchen_agent.taskgraph import COURSES

Skill = Literal["novice", "home", "expert"]
SKILL_LEVEL: Final[Mapping[str, int]] = {"novice": 1, "home": 2, "expert": 3}
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]

SITTING_OF_COURSE: Final[Mapping[str, str]] = {
    "starter": "starter", "soup": "starter", "snack": "starter", "drink": "starter",
    "main": "main", "side": "main", "salad": "main", "bread": "main", "sauce": "main", "breakfast": "main",
    "dessert": "dessert",
}  # fmt: skip
"""With which sitting a dish comes to the table when the menu does not say."""

OFFSET_MINUTES: Final[Mapping[str, int]] = {"starter": 0, "main": 30, "dessert": 75}
"""Minutes from the first sitting; the first that the menu has is at the serving time itself."""

_SPAN = re.compile(r"\s*(\d{1,2}[:.h]\d{2})\s*(?:-|–|to)\s*(\d{1,2}[:.h]\d{2})\s*")


def slug(text: str) -> str:
    """`text` as an id: lower case, words joined by hyphens ("Roast chicken!" gives "roast-chicken")."""
    return "-".join(re.findall(r"\w+", text.lower().replace("_", " "))) or "dish"


class Presence(BaseModel):
    """A cook is in the kitchen from `start` to `end`, times of the day of the dinner; "18:00-19:30" is understood.

    An end before the start is after midnight.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: time
    end: time

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        span = _SPAN.fullmatch(value)
        if span is None:
            raise ValueError(f"{value!r} is not a span of time such as 18:00-19:30")
        return {"start": clock_time(span[1]), "end": clock_time(span[2])}

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.start == self.end:
            raise ValueError("starts and ends at the same time")
        return self

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


class Cook(BaseModel):
    """A person who cooks.

    `present`: spans of the dinner's day; empty: there the whole time. `refuses`: actions ("deep_fry"), equipment
    ("oven"), chores ("wash_up", "clean") or words of a task or its ingredients ("fish") that the cook will not do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    skill: Skill = "home"
    present: tuple[Presence, ...] = ()
    refuses: tuple[Name, ...] = ()

    @property
    def id(self) -> str:
        """The cook in the scheduler's words."""
        return slug(self.name)

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        """Understands "Ana", "Ana:expert" and "Ben:novice@18:00-19:30,20:15-21:00"."""
        if not isinstance(value, str):
            return value
        person, at, spans = value.partition("@")
        name, colon, skill = person.partition(":")
        fields: dict[str, object] = {"name": name}
        if colon:
            fields["skill"] = skill.strip()
        if at:
            fields["present"] = spans.split(",")
        return fields

    @field_validator("present", mode="before")
    @classmethod
    def _one_span(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value

    @field_validator("present")
    @classmethod
    def _spans_apart(cls, spans: tuple[Presence, ...]) -> tuple[Presence, ...]:
        ordered = sorted(spans, key=lambda span: span.start)
        if any(one.end > two.start or one.end < one.start for one, two in pairwise(ordered)):
            raise ValueError("two spans overlap; join them")
        return tuple(ordered)

    @classmethod
    def parse(cls, text: str) -> Cook:
        """The cook in "Ana", "Ana:expert" or "Ben:novice@18:00-19:30". Raises pydantic.ValidationError."""
        return cls.model_validate(text)


class DishRequest(BaseModel):
    """One dish of the menu.

    `id` is made from the name. `course` is a sitting of the request or a course word; without it the dish's own
    course decides. `portions_per_guest` scales the dish beside the guests (0.5 for a small side, 2 for the hungry).
    With `ahead` all of it may be made before the dinner session. `recipe` is a file to read in place of the cookbook.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    id: str = ""
    course: str | None = None
    portions_per_guest: float = Field(default=1.0, gt=0, le=20)
    ahead: bool = False
    recipe: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return {"name": value} if isinstance(value, str) else value


class DinnerRequest(BaseModel):
    """A dinner: who eats what when, who cooks and where.

    `serve_at` is when the first sitting is served. `courses` gives sittings their minutes after it (default: see
    OFFSET_MINUTES). `earliest_start`: no work before; "now" and a bare time of day are understood. Give the present
    time as validation context {"now": datetime} where it matters; otherwise the clock is asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(default="Dinner", max_length=120)
    guests: int = Field(ge=1, le=500)
    time_zone: str | None = Field(default_factory=local_zone_name)
    serve_at: datetime
    dishes: tuple[DishRequest, ...] = Field(min_length=1, max_length=30)
    courses: dict[str, Annotated[int, Field(ge=0, le=1440)]] = Field(default_factory=dict)
    cooks: tuple[Cook, ...] = Field(default=(Cook(name="Cook"),), min_length=1, max_length=30)
    kitchen: Kitchen = Field(default_factory=Kitchen)
    earliest_start: datetime | None = None

    @property
    def zone(self) -> tzinfo:
        """The time zone in which this dinner's clock times are shown."""
        return ZoneInfo(self.time_zone) if self.time_zone else offset_zone(self.serve_at)

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (KeyError, ValueError, OSError) as error:
                raise ValueError(f"{name!r} is no time zone; use a name such as Europe/Berlin") from error
        return name

    @field_validator("serve_at", mode="before")
    @classmethod
    def _serve_at(cls, value: object, info: ValidationInfo) -> object:
        return moment_of(value, info, after_now=True)

    @field_validator("earliest_start", mode="before")
    @classmethod
    def _earliest_start(cls, value: object, info: ValidationInfo) -> object:
        if value == "now":
            return now_of(info)
        moment = moment_of(value, info, after_now=False)
        serve_at = info.data.get("serve_at")
        if isinstance(moment, datetime) and isinstance(serve_at, datetime) and moment >= serve_at:
            raise ValueError("work would start after the guests are served; give an earlier time")
        return moment

    @field_validator("dishes", mode="before")
    @classmethod
    def _dishes_of_text(cls, value: object) -> object:
        return [name for name in value.split(",") if name.strip()] if isinstance(value, str) else value

    @field_validator("dishes")
    @classmethod
    def _dishes_have_ids(cls, dishes: tuple[DishRequest, ...]) -> tuple[DishRequest, ...]:
        taken: set[str] = set()
        named: list[DishRequest] = []
        for dish in dishes:
            base = number = dish.id or slug(dish.name)
            count = 1
            while number in taken:
                count += 1
                number = f"{base}-{count}"
            taken.add(number)
            named.append(dish.model_copy(update={"id": number}))
        return tuple(named)

    @field_validator("cooks")
    @classmethod
    def _cooks_differ(cls, cooks: tuple[Cook, ...]) -> tuple[Cook, ...]:
        ids = [cook.id for cook in cooks]
        if twice := sorted({cook.name for cook in cooks if ids.count(cook.id) > 1}):
            raise ValueError(f"more than one cook is called {', '.join(twice)}; give each a name of its own")
        return cooks

    @model_validator(mode="after")
    def _courses_exist(self) -> Self:
        known = [*COURSES, *(name for name in self.courses if name not in COURSES)]
        for dish in self.dishes:
            if dish.course is not None and dish.course not in known:
                raise ValueError(
                    f"dish {dish.name!r} has the course {dish.course!r}; use one of {', '.join(known)}, "
                    "or add it under courses with its minutes"
                )
        return self

    @field_validator("courses")
    @classmethod
    def _courses_in_order(cls, courses: dict[str, int]) -> dict[str, int]:
        given = [(name, courses[name]) for name in OFFSET_MINUTES if name in courses]
        for (first, before), (second, after) in pairwise(given):
            if after < before:
                raise ValueError(
                    f"the {second} at {after} comes before the {first} at {before}; give it {before} or more"
                )
        return courses

    def sitting(self, dish: DishRequest, graph_course: str) -> str:
        """The sitting with which `dish` is served; `graph_course` is the course in its task graph."""
        course = dish.course or graph_course
        return course if course in self.courses else SITTING_OF_COURSE[course]

    def offsets(self, sittings: Sequence[str]) -> dict[str, int]:
        """Minutes after `serve_at` for each of `sittings`, earliest first.

        Those that `courses` does not give keep their usual distance from the first of the menu, but come no sooner
        than those before them.
        """
        first = min((OFFSET_MINUTES[name] for name in sittings if name in OFFSET_MINUTES), default=0)
        table, soonest = dict(self.courses), 0
        for name, minutes in OFFSET_MINUTES.items():
            if name in sittings:
                soonest = table[name] = self.courses.get(name, max(soonest, minutes - first))
        return dict(sorted(((name, table[name]) for name in set(sittings)), key=lambda item: (item[1], item[0])))
