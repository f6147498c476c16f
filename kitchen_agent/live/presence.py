"""Who is in the kitchen when: what is said about cooks who leave, come, come back, or say another time than before.

The newest word about a cook counts: a time that is still to come is put right by a new one, what is past stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from scheduler.problem import Window


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Newcomer(_Part):
    """A cook who is not in the first plan."""

    name: str
    skill: Literal["novice", "home", "expert"]


class Absence(_Part):
    """A cook is away from `start` until `end` (None: for good)."""

    cook: str
    start: datetime
    end: datetime | None = None


class Arrival(_Part):
    """A cook is there from `at` on, be it before the hours that the plan knew."""

    cook: str
    at: datetime


def leaving(away: tuple[Absence, ...], cook: str, start: datetime, now: datetime) -> tuple[Absence, ...]:
    """`away`, and `cook` goes at `start`: in place of the time that was said before, if that is still to come."""
    kept = []
    for absence in away:
        if absence.cook == cook and absence.end is None:
            if absence.start < min(now, start):
                kept.append(absence.model_copy(update={"end": now}))  # who goes once more has been back
        else:
            kept.append(absence)
    return (*kept, Absence(cook=cook, start=start))


def coming(away: tuple[Absence, ...], cook: str, at: datetime, now: datetime) -> tuple[Absence, ...]:
    """`away`, and `cook` is there from `at`: that ends the absence it is said of, or one that begins now."""
    pending = [absence for absence in away if absence.cook == cook and (absence.end is None or absence.end > now)]
    if not pending:
        return (*away, Absence(cook=cook, start=now, end=at)) if at > now else away
    begun = [absence for absence in pending if absence.start <= at]
    ended = max(begun or pending, key=lambda absence: absence.start)
    rest = tuple(absence for absence in away if absence is not ended)
    return (*rest, ended.model_copy(update={"end": at})) if at > ended.start else rest


def arriving(arrivals: tuple[Arrival, ...], cook: str, at: datetime, now: datetime) -> tuple[Arrival, ...]:
    """`arrivals`, and `cook` comes at `at`, in place of a time that is still to come."""
    kept = tuple(arrival for arrival in arrivals if arrival.cook != cook or arrival.at <= now)
    return (*kept, Arrival(cook=cook, at=at))


def with_arrival(windows: list[Window], minute: int, end: int) -> list[Window]:
    """`windows`, in one of which `minute` lies: the next one begins then, or a last one that goes on until `end`."""
    if any(window.start_minutes <= minute < window.end_minutes for window in windows):
        return windows
    later = [window for window in windows if window.start_minutes > minute]
    if not later:
        return [*windows, Window(start_minutes=minute, end_minutes=end)] if minute < end else windows
    following = min(later, key=lambda window: window.start_minutes)
    earlier = following.model_copy(update={"start_minutes": minute})
    return [earlier if window is following else window for window in windows]


def without(windows: Iterable[Window], start: int, end: int) -> list[Window]:
    """What is left of `windows` outside `start` to `end`."""
    left = []
    for window in windows:
        before = (window.start_minutes, min(window.end_minutes, start))
        after = (max(window.start_minutes, end), window.end_minutes)
        left += [Window(start_minutes=a, end_minutes=b) for a, b in (before, after) if a < b]
    return left
