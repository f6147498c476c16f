"""Listing, comparing and plotting runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from finetune.config import LoraSettings, TrainConfig
from finetune.errors import InputError
from finetune.runlog import StepRecord, append
from finetune.runs import app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two runs that differ in their rank; only the first was evaluated."""
    for name, rank in (("first", 8), ("second", 16)):
        run = tmp_path / name
        run.mkdir()
        config = TrainConfig(base="tiny", train_file=Path("train.jsonl"), lora=LoraSettings(rank=rank))
        (run / "config.json").write_text(config.model_dump_json())
        for step in range(1, 41):
            held_out = 2.0 - step / 100 if name == "first" and step in (20, 40) else None
            append(
                run,
                StepRecord(
                    step=step, loss=3 - step / 20, learning_rate=1e-4, grad_norm=1, tokens=900, seconds=9,
                    tokens_per_second=100, time=step, eval_loss=held_out,
                ),
            )  # fmt: skip
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def cells(output: str, row: str) -> list[str]:
    (line,) = (line for line in output.splitlines() if line.startswith("│") and line.split("│")[1].strip() == row)
    return [cell.strip() for cell in line.split("│")[2:-1]]


def test_the_list_has_a_line_for_each_run(folder: Path) -> None:
    output = run("list", "--folder", str(folder))
    assert cells(output, "first") == ["40", "36,000", "1.475", "1.600", "40", "100", "0.10"]
    assert cells(output, "second")[3] == "–"


def test_a_comparison_shows_what_differs_and_only_that(folder: Path) -> None:
    output = run("compare", "first", "second", "--folder", str(folder))
    assert cells(output, "lora.rank") == ["8", "16"]
    assert "lora.alpha" not in output
    assert cells(output, "best held out") == ["1.600", "–"]


def test_a_plot_is_a_picture_and_text(folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "loss.png"
    output = run("plot", "first", "second", "--folder", str(folder), "--output", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert output.count("*") > 40


def test_a_run_is_tabulated_in_stretches(folder: Path) -> None:
    rows = run("steps", "first", "--every", "25", "--folder", str(folder)).splitlines()
    assert rows[0].startswith("| steps | mean loss")
    assert rows[2:] == ["| 1–25 | 2.350 | 100 | 1.800 |", "| 26–40 | 1.350 | 100 | 1.600 |"]


@pytest.mark.parametrize("command", ["plot", "compare", "steps"])
def test_an_unknown_run_is_named_with_those_that_exist(folder: Path, command: str) -> None:
    with pytest.raises(InputError, match=r"run 'third'.*Runs there: first, second"):
        run(command, "third", "--folder", str(folder))


def test_a_folder_without_runs_is_named(folder: Path) -> None:
    with pytest.raises(InputError, match="there is no run in it"):
        run("list", "--folder", str(folder / "first"))
