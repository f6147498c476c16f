"""What all types of the problem are made of."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Hygiene = Literal["none", "raw_meat", "raw_fish", "ready_to_eat"]
"""What food is to other food on boards and in hands; ``ready_to_eat`` is eaten as it is."""


class Model(BaseModel):
    """Base of all types that cross a boundary: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Window(Model):
    """The half-open interval [start_minutes, end_minutes), end after start."""

    start_minutes: int
    end_minutes: int


class Outage(Model):
    """``units`` units of something cannot be used in [start_minutes, end_minutes)."""

    start_minutes: int
    end_minutes: int
    units: int = 1
