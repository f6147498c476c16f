"""Times and amounts in figures."""

from datetime import datetime

import pytest

from kitchen_agent.live.sayings import in_figures, next_time

NOW = datetime(2030, 5, 4, 18, 35)
SAID = {
    "Ida goes at quarter to eight": "Ida goes at 19:45",
    "at ten past seven": "at 19:10",
    "half past seven it is": "19:30 it is",
    "half seven": "19:30",
    "we eat seven thirty": "we eat 19:30",
    "serve at 7:40": "serve at 19:40",
    "Joe is off at 7.45 pm": "Joe is off at 19:45",
    "dinner 8pm": "dinner 20:00",
    "eight o'clock": "20:00",
    "at about eight": "at 20:00",
    "at 20:15": "at 20:15",
    "by seven": "by 7",
    "at six": "at 18:00",
    "at five": "at 05:00",
    "the oven is only at 90": "the oven is only at 90",
    "oven at 90 degrees": "oven at 90°C",
    "300 °F": "150°C",
    "ten more minutes": "10 minutes",
    "a quarter of an hour more": "15 minutes more",
    "five to ten minutes": "8 minutes",
    "we're eight, not six": "we're 8, not 6",
    "a dozen guests": "12 guests",
    "table for eight people at 8": "table for 8 people at 20:00",
    "someone left": "someone left",
    "no-one": "no-one",
    "in half an hour": "in 30 minutes (19:05)",
    "Joe comes in twenty minutes": "Joe comes in 20 minutes (18:55)",
    "it’s   here": "it's here",
}


@pytest.mark.parametrize("sentence", SAID)
def test_what_is_said_is_written_in_figures(sentence: str) -> None:
    assert in_figures(sentence, NOW) == SAID[sentence]


def test_figures_stay_as_they_are() -> None:
    for sentence in SAID.values():
        again = in_figures(sentence, NOW)
        assert again == sentence or "(" in sentence


def test_a_time_of_day_is_the_next_one_or_one_just_past() -> None:
    assert next_time(7, 0, NOW) == NOW.replace(hour=19, minute=0)
    assert next_time(6, 0, NOW) == NOW.replace(hour=18, minute=0)
    assert next_time(17, 0, NOW, exact=True) == NOW.replace(day=5, hour=17, minute=0)
    assert next_time(24, 0, NOW) == NOW.replace(day=5, hour=0, minute=0)
