"""`kitchen serve` without a browser: where it listens, who may ask, and what it takes."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from kitchen_agent.cli import app
from kitchen_agent.errors import AddressError, UnknownSessionError
from kitchen_agent.live import events as happen
from kitchen_agent.plan import DinnerPlan, Item
from kitchen_agent.web.told import Tells
from tests.kitchen_agent.web.dinner import open_dinner
from tests.kitchen_agent.web.serving import Server, serving, tap


@pytest.fixture
def session(server: Server, plan: DinnerPlan) -> str:
    return open_dinner(server.data, plan)


@pytest.fixture
def start(first: Item) -> Tells:
    """What a tap on the first task's button tells."""
    return Tells(events=(happen.TaskStarted(task=first.id),))


def test_a_request_that_is_sent_again_counts_once(server: Server, session: str, start: Tells) -> None:
    path, body = f"/sessions/{session}/tap", tap(start, by="ana")
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: server.post(path, body), range(8)))
    assert [status for status, _ in answers] == [200] * 8
    assert sorted(words for _, words in answers) == ["Noted.", *["This was told before; it counts once."] * 7]
    assert [(entry.event.key, entry.event.by) for entry in server.events(session)] == [("tap-1", "Ana")]


def test_what_cannot_have_happened_is_refused_in_words(server: Server, session: str, first: Item, start: Tells) -> None:
    path = f"/sessions/{session}/tap"
    assert server.post(path, tap(start))[0] == 200
    status, words = server.post(path, tap(start, "tap-2"))
    assert status == 422
    assert words.startswith("task: ")
    both = Tells(events=(happen.TaskDone(task=first.id), happen.TaskDone(task="nothing/1")))
    assert server.post(path, tap(both, "tap-3"))[0] == 422
    assert server.told(session) == ["started", "done"]


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Origin": "http://evil.example"}, "another site"),
        ({"Origin": "null"}, "another site"),
        ({"Origin": ""}, "another site"),
        ({"Origin": "http://evil.example", "Host": "evil.example"}, "not a name of this kitchen"),
        ({"Origin": "http://127.0.0.1.evil.example", "Host": "127.0.0.1.evil.example"}, "not a name of this kitchen"),
        ({"Host": "[not"}, "not a name of this kitchen"),
    ],
)
def test_other_sites_are_refused(
    server: Server, session: str, headers: dict[str, str], words: str, start: Tells
) -> None:
    status, said = server.post(f"/sessions/{session}/tap", tap(start), **headers)
    assert (status, words in said) == (403, True)
    assert server.told(session) == []


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "192.168.1.20", socket.gethostname().lower()])
def test_its_own_names_are_taken(server: Server, session: str, name: str, start: Tells) -> None:
    host = f"{name}:{server.port}"
    assert server.post(f"/sessions/{session}/tap", tap(start), Host=host, Origin=f"http://{host}")[0] == 200


def test_a_foreign_name_reads_nothing(server: Server, session: str) -> None:
    assert server.get("/", Host="evil.example")[0] == 403
    assert session in server.get("/")[1]


@pytest.mark.parametrize(
    "tells",
    [
        {"events": [{"kind": "substitute_proposed", "dish": "soup", "ingredient": "cream", "options": []}]},
        {"events": [{"kind": "done", "task": "tomato-soup/1", "at": "2030-01-01"}]},
        {"events": [{"kind": "done"}]},
        {"events": [{"kind": "guests", "guests": 5}], "wish": "garlic bread"},
        {"events": [], "wish": ""},
        {"wish": {"name": "soup", "recipe": "/etc/passwd"}},
    ],
)
def test_a_page_tells_only_what_people_tell(server: Server, session: str, tells: object) -> None:
    status, words = server.post(f"/sessions/{session}/tap", {"key": "tap-1", "tells": tells})
    assert (status, words.startswith("tells")) == (422, True)
    assert server.told(session) == []


def test_plans_are_not_told_by_pages(server: Server, session: str, plan: DinnerPlan) -> None:
    adopted = happen.PlanAdopted(plan=plan)
    with pytest.raises(ValidationError, match="'plan' is not for people to tell"):
        Tells(events=(adopted,))
    body = {"key": "tap-1", "tells": {"events": [adopted.model_dump(mode="json")]}}
    assert server.post(f"/sessions/{session}/tap", body)[0] == 422
    assert len(server.events(session)) == 0


def test_what_is_too_long_is_not_read(server: Server, session: str) -> None:
    assert server.post(f"/sessions/{session}/say", {"sentence": "la " * 40_000}) == (413, "too long")
    assert server.post(f"/sessions/{session}/say", {"sentence": "la " * 200})[0] == 422


def test_a_session_that_is_not_approved_hears_nothing(server: Server, plan: DinnerPlan, start: Tells) -> None:
    session = open_dinner(server.data, plan, approved=False)
    status, words = server.post(f"/sessions/{session}/tap", tap(start))
    assert (status, "not approved" in words) == (422, True)


def test_a_session_that_is_none_is_named(server: Server, start: Tells) -> None:
    assert server.get("/sessions/nothing")[0] == 404
    assert server.post("/sessions/nothing/tap", tap(start))[0] == 404


def test_what_is_shown_already_is_not_sent_again(server: Server, session: str) -> None:
    for _ in range(5):  # between the two the clock may make a task late
        first = server.get(f"/sessions/{session}")[1]
        seen = first.partition('data-seen="')[2].partition('"')[0]
        answer = server.get(f"/sessions/{session}/now?seen={seen}")
        if answer == (204, ""):
            break
    assert answer == (204, "")
    assert server.get(f"/sessions/{session}/now?seen={seen}&cook=ana")[0] == 200


def test_it_ends_well_and_the_same_port_can_be_had_again(tmp_path: Path) -> None:
    server = Server(tmp_path)
    assert "kitchen cook MENU" in server.get("/")[1]
    assert server.stop() == 0
    with serving(tmp_path, server.port) as again:
        assert again.port == server.port


def test_a_port_that_is_taken_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITCHEN_DATA_DIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = CliRunner().invoke(app, ["serve", "--port", port]).exception
    assert isinstance(refused, AddressError)
    assert port in str(refused)
    assert "Give another --port" in str(refused)
    assert isinstance(CliRunner().invoke(app, ["serve", "--host", "nowhere.invalid"]).exception, AddressError)


def test_a_session_that_does_not_exist_is_said_with_how_to_open_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITCHEN_DATA_DIR", str(tmp_path))
    refused = CliRunner().invoke(app, ["serve", "nothing", "--port", "0"]).exception
    assert isinstance(refused, UnknownSessionError)
    assert "kitchen cook MENU opens one" in str(refused)
