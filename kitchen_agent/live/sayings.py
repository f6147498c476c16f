"""Times and amounts as people say them, in figures: "quarter to eight" is "19:45", "half an hour" is "30 minutes".

The sentence is shown to the model in this one notation, so that it only has to copy figures.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from kitchen_agent.readings import in_one_notation

_HOURS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip
_MINUTES: Final = {
    "five": 5, "ten": 10, "quarter": 15, "a quarter": 15, "twenty": 20, "twenty-five": 25, "twenty five": 25,
}  # fmt: skip
_AFTER_HOUR: Final = {
    "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45, "forty five": 45, "fifty": 50,
}  # fmt: skip
_NUMBERS: Final = _HOURS | {
    "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
    "twenty": 20, "twenty-five": 25, "thirty": 30, "forty": 40, "forty-five": 45, "fifty": 50, "a dozen": 12,
    "a couple of": 2, "a couple": 2,
}  # fmt: skip


def _any_of(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_AMOUNT: Final = r"(?!\s*(?:more\s+)?(?:minutes?|mins?|degrees?|°|guests?|people|persons|of\b|percent|\d))"
_HOUR: Final = rf"(?P<hour>(?:1\d|2[0-4]|0?\d)(?!\d)|{_any_of(_HOURS)})(?:\s*o'?clock)?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
_SAID: Final = (
    re.compile(rf"\b(?P<minute>{_any_of(_MINUTES)}|\d{{1,2}})\s+"
               rf"(?P<side>past|to|after|before)\s+{_HOUR}\b{_AMOUNT}", re.IGNORECASE),
    re.compile(rf"\b(?P<minute>half)(?:\s+(?P<side>past))?\s+{_HOUR}\b", re.IGNORECASE),
    re.compile(r"(?<![\d:.])(?P<hour>\d{1,2})[:.h](?P<minute>[0-5]\d)(?:\s*(?P<half>[ap])\.?m\b\.?)?(?![\d:])",
               re.IGNORECASE),
    re.compile(rf"\b(?P<hour>{_any_of(_HOURS)})[\s-](?P<minute>{_any_of(_AFTER_HOUR)})\b{_AMOUNT}", re.IGNORECASE),
    re.compile(rf"(?<=\bat\s)(?P<minute>)(?:about\s+|around\s+)?{_HOUR}\b(?![:.]\d){_AMOUNT}", re.IGNORECASE),
    re.compile(rf"\b(?P<minute>)(?P<hour>\d{{1,2}}|{_any_of(_HOURS)})\s*o'?clock\b", re.IGNORECASE),
    re.compile(r"\b(?P<minute>)(?P<hour>\d{1,2})\s*(?P<half>[ap])\.?m\b\.?", re.IGNORECASE),
)  # fmt: skip
_NUMBER: Final = re.compile(rf"(?<![\w-])(?:{_any_of(_NUMBERS)})(?![\w-])", re.IGNORECASE)
_FROM_NOW: Final = re.compile(r"\bin\s+(?:about\s+)?(?P<minutes>\d{1,3}) minutes\b(?!\s+(?:from|of)\b)", re.IGNORECASE)
_BACK: Final = timedelta(hours=1)
"""A bare "seven" is the next one, or one that passed less than this ago."""


def in_figures(sentence: str, now: datetime) -> str:
    """`sentence`, said at `now`, with clock times as HH:MM, spans in minutes and small numbers in digits.

    A moment that is told as a span from now gets its clock time: "in 20 minutes (19:05)".
    """
    sentence = " ".join(sentence.replace("’", "'").split())
    for pattern in _SAID:
        sentence = pattern.sub(lambda match: f"{_clock(match, now):%H:%M}", sentence)
    sentence = in_one_notation(sentence)
    sentence = _NUMBER.sub(lambda match: str(_NUMBERS[match[0].lower()]), sentence)
    return _FROM_NOW.sub(lambda match: f"{match[0]} ({now + timedelta(minutes=int(match['minutes'])):%H:%M})", sentence)


def next_time(hour: int, minute: int, now: datetime, *, exact: bool = False) -> datetime:
    """The next moment at which a clock shows `hour`:`minute`, or one that passed less than an hour ago.

    Hours up to 12 may mean the afternoon, unless `exact`.
    """
    moment = now.replace(hour=hour % 24, minute=minute, second=0, microsecond=0)
    step = timedelta(hours=12 if hour <= 12 and not exact else 24)
    while moment < now - _BACK:
        moment += step
    return moment


def _clock(match: re.Match[str], now: datetime) -> datetime:
    parts = match.groupdict()
    hour = _HOURS.get(parts["hour"].lower()) or int(parts["hour"])
    said = (parts.get("minute") or "").lower()
    minutes = 30 if said == "half" else _MINUTES.get(said) or _AFTER_HOUR.get(said) or int(said or 0)
    if parts.get("side") in ("to", "before"):
        hour, minutes = hour - 1, 60 - minutes
    half = parts.get("half")
    if half:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    return next_time(hour, minutes % 60, now, exact=bool(half))
