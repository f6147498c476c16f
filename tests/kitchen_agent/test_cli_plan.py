"""`kitchen plan` as a person meets it: a process, its output and its exit status."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kitchen_agent.cli_plan import Wish, print_refusal
from kitchen_agent.errors import OutputError, RequestError
from kitchen_agent.output_file import check_writable, write_whole
from kitchen_agent.plan import DinnerPlan
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


@pytest.mark.parametrize(("form", "start"), [("json", "{"), ("markdown", "# "), ("text", "Dinner")])
def test_the_plan_goes_to_a_file_in_its_form(
    data: Data, form: str, start: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = data.folder / "plan"
    assert data.main(monkeypatch, "plan", "green beans", *OPTIONS, "--format", form, "--out", str(path)) == 0
    assert path.read_text().startswith(start)
    assert capsys.readouterr().out == ""
