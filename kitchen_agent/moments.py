"""Moments as people write them: "19:30", "2026-12-24 19:30", and the time zone in which they mean it."""

from __future__ import annotations

import os
import re
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationInfo

YEARS_MAX: Final = 10
"""A moment that is further away is a slip of the pen."""
_FIRST_YEAR: Final = 1970
_CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})")


def clock_time(text: str) -> time:
    """The time of day in "19:30", "19.30" or "19h30". Raises ValueError for anything else."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f"{text!r} is not a time of day such as 19:30")
    return time(int(match[1]), int(match[2]))


def local_zone_name() -> str | None:
    """The IANA name of this machine's time zone, or None when the system does not tell."""
    names = [os.environ.get("TZ", "").lstrip(":")]
    link = Path("/etc/localtime")
    if link.is_symlink():
        names.append(str(link.resolve()).partition("zoneinfo/")[2])
    for name in filter(None, names):
        try:
            return ZoneInfo(name).key
        except (KeyError, ValueError, OSError):
            continue
    return None


def now_of(info: ValidationInfo) -> datetime:
    """The present time of the validation context, else of the clock, in the request's zone."""
    context: Any = info.context or {}
    now: datetime = context.get("now") or datetime.now().astimezone()
    zone = info.data.get("time_zone")
    now = now.replace(second=0, microsecond=0)
    return now.astimezone(ZoneInfo(zone)) if zone else now


def moment_of(value: object, info: ValidationInfo, *, after_now: bool) -> object:
    """A moment from "19:30" (next after now, or last before serving), an ISO date and time, or a datetime.

    What is none of these is given back for pydantic to judge. Raises ValueError for text that is no time, for a date
    without one, and for moments more than YEARS_MAX years away.
    """
    if isinstance(value, int | float):  # which pydantic would take for seconds since 1970
        raise ValueError(f"{value!r} is not a time; write 19:30 or 2026-12-24 19:30")
    if isinstance(value, str) and _CLOCK.fullmatch(value.strip()):
        wanted = clock_time(value)
        anchor = now_of(info) if after_now else info.data.get("serve_at", now_of(info))
        moment = datetime.combine(anchor.date(), wanted, anchor.tzinfo)
        if after_now and moment <= anchor:
            moment = datetime.combine(anchor.date() + timedelta(days=1), wanted, anchor.tzinfo)
        elif not after_now and moment > anchor:
            moment = datetime.combine(anchor.date() - timedelta(days=1), wanted, anchor.tzinfo)
        return moment
    if isinstance(value, str):
        value = _written_moment(value.strip())
    if isinstance(value, datetime):
        zone = now_of(info).tzinfo
        if not _FIRST_YEAR < value.year <= now_of(info).year + YEARS_MAX:
            raise ValueError(f"'{value:%Y-%m-%d %H:%M}' is years away; correct the year")
        value = value.replace(second=0, microsecond=0)
        return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)
    return value


def _written_moment(text: str) -> datetime:
    """The moment in an ISO date with a time. Raises ValueError for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time; write 19:30 or 2026-12-24 19:30") from None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return moment
    raise ValueError(f"{text!r} has no time of day; write {day} 19:30")


def offset_zone(moment: datetime) -> tzinfo:
    """A zone without summer time that has the moment's distance from UTC."""
    return timezone(moment.utcoffset() or timedelta())
