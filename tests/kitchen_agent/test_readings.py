"""Times and temperatures as recipes write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_agent.readings import hob_vessels, in_one_notation, temperatures, times

TIMES = {
    "Simmer for 20 minutes.": [20],
    "Bake 10–15 minutes.": [13],
    "Bake for 10 to 15 min, then rest 5 min": [13, 5],
    "Roast for 1 hour 20 minutes": [80],
    "Roast for 1½ hours": [90],
    "Braise 1 1/2 hours": [90],
    "Leave it for an hour and 10 minutes": [70],
    "Chill for half an hour, or ½ an hour": [30, 30],
    "Rest 30 minutes to 1 hour": [45],
    "Marinate overnight": [480],
    "Soak for 2 days": [2880],
    "Blanch for 30 seconds": [1],
    "Fry 4-5 minutes per side": [9],
    "Cook for a minute or two": [2],
    "Simmer another hour": [60],
    "Let a twenty-minute nap pass": [20],
    "Add 2 minced shallots and 3 hours-old rice": [180],
    "Use 250 ml of milk and 3 eggs": [],
    "Add 1/2 cup flour; cook for 3 minutes.": [3],
}
TEMPERATURES = {
    "Heat the oven to 200 °C.": [200],
    "Bake at 350°F (180°C)": [180],
    "Bake at 350 degrees F": [175],
    "180-200 °C": [190],
    "Gas mark 4": [180],
    "Bake at 190C/375F/gas 5": [190],
    "Rotate 90 degrees and fry on": [],
    "Turn the tray 180 degrees": [],
    "Add 350 g flour": [],
    "Roast at 425F": [220],
}


@pytest.mark.parametrize(("text", "minutes"), TIMES.items())
def test_times(text: str, minutes: list[int]) -> None:
    assert [reading.value for reading in times(text)] == minutes


@pytest.mark.parametrize(("text", "celsius"), TEMPERATURES.items())
def test_temperatures(text: str, celsius: list[int]) -> None:
    assert [reading.value for reading in temperatures(text)] == celsius


@pytest.mark.parametrize(
    ("text", "kinds"),
    {
        "Fry in a large skillet.": {"frying_pan"},
        "Heat the sauté pan": {"frying_pan"},
        "in a sauce pan, then into the Dutch oven": {"saucepan", "dutch_oven"},
        "Add all to the pot.": {"pot"},
        "Carve the pot roast; spot the potato": set(),
        "Cook it in a Crock-Pot, an Instant Pot or a crock pot": set(),
        "Serve the pot pie with a pot of tea; use pot holders": set(),
        "Tip into a casserole dish and bake the casserole": set(),
        "Heat a large stockpot": {"pot"},
        "in a sauce-pan": {"saucepan"},
        "Heat oil in a pan": set(),
        "Heat a wok": {"wok"},
    }.items(),
)
def test_pots_and_pans(text: str, kinds: set[str]) -> None:
    assert hob_vessels(text) == kinds


def test_one_notation_keeps_the_rest_of_the_text() -> None:
    text = "Bake at 350 °F (180 °C) for 1½ hours, basting; rest 5–10 min."
    assert in_one_notation(text) == "Bake at 180°C for 90 minutes, basting; rest 8 minutes."


@given(st.text(alphabet="0123456789½¼ -–/.,()°CFhourminutesd and to", max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    for reading in times(text):
        assert 0 <= reading.start < reading.end <= len(text)
        assert reading.value >= 1
    assert isinstance(in_one_notation(text), str)


@given(st.integers(1, 600))
def test_plain_minutes_are_read_as_they_are(minutes: int) -> None:
    assert [reading.value for reading in times(f"Cook for {minutes} minutes.")] == [minutes]
