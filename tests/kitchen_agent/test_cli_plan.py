"""`kitchen plan` as a person meets it: a process, its output and its exit status."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kitchen_agent.cli_plan import Wish, print_refusal
from kitchen_agent.cookbook import Cookbook
from kitchen_agent.errors import OutputError, RequestError
from kitchen_agent.nodes import recipes_of
from kitchen_agent.output_file import check_writable, same_file, write_whole
from kitchen_agent.plan import DinnerPlan
from kitchen_agent.request_file import requested
from kitchen_agent.state import Refusal
from tests.kitchen_agent.dinners import OPTIONS, Data


@pytest.mark.slow
def test_a_plan_on_stdout_a_page_in_a_file_and_the_run_to_resume(data: Data) -> None:
    page = data.folder / "plan.html"
    done = data.kitchen("plan", "green beans, tomato soup", *OPTIONS, "--html", str(page))
    assert done.returncode == 0, done.stderr
    assert "Boil the beans" in done.stdout
    assert "<html" in page.read_text()
    run = re.search(r"--resume (\w+)", done.stderr)
    assert run is not None
    again = data.kitchen("plan", "--resume", run[1], "--format", "json")
    assert DinnerPlan.model_validate_json(again.stdout).guests == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plan"], "MENU: is missing"),
        (["plan", "beans", "--guests", "4"], "--serve: is missing"),
        (["plan", "green beans", "--guests", "0", "--serve", "19:30"], "guests: 0"),
        (["plan", "green beans", "--guests", "4", "--serve", "half past seven"], "'half past seven' is not a time"),
        (["plan", "gren beens", "--guests", "4", "--serve", "19:30", "--cook", "Ana:chef"], "cooks.1.skill: 'chef'"),
        (["plan", "wombat stew", "--guests", "4", "--serve", "19:30"], "'wombat stew' is not in the cookbook"),
        (["plan", "missing.yaml"], "missing.yaml: cannot be read"),
        (["plan", "--resume", "nobody"], "no run is called 'nobody'"),
        (["plan", "green beans", "--resume", "nobody"], "--resume: takes no menu"),
        (["plan", "green beans", "--guests", "4", "--serve", "19:30", "--out", "/nowhere/x"], "/nowhere/x: cannot be"),
        (["plan", ", ".join(["wombat stew"] * 30), *OPTIONS], "'wombat stew' is not in the cookbook"),
        (["plan", "green beans", *OPTIONS, "--kitchen", "k" * 300], "cannot be read"),
        (["plan", "green beans", *OPTIONS, "--out", "o" * 300], "cannot be written"),
        (["plan", "green beans", *OPTIONS, "--out", "same", "--html", "./same"], "--out writes the same file"),
        (["cook", "c" * 300], "does not exist"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    data: Data, arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert data.main(monkeypatch, *arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("kitchen: ")
    assert words in err


@pytest.mark.parametrize("command", ["plan", "cook"])
def test_a_typo_is_told_before_the_model_is_fetched(
    data: Data, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fetch(*_: object) -> None:
        raise AssertionError("fetched")

    monkeypatch.setattr("kitchen_agent.cli.choice_of", fetch)
    monkeypatch.setattr("kitchen_agent.cli_live.choice_of", fetch)
    menu = data.folder / "menu.yaml"
    menu.write_text("guests: 4\nserve_at: 19:30\ndishes: [wombat stew]\n")
    assert data.main(monkeypatch, command, str(menu)) == 2
    assert "'wombat stew' is not in the cookbook" in capsys.readouterr().err


def test_own_recipes_of_one_title_are_two_dishes(tmp_path: Path) -> None:
    paths = (tmp_path / "a.cook", tmp_path / "b.cook")
    for path in paths:
        path.write_text(f"---\ntitle: Soup\nservings: 2\n---\n\nBoil the @{path.stem}{{100%g}}.\n")
    asked = Wish(guests=2, serve="19:30", recipes=paths).asked()
    request = requested(asked, None, datetime(2030, 5, 4, tzinfo=UTC))
    recipes = recipes_of(request, Cookbook.open(paths))
    assert [recipe.ingredients for recipe in recipes.values()] == [("100 g a",), ("100 g b",)]


def test_a_refusal_says_why_and_what_would_help(capsys: pytest.CaptureFixture[str]) -> None:
    print_refusal(Refusal(reasons=("There is one oven.",), remedies=("A second oven.", "Serve at 20:10.")))
    assert capsys.readouterr().err.splitlines() == [
        "This dinner does not fit:",
        "  - There is one oven.",
        "What would make it fit:",
        "  - A second oven.",
        "  - Serve at 20:10.",
    ]


def test_a_model_that_cannot_be_loaded_is_a_failure(
    data: Data, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert data.main(monkeypatch, "plan", "hummus", *OPTIONS) == 1
    assert "no-model.gguf" in capsys.readouterr().err.splitlines()[-1]


def test_gaps_are_named_by_their_options() -> None:
    with pytest.raises(RequestError, match=r"MENU: is missing.*--guests: is missing.*--serve: is missing"):
        Wish().asked()


def test_a_written_file_is_whole_and_a_folder_is_refused(tmp_path: Path) -> None:
    write_whole(tmp_path / "plan.txt", "one\n")
    write_whole(tmp_path / "plan.txt", "two\n")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["two\n"]
    with pytest.raises(OutputError, match="it is a folder"):
        check_writable(tmp_path)


def test_a_link_stays_and_its_file_is_written(tmp_path: Path) -> None:
    kept, link = tmp_path / "plan.txt", tmp_path / "link"
    kept.write_text("old\n")
    kept.chmod(0o600)
    link.symlink_to(kept)
    check_writable(link)
    write_whole(link, "new\n")
    assert link.is_symlink()
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == ("new\n", 0o600)
    assert same_file(link, kept)


def test_what_is_no_regular_file_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    check_writable(pipe)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(pipe.read_text)
        write_whole(pipe, "plan\n")
        assert read.result() == "plan\n"
    assert pipe.is_fifo()
    write_whole(Path(os.devnull), "plan\n")
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize(("form", "start"), [("json", "{"), ("markdown", "# "), ("text", "Dinner")])
def test_the_plan_goes_to_a_file_in_its_form(
    data: Data, form: str, start: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = data.folder / "plan"
    assert data.main(monkeypatch, "plan", "green beans", *OPTIONS, "--format", form, "--out", str(path)) == 0
    assert path.read_text().startswith(start)
    assert capsys.readouterr().out == ""
