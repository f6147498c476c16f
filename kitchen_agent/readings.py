"""Times, oven temperatures and pans that a recipe's text names, as minutes, degrees Celsius and equipment words.

The prompt shows the model the text with these readings in one notation ("1½ hours" becomes "90 minutes",
"350 °F" becomes "175 °C"), and the checks compare them with the graph that it wrote.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from unicodedata import numeric

OVERNIGHT_MINUTES = 480
_UNIT_MINUTES = {
    "s": Fraction(1, 60), "m": Fraction(1), "h": Fraction(60), "d": Fraction(1440), "w": Fraction(10080),
}  # fmt: skip

_VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45,
    "sixty": 60, "a couple of": 2,
}  # fmt: skip
_NUMBER = (
    rf"(?:\d+\s+\d+/\d+|\d+/\d+|\d+\s*[{_VULGAR}]|[{_VULGAR}]|\d+(?:\.\d+)?|"
    + "|".join(sorted(_NUMBER_WORDS, key=len, reverse=True))
    + ")"
)
_RANGE = r"\s*(?:-|–|—|−|to|or|and)\s*(?:about\s+)?"
_UNIT = r"(?P<unit>seconds?|secs?|minutes?|mins?|hours?|hrs?|h|days?|weeks?)\b"
_TIME = re.compile(
    rf"(?<![\w/.,])(?P<low>{_NUMBER})(?:(?:\s*(?P<low_unit>minutes?|hours?|seconds?))?{_RANGE}(?P<high>{_NUMBER}))?"
    rf"[\s-]*(?:more\s+|additional\s+|full\s+)?{_UNIT}",
    re.IGNORECASE,
)
_PER_SIDE = re.compile(r"\s*(?:per|a|each|(?:on|for)\s+each|on\s+either)\s+side\b", re.IGNORECASE)
_HALVES = re.compile(
    r"\b(?:(?P<half>(?:half|½)\s+(?:of\s+)?an?\s+hour|half-hour)|(?P<quarter>(?:a\s+)?quarter\s+of\s+an\s+hour)"
    r"|(?P<three>three[- ]quarters\s+of\s+an\s+hour)|(?P<hour_half>an\s+hour\s+and\s+a\s+half)"
    r"|(?P<hour>an(?:other)?\s+hour)|(?P<overnight>overnight)"
    r"|(?P<two>(?:a|another)\s+minute\s+or\s+two)|(?P<minute>a(?:nother)?\s+minute))\b",
    re.IGNORECASE,
)
_PHRASE_MINUTES = {
    "half": 30, "quarter": 15, "three": 45, "hour_half": 90, "hour": 60, "overnight": OVERNIGHT_MINUTES, "two": 2,
    "minute": 1,
}  # fmt: skip
_JOIN = re.compile(r"\s*(?:,|and|&)?\s*")
_DEGREES = r"(?:°|º|˚|\s*degrees?|\s*deg\.?)"
_TEMPERATURE = re.compile(
    rf"(?<![\w.])(?P<low>\d{{2,3}})(?:\s*{_DEGREES}?\s*(?:-|–|—|to)\s*(?P<high>\d{{2,3}}))?"
    rf"(?:\s*{_DEGREES}\s*(?P<scale>[CF]|Celsius|Fahrenheit|centigrade)\b|\s*(?P<bare>[CF])\b|\s*{_DEGREES}(?!\w))",
    re.IGNORECASE,
)
_TURNING = re.compile(r"\b(?:rotat\w*|turn\w*)\W+(?:\w+\W+){0,3}$", re.IGNORECASE)
_SAME_AGAIN = re.compile(r"\s*(?:[(/,;=]|or)?\s*")
_GAS_MARK = re.compile(r"\bgas\s*(?:mark)?\s*(?P<mark>\d{1,2})\b", re.IGNORECASE)
_GAS_CELSIUS = {1: 140, 2: 150, 3: 165, 4: 180, 5: 190, 6: 200, 7: 220, 8: 230, 9: 240}
_HOB_VESSELS = {
    "frying_pan": re.compile(r"\b(?:fry(?:ing)?[ -]?pans?|skillets?|saut[eé] ?pans?)\b", re.IGNORECASE),
    "saucepan": re.compile(r"\bsauce[ -]?pans?\b", re.IGNORECASE),
    "pot": re.compile(
        r"(?<!crock)(?<!crock[ -])(?<!instant[ -])\b(?:pots?|stock ?pots?|cauldrons?)\b"
        r"(?! roast| pie| stickers?| holders?| of (?:tea|coffee))",
        re.IGNORECASE,
    ),
    "dutch_oven": re.compile(r"\bdutch ovens?\b", re.IGNORECASE),
    "wok": re.compile(r"\b(?:woks?|kadais?|karahis?)\b", re.IGNORECASE),
}
POTS_AND_PANS = frozenset(_HOB_VESSELS)
"""The vessels of the hob that a text can be seen to name."""


@dataclass(frozen=True)
class Reading:
    """A stated time or temperature: `value` minutes or degrees Celsius, at `start`:`end` of the text."""

    start: int
    end: int
    value: int


def times(text: str) -> list[Reading]:
    """The durations stated in `text`, in minutes, in order of appearance.

    A range is its middle, rounded up; parts that belong together ("1 hour 20 minutes") are one reading;
    "overnight" is 480; "4 minutes per side" is 8; less than a minute counts as one.
    """
    parts = sorted([*_plain_times(text), *_phrases(text)], key=lambda part: part[0])
    readings: list[Reading] = []
    previous_unit = ""
    for start, end, minutes, unit in parts:
        if readings and start < readings[-1].end:
            continue
        joined = previous_unit in {"h", "d"} and unit in {"m", "s", "h"} and unit != previous_unit
        if joined and _JOIN.fullmatch(text, readings[-1].end, start):
            last = readings.pop()
            readings.append(Reading(last.start, end, last.value + math.ceil(minutes)))
        else:
            readings.append(Reading(start, end, max(1, math.ceil(minutes))))
        previous_unit = unit
    return readings


def temperatures(text: str) -> list[Reading]:
    """The temperatures stated in `text` in degrees Celsius, in order; Fahrenheit is rounded to 5 degrees.

    The same temperature on two scales ("350 °F (180 °C)") is one reading, with the Celsius figure.
    """
    found = [*_degrees(text), *_gas_marks(text)]
    readings: list[tuple[Reading, bool]] = []
    for start, end, celsius, given_in_celsius in sorted(found):
        if readings:
            last, last_in_celsius = readings[-1]
            if _SAME_AGAIN.fullmatch(text, last.end, start) and abs(last.value - celsius) <= 15:
                value = celsius if given_in_celsius and not last_in_celsius else last.value
                closing = text[last.end : start].count("(") and text[end : end + 1] == ")"
                readings[-1] = (Reading(last.start, end + bool(closing), value), True)
                continue
        readings.append((Reading(start, end, celsius), given_in_celsius))
    return [reading for reading, _ in readings]


def hob_vessels(text: str) -> set[str]:
    """The kinds of pots and pans that `text` names; a mere "pan" may be any of them and is none."""
    return {kind for kind, name in _HOB_VESSELS.items() if name.search(text)}


def in_one_notation(text: str) -> str:
    """`text` with every stated time in minutes and every temperature in degrees Celsius."""
    marks = [(r, f"{r.value} minutes") for r in times(text)] + [(r, f"{r.value}°C") for r in temperatures(text)]
    for reading, plain in sorted(marks, key=lambda mark: mark[0].start, reverse=True):
        text = text[: reading.start] + plain + text[reading.end :]
    return text


def _number(text: str) -> Fraction:
    text = text.strip().lower()
    if text in _NUMBER_WORDS:
        return Fraction(_NUMBER_WORDS[text])
    total = Fraction(0)
    for part in re.findall(rf"\d+/\d+|\d+(?:\.\d+)?|[{_VULGAR}]", text):
        if "/" in part:
            over, under = part.split("/")
            total += Fraction(int(over), int(under) or 1)
        else:
            total += Fraction(numeric(part)).limit_denominator(10) if part in _VULGAR else Fraction(part)
    return total


def _plain_times(text: str) -> Iterator[tuple[int, int, Fraction, str]]:
    for match in _TIME.finditer(text):
        unit = match["unit"][0].lower()
        low = _number(match["low"])
        high = _number(match["high"]) if match["high"] else low
        low_unit = match["low_unit"][0].lower() if match["low_unit"] else unit
        middle = (low * _UNIT_MINUTES[low_unit] + high * _UNIT_MINUTES[unit]) / 2
        if side := _PER_SIDE.match(text, match.end()):
            yield match.start(), side.end(), 2 * middle, "x"
        else:
            yield match.start(), match.end(), middle, unit


def _phrases(text: str) -> Iterator[tuple[int, int, Fraction, str]]:
    for match in _HALVES.finditer(text):
        name = match.lastgroup or ""
        yield match.start(), match.end(), Fraction(_PHRASE_MINUTES[name]), "h" if name == "hour" else "x"


def _degrees(text: str) -> Iterator[tuple[int, int, int, bool]]:
    for match in _TEMPERATURE.finditer(text):
        if not (match["scale"] or match["bare"]) and _TURNING.search(text, 0, match.start()):
            continue
        low = int(match["low"])
        degrees = (low + int(match["high"] or low)) / 2
        scale = (match["scale"] or match["bare"] or "").lower()[:1]
        fahrenheit = scale == "f" or (not scale and degrees > 280)
        celsius = 5 * round((degrees - 32) / 1.8 / 5) if fahrenheit else round(degrees)
        yield match.start(), match.end(), celsius, not fahrenheit


def _gas_marks(text: str) -> Iterator[tuple[int, int, int, bool]]:
    for match in _GAS_MARK.finditer(text):
        if (mark := int(match["mark"])) in _GAS_CELSIUS:
            yield match.start(), match.end(), _GAS_CELSIUS[mark], False
