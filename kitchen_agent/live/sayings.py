"""Times as people say them, in figures: "at quarter to eight" becomes "at 19:45", "half an hour" "30 minutes".

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
_NUMBERS: Final = _HOURS | {
    "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "eighteen": 18, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50,
}  # fmt: skip
_HOUR: Final = rf"(?P<hour>\d{{1,2}}|{'|'.join(_HOURS)})(?:\s*o'?clock)?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
_SAID: Final = (
    re.compile(rf"\b(?P<minute>{'|'.join(sorted(_MINUTES, key=len, reverse=True))}|\d{{1,2}})\s+"
               rf"(?P<side>past|to|after|before)\s+{_HOUR}\b", re.IGNORECASE),
    re.compile(rf"\b(?P<minute>half)(?:\s+(?P<side>past))?\s+{_HOUR}\b", re.IGNORECASE),
    re.compile(r"(?<![\d:.])(?P<hour>\d{1,2})[:.h](?P<minute>[0-5]\d)(?:\s*(?P<half>[ap])\.?m\b\.?)?(?![\d:])",
               re.IGNORECASE),
    re.compile(rf"(?<=\bat\s)(?P<minute>)(?:about\s+|around\s+)?{_HOUR}\b"
               r"(?![:.]\d)(?!\s*(?:minutes?|mins?|degrees?|°|guests?|people|of\b|percent|\d))", re.IGNORECASE),
    re.compile(r"\b(?P<minute>)(?P<hour>\d{1,2})\s*(?P<half>[ap])\.?m\b\.?", re.IGNORECASE),
)  # fmt: skip
_BACK: Final = timedelta(hours=1)
"""A bare "seven" is the next one, or one that passed less than this ago."""


def in_figures(sentence: str, now: datetime) -> str:
    """`sentence`, said at `now`, with clock times as HH:MM, spans in minutes and small numbers in digits."""
    for pattern in _SAID:
        sentence = pattern.sub(lambda match: f"{_clock(match, now):%H:%M}", sentence)
    sentence = in_one_notation(sentence)
    return re.sub(
        rf"\b({'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b",
        lambda match: str(_NUMBERS[match[1].lower()]),
        sentence,
        flags=re.IGNORECASE,
    )


def _clock(match: re.Match[str], now: datetime) -> datetime:
    parts = match.groupdict()
    hour = _HOURS.get(parts["hour"].lower()) or int(parts["hour"])
    said = (parts.get("minute") or "").lower()
    minutes = 30 if said == "half" else _MINUTES.get(said) or int(said or 0)
    if parts.get("side") in ("to", "before"):
        hour, minutes = hour - 1, 60 - minutes
    if parts.get("half"):
        hour = hour % 12 + (12 if parts["half"].lower() == "p" else 0)
    moment = now.replace(hour=hour % 24, minute=minutes % 60, second=0, microsecond=0)
    step = timedelta(hours=12 if hour <= 12 and not parts.get("half") else 24)
    while moment < now - _BACK:
        moment += step
    return moment
