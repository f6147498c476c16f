"""The kitchen: ovens, burners, vessels, machines and the habits of the house, as people write them down.

What a profile does not mention is as in a normal home kitchen; `0` says that something is missing. Portions are
those of a main course.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

Count = Annotated[int, Field(ge=0, le=200)]


class OvenSpec(BaseModel):
    """One oven. `racks` is the number of trays that bake well at the same time; minutes are those of heating up
    from cold and of going from one temperature to another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "oven"
    racks: int = Field(default=2, ge=1, le=40)
    min_celsius: int = Field(default=40, ge=30, le=150)
    max_celsius: int = Field(default=280, ge=150, le=500)
    warm_up_minutes: int = Field(default=15, ge=0, le=120)
    change_minutes: int = Field(default=10, ge=0, le=120)


class VesselSpec(BaseModel):
    """`count` identical vessels, each of which cooks `portions` portions at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: Count = 1
    portions: int = Field(ge=1, le=500)
    wash_minutes: int | None = Field(default=None, ge=0, le=60)


POOLS: Final[Mapping[str, int]] = {
    "grill": 0,
    "microwave": 1,
    "toaster": 1,
    "smoker": 0,
    "waffle_iron": 1,
    "hand_mixer": 1,
    "pasta_machine": 1,
    "rolling_pin": 1,
    "sieve": 2,
}
"""Equipment besides burners that holds no food between tasks, with its number in a normal home kitchen."""

HOME_VESSELS: Final[Mapping[str, tuple[int, int]]] = {
    "frying_pan": (2, 4),
    "saucepan": (3, 6),
    "pot": (1, 12),
    "dutch_oven": (1, 8),
    "wok": (1, 4),
    "griddle": (1, 4),
    "steamer": (1, 4),
    "baking_sheet": (2, 8),
    "baking_dish": (2, 6),
    "roasting_pan": (1, 8),
    "cake_tin": (2, 12),
    "loaf_tin": (2, 10),
    "muffin_tin": (2, 12),
    "pie_dish": (2, 8),
    "bowl": (12, 20),
    "jar": (6, 20),
    "pressure_cooker": (1, 8),
    "slow_cooker": (1, 8),
    "rice_cooker": (0, 6),
    "deep_fryer": (0, 4),
    "blender": (1, 6),
    "food_processor": (1, 6),
    "stand_mixer": (1, 12),
    "ice_cream_maker": (1, 6),
}
"""What food stays in: how many a normal home kitchen has, and how many portions fit in one."""

UNLIMITED: Final = frozenset({"fridge", "freezer"})
"""Always there and never full."""


def _ovens(value: object) -> object:
    """A number of ovens, or their specifications."""
    if isinstance(value, int) and not isinstance(value, bool):
        return [OvenSpec(name="oven" if value == 1 else f"oven {number}") for number in range(1, value + 1)]
    return [value] if isinstance(value, Mapping) else value


class Kitchen(BaseModel):
    """Everything the scheduler must know about the place.

    `novice_percent` stretches a novice's hands-on work (150: half as long again). `tend_capacity` is the number of
    pots that one cook can watch. `oven_tolerance_celsius` is how far two dishes that share an oven may differ.
    `chilled_out_minutes` is how long raw meat and fish may be out of the fridge while the dinner is cooked.
    `day_start` and `day_end` bound the hours of work on other days and before the dinner; with `make_ahead` a part
    that keeps may be made hours or days before, when it does not fit otherwise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = "home kitchen"
    ovens: Annotated[tuple[OvenSpec, ...], BeforeValidator(_ovens)] = (OvenSpec(),)
    burners: Count = 4
    equipment: dict[str, Count] = Field(default_factory=dict, validate_default=True)
    vessels: dict[str, tuple[VesselSpec, ...]] = Field(default_factory=dict, validate_default=True)
    boards: Count = 2
    wash_up_minutes: int = Field(default=3, ge=0, le=60)
    clean_minutes: int = Field(default=2, ge=0, le=60)
    novice_percent: int = Field(default=150, ge=100, le=400)
    tend_capacity: int = Field(default=2, ge=1, le=8)
    oven_tolerance_celsius: int = Field(default=10, ge=0, le=50)
    watch_fire: bool = True
    chilled_out_minutes: int = Field(default=120, ge=10, le=1440)
    make_ahead: bool = True
    day_start: time = time(8)
    day_end: time = time(22)

    @field_validator("ovens")
    @classmethod
    def _oven_names_differ(cls, ovens: tuple[OvenSpec, ...]) -> tuple[OvenSpec, ...]:
        names = [oven.name for oven in ovens]
        if len(set(names)) < len(names):
            raise ValueError("two ovens have the same name: give each its own")
        return ovens

    @field_validator("equipment", mode="before")
    @classmethod
    def _pools_on_top_of_home(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        _refuse_unknown(value, POOLS, HOME_VESSELS, "vessels")
        return {**POOLS, **value}

    @field_validator("vessels", mode="before")
    @classmethod
    def _vessels_on_top_of_home(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        _refuse_unknown(value, HOME_VESSELS, POOLS, "equipment")
        home: dict[str, Any] = {kind: count for kind, (count, _) in HOME_VESSELS.items()}
        return {kind: _vessel_specs(kind, spec) for kind, spec in {**home, **value}.items()}

    @field_validator("day_end")
    @classmethod
    def _day_has_hours(cls, day_end: time, info: ValidationInfo) -> time:
        if day_end <= info.data.get("day_start", time.min):
            raise ValueError("the day must end after it starts")
        return day_end


def _refuse_unknown(value: Mapping[str, Any], known: Mapping[str, Any], other: Mapping[str, Any], home: str) -> None:
    for word in value:
        if word in other:
            raise ValueError(f"{word!r} belongs under {home!r}")
        if word not in known:
            raise ValueError(f"{word!r} is no known equipment; known are: {', '.join(sorted(known))}")


def _vessel_specs(kind: str, value: Any) -> Any:
    """`3`, `{count: 3, portions: 6}` or a list of such mappings as a list of specifications."""
    _, portions = HOME_VESSELS[kind]
    if isinstance(value, int) and not isinstance(value, bool):
        value = {"count": value}
    sizes = [value] if isinstance(value, Mapping) else value
    if not isinstance(sizes, list | tuple):
        return value
    return tuple({"portions": portions, **size} if isinstance(size, Mapping) else size for size in sizes)
