from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from finetune import runlog
from finetune.curves import save_picture, smoothed, text_curve
from finetune.progress import describe, on_console
from finetune.runlog import StepRecord, evaluations_without_gain


def record(step: int, loss: float, eval_loss: float | None = None) -> StepRecord:
    return StepRecord(
        step=step,
        loss=loss,
        learning_rate=1e-4,
        grad_norm=1.0,
        tokens=1000,
        seconds=5.0,
        tokens_per_second=200.0,
        time=1e9 + step,
        eval_loss=eval_loss,
    )


def test_the_log_outlives_a_kill_in_the_middle_of_a_line(tmp_path: Path) -> None:
    records = [record(1, 3.0), record(2, 2.0, 2.5)]
    for one in records:
        runlog.append(tmp_path, one)
    with (tmp_path / runlog.LOG_FILE).open("a") as file:
        file.write('{"step": 3, "lo')
    assert runlog.read_log(tmp_path) == records
    runlog.keep_until(tmp_path, 1)
    assert runlog.read_log(tmp_path) == records[:1]
    assert (tmp_path / runlog.LOG_FILE).read_text().count("\n") == 1


@pytest.mark.parametrize(
    ("losses", "without_gain"),
    [([], 0), ([2.0], 0), ([2.0, 1.0], 0), ([1.0, 2.0, 1.5], 2), ([1.0, 1.0], 1)],
)
def test_evaluations_without_gain(losses: list[float], without_gain: int) -> None:
    records = [record(0, 5.0), *(record(step, 3.0, loss) for step, loss in enumerate(losses, 1))]
    assert evaluations_without_gain(records) == without_gain


def test_smoothing_starts_at_the_first_value() -> None:
    assert smoothed([4.0, 4.0, 4.0]) == pytest.approx([4.0, 4.0, 4.0])
    assert smoothed([1.0, 0.0], keep=0.5) == pytest.approx([1.0, 1 / 3])


def test_the_curve_as_text_falls_from_left_to_right() -> None:
    lines = text_curve([record(step, 3.0 / step, 1.0 if step == 20 else None) for step in range(1, 41)]).splitlines()
    assert len(lines) == 14
    assert lines[0].startswith(" 3.000 |*")
    assert "*" in lines[11][-2:]
    assert any("o" in line for line in lines)
    assert lines[-1].split() == ["1", "40"]
    assert text_curve([]) == "(no steps yet)"
    assert "*" in text_curve([record(1, 2.0)])


def test_the_curve_as_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "pictures" / "loss.png"
    save_picture(path, {"one": [record(1, 3.0), record(2, 2.0, 2.2)], "two": [record(1, 2.5)], "none": []})
    assert path.read_bytes().startswith(b"\x89PNG")
    assert [child.name for child in path.parent.iterdir()] == ["loss.png"]


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_shows_speed_loss_and_time_left(terminal: bool) -> None:
    output = io.StringIO()
    with on_console(Console(file=output, force_terminal=terminal, width=140)) as watch:
        watch(record(1, 3.0), 10, 45.0)
        watch(record(2, 2.5, 2.75), 10, 40.0)
    assert "held out 2.7500" in output.getvalue()
    assert "200 tok/s" in output.getvalue()
    assert "0:00:40 left" in output.getvalue()


def test_scores_are_described() -> None:
    told = record(1, 3.0).model_copy(update={"scores": {"score": 0.8512}})
    assert describe(told, 3700) == "loss 3.0000, 200 tok/s, score 0.851, 1:01:40 left"
