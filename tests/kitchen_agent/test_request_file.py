"""Requests and kitchen profiles as people write them, right and wrong."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kitchen_agent.errors import RequestError
from kitchen_agent.kitchen import HOME_VESSELS, POOLS, UNLIMITED, Kitchen
from kitchen_agent.menu import Cook, DinnerRequest
from kitchen_agent.request_file import load_kitchen, load_request, read_request
from kitchen_agent.taskgraph import TOOLS

NOW = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "examples"
BASE = {"guests": 4, "serve_at": "19:30", "time_zone": "UTC", "dishes": "soup, bread"}


def test_every_word_of_the_equipment_list_is_known_to_kitchens() -> None:
    assert set(POOLS) | set(HOME_VESSELS) | UNLIMITED | {"oven", "burner", "board"} == set(TOOLS)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_examples_are_read_and_survive_json(path: Path) -> None:
    if "kitchen" in path.stem:
        kitchen = load_kitchen(path)
        assert Kitchen.model_validate_json(kitchen.model_dump_json()) == kitchen
    else:
        request = load_request(path, now=NOW)
        assert DinnerRequest.model_validate_json(request.model_dump_json()) == request


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19:30", datetime(2026, 3, 10, 19, 30, tzinfo=UTC)),
        ("17:30", datetime(2026, 3, 11, 17, 30, tzinfo=UTC)),
        ("2026-12-24 19:30", datetime(2026, 12, 24, 19, 30, tzinfo=UTC)),
        ("2026-12-24T19:30+01:00", datetime(2026, 12, 24, 18, 30, tzinfo=UTC)),
    ],
)
def test_a_bare_time_is_the_next_such_time(text: str, expected: datetime) -> None:
    assert read_request({**BASE, "serve_at": text}, source="test", now=NOW).serve_at == expected


def test_unquoted_times_in_yaml_are_times(tmp_path: Path) -> None:
    menu = tmp_path / "menu.yaml"
    menu.write_text(
        "guests: 2\nserve_at: 19:30\ntime_zone: UTC\ndishes: [soup]\ncooks: [{name: A, present: 17:00-20:30}]\n"
    )
    request = load_request(menu, now=NOW)
    assert (request.serve_at.hour, request.serve_at.minute) == (19, 30)
    assert request.cooks[0].present[0].end.isoformat() == "20:30:00"


def test_summer_time_moves_the_clock_and_not_the_minutes() -> None:
    data = {**BASE, "time_zone": "Europe/Berlin", "serve_at": "2026-03-29 19:30"}
    request = read_request(data, source="test", now=NOW)
    assert request.serve_at.utcoffset() == timedelta(hours=2)


def test_cooks_are_read_from_one_line() -> None:
    cook = Cook.parse("Ben:novice@18:00-19:30,20:15-21:00")
    assert (cook.name, cook.skill, len(cook.present)) == ("Ben", "novice", 2)
    assert Cook.parse("Ana").skill == "home"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"starter": 0, "main": 30, "dessert": 75}),
        ({"starter": 60}, {"starter": 60, "main": 60, "dessert": 75}),
        ({"starter": 100}, {"starter": 100, "main": 100, "dessert": 100}),
        ({"starter": 100}, {"main": 0, "dessert": 45}),
        ({"main": 10, "cheese": 5}, {"starter": 0, "main": 10, "dessert": 75, "cheese": 5}),
    ],
)
def test_no_sitting_comes_before_the_one_it_follows(given: dict[str, int], expected: dict[str, int]) -> None:
    asked = read_request(
        {"dishes": "soup", "guests": 4, "serve_at": "2030-05-04 19:30", "courses": given}, source="test"
    )
    assert asked.offsets([*expected]) == expected


def test_dishes_of_one_name_get_ids_of_their_own() -> None:
    request = read_request({**BASE, "dishes": "Soup!, soup, Crème brûlée"}, source="test", now=NOW)
    assert [dish.id for dish in request.dishes] == ["soup", "soup-2", "crème-brûlée"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"guests": 0}, ["guests", "0", "greater than or equal to 1"]),
        ({"serve_at": "half past seven"}, ["serve_at", "half past seven", "19:30"]),
        ({"serve_at": "25:00"}, ["serve_at", "25:00"]),
        ({"serve_at": "2030-12-24"}, ["serve_at", "no time of day", "2030-12-24 19:30"]),
        ({"serve_at": "20301224"}, ["serve_at", "no time of day", "2030-12-24 19:30"]),
        ({"serve_at": "2030-W52"}, ["serve_at", "no time of day"]),
        ({"serve_at": 20301224}, ["serve_at", "20301224", "19:30"]),
        ({"serve_at": "9999-12-31 23:59"}, ["serve_at", "9999-12-31 23:59", "years away"]),
        ({"earliest_start": "0001-01-01 00:00"}, ["earliest_start", "years away"]),
        ({"time_zone": "Europe/Atlantis"}, ["time_zone", "Atlantis", "Europe/Berlin"]),
        ({"dishes": []}, ["dishes", "at least one"]),
        ({"dishes": [{"name": "soup", "portion": 2}]}, ["dishes.1.portion", "not a field"]),
        ({"dishes": [{"name": "soup", "course": "pudding"}]}, ["soup", "pudding", "dessert"]),
        ({"cooks": ["Ana:chef"]}, ["cooks.1.skill", "chef", "expert"]),
        ({"cooks": ["Ana", "ana:expert"]}, ["cooks", "Ana"]),
        ({"cooks": ["Ana@18-19"]}, ["cooks.1.present", "18:00-19:30"]),
        ({"kitchen": {"vessels": {"cauldron": 1}}}, ["kitchen.vessels", "cauldron", "saucepan"]),
        ({"kitchen": {"vessels": {"grill": 1}}}, ["grill", "equipment"]),
        ({"kitchen": {"ovens": [{"racks": 0}]}}, ["kitchen.ovens.1.racks", "0"]),
        ({"kitchen": {"day_start": "22:00", "day_end": "08:00"}}, ["kitchen.day_end", "after it starts"]),
        ({"guest": 4}, ["guest", "known fields are title, guests"]),
        ({"earliest_start": "2030-01-01 10:00"}, ["earliest_start", "earlier"]),
        ({"courses": {"starter": 60, "main": 10}}, ["courses", "main at 10", "starter at 60", "give it 60 or more"]),
    ],
)
def test_bad_requests_name_field_value_and_fix(change: dict[str, object], words: list[str]) -> None:
    with pytest.raises(RequestError) as error:
        read_request({**BASE, **change}, source="menu", now=NOW)
    for word in words:
        assert word in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("guests: 4\nserve_at: 19:30\ndishes:\n  - soup\n  - name: bread\n    portion: 2\n", ["portion", "line 6"]),
        ("guests: 4\nguests: 5\n", ["guests", "twice", "line 2"]),
        ("guests: [4\n", ["line 2"]),
        ("just words\n", ["must hold fields"]),
        ("guests: 4\nkitchen: nowhere.yaml\n", ["nowhere.yaml", "line 2"]),
        ("guests: 4\ndishes: [{name: soup, recipe: lost.cook}]\n", ["lost.cook", "line 2"]),
    ],
)
def test_bad_files_name_the_line(tmp_path: Path, text: str, words: list[str]) -> None:
    menu = tmp_path / "menu.yaml"
    menu.write_text(text)
    with pytest.raises(RequestError) as error:
        load_request(menu, now=NOW)
    for word in [*words, str(menu)]:
        assert word in str(error.value)


def test_what_a_menu_file_lacks_may_be_asked_for_besides(tmp_path: Path) -> None:
    menu = tmp_path / "menu.yaml"
    menu.write_text("time_zone: UTC\nearliest_start: 17:00\nkitchen: nowhere.yaml\ndishes: [soup]\n")
    asked = {"guests": 2, "serve_at": "20:00", "kitchen": Kitchen(burners=2)}
    request = load_request(menu, asked=asked, now=NOW)
    assert (request.guests, request.serve_at.hour, request.kitchen.burners) == (2, 20, 2)
    assert request.earliest_start == datetime(2026, 3, 10, 17, 0, tzinfo=UTC)
    with pytest.raises(RequestError, match=r"menu\.yaml with the command line: guests: 0.*serve_at: is missing"):
        load_request(menu, asked={"guests": 0, "kitchen": Kitchen()}, now=NOW)


def test_a_fault_in_a_list_is_told_once() -> None:
    with pytest.raises(RequestError) as caught:
        read_request({**BASE, "cooks": ["Ana:chef"]}, source="test", now=NOW)
    assert str(caught.value).count("cooks") == 1


def test_a_missing_file_and_one_that_is_not_text(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"lost\.yaml: cannot be read"):
        load_request(tmp_path / "lost.yaml")
    (tmp_path / "photo.yaml").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(RequestError, match="not UTF-8"):
        load_request(tmp_path / "photo.yaml")


def test_a_profile_that_cannot_be_read_is_not_called_a_menu(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="give the path of a kitchen profile"):
        load_kitchen(tmp_path / "lost.yaml")
    (tmp_path / "words.yaml").write_text("two burners")
    with pytest.raises(RequestError, match="fields such as burners"):
        load_kitchen(tmp_path / "words.yaml")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"dishes": ",,,"}, "dishes: is empty; name at least one"),
        ({"dishes": [7]}, "dishes.1: 7: must hold fields and their values"),
        ({"guests": "many"}, "guests: 'many': must be a whole number"),
        ({"guests": None}, "guests: is empty; give it a value or leave it out"),
        ({"cooks": "Ana"}, "cooks: 'Ana': must be a list"),
        ({"cooks": ["Ana"] * 31}, "cooks: has too many entries; at most 30 are possible"),
        ({"title": 5}, "title: 5: must be text; put it in quotes"),
        ({"dishes": [{"name": "soup", "portions_per_guest": "half"}]}, "portions_per_guest: 'half': must be a number"),
    ],
)
def test_faults_are_told_in_the_words_of_people(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(RequestError) as error:
        read_request({**BASE, **change}, source="menu", now=NOW)
    assert str(error.value).endswith(sentence)


def test_a_profile_states_only_what_differs(tmp_path: Path) -> None:
    (tmp_path / "flat.yaml").write_text(
        "burners: 2\nvessels: {frying_pan: 0, pot: [{count: 2, portions: 6}, {portions: 20}]}\n"
    )
    (tmp_path / "menu.yaml").write_text("guests: 2\nserve_at: 19:30\ndishes: [soup]\nkitchen: flat.yaml\n")
    kitchen = load_request(tmp_path / "menu.yaml", now=NOW).kitchen
    assert (kitchen.burners, kitchen.vessels["frying_pan"][0].count) == (2, 0)
    assert [(spec.count, spec.portions) for spec in kitchen.vessels["pot"]] == [(2, 6), (1, 20)]
    assert kitchen.vessels["saucepan"][0].count == 3
