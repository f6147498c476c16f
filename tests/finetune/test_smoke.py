"""`make train-smoke`: every stage of the pipeline, on the real model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.gguf
@pytest.mark.timeout(1500)
def test_every_stage_runs_and_a_killed_training_goes_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "finetune", "smoke", "--output", str(tmp_path / "smoke"), "--recipes", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "killed after step" in done.stderr
    (report,) = (tmp_path / "smoke" / "scores").glob("*.json")
    assert json.loads(report.read_text())["recipes"]
    assert (tmp_path / "smoke" / "smoke.gguf").stat().st_size > 1_000_000
