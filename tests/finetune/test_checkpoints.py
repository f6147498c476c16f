from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from finetune import checkpoints


def writing(text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "part").mkdir()
        (folder / "state.bin").write_text(text)
        (folder / "part" / "more.bin").write_text(text * 2)

    return write


def test_only_the_last_three_stay(tmp_path: Path) -> None:
    for step in (5, 10, 15, 20, 100):
        checkpoints.save(tmp_path, step, writing(str(step)), keep=3)
    assert checkpoints.steps(tmp_path) == [15, 20, 100]
    newest = checkpoints.latest(tmp_path)
    assert newest is not None
    assert checkpoints.step_of(newest) == 100
    assert (newest / "state.bin").read_text() == "100"


def test_a_run_without_checkpoints_has_no_latest(tmp_path: Path) -> None:
    assert checkpoints.latest(tmp_path) is None


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "state.bin").write_text("X0"),
        lambda folder: (folder / "state.bin").write_text("1"),
        lambda folder: (folder / "part" / "more.bin").unlink(),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text('{"step": 10'),
        lambda folder: (folder / "manifest.json").write_text("[]"),
    ],
    ids=["changed", "shortened", "missing", "no-manifest", "half-a-manifest", "wrong-manifest"],
)
def test_a_damaged_checkpoint_falls_back_to_the_one_before(
    tmp_path: Path, harm: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    before = checkpoints.save(tmp_path, 5, writing("05"), keep=3)
    last = checkpoints.save(tmp_path, 10, writing("10"), keep=3)
    assert checkpoints.latest(tmp_path) == last
    harm(last)
    assert checkpoints.latest(tmp_path) == before
    assert "step-000010 is damaged" in caplog.text


def test_a_write_that_fails_leaves_the_older_ones(tmp_path: Path) -> None:
    before = checkpoints.save(tmp_path, 5, writing("05"), keep=1)

    def fail(folder: Path) -> None:
        (folder / "state.bin").write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        checkpoints.save(tmp_path, 10, fail, keep=1)
    assert checkpoints.steps(tmp_path) == [5]
    assert checkpoints.latest(tmp_path) == before
    checkpoints.save(tmp_path, 10, writing("10"), keep=1)
    assert checkpoints.steps(tmp_path) == [10]
