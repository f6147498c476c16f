"""`python -m finetune smoke`: every stage of the pipeline on the real model, small enough for a few minutes."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from finetune import checkpoints, runlog
from finetune.errors import WorkError
from kitchen_agent import modelfiles
from kitchen_agent.settings import load as load_settings

STEPS, END_STEPS = 4, 1
_KILL_AFTER_STEPS = 3
_POLL_SECONDS = 0.2
_SMALL = (
    "--max_steps", str(STEPS - END_STEPS), "--end.steps", str(END_STEPS), "--save_every", "2",
    "--eval_every", str(STEPS), "--eval_examples", "1", "--batch_examples", "1", "--max_tokens", "320",
    "--processes", "1", "--compile_kernels", "false",
)  # fmt: skip


def smoke(
    output: Annotated[Path, typer.Option(help="Folder for everything that is made.")] = Path("build/smoke"),
    recipes: Annotated[int, typer.Option(min=1, help="Recipes that the new adapter plans at the end.")] = 2,
) -> None:
    """Prepare data, train a few steps, kill -9, resume, export, serve and evaluate the embedded model."""
    console = Console(stderr=True)
    shutil.rmtree(output / "run", ignore_errors=True)
    data, run, adapter = output / "data", output / "run", output / "smoke.gguf"

    def stage(name: str, *arguments: str) -> None:
        console.rule(name)
        if subprocess.run(_command(*arguments), check=False).returncode != 0:
            raise WorkError(f"smoke: the stage {name!r} failed; see above.")

    training: tuple[str, ...] = ("train", "qwen-0.5b-cpu", "--run", str(run), *_SMALL)
    if shipped := modelfiles.adapter(load_settings()):  # an adapter that learnt nothing would write for minutes
        training += ("--start_from", str(shipped.path))
    files = {"train_file": "train.jsonl", "eval_file": "eval.jsonl", "end.train_file": "end.jsonl"}
    training += tuple(f"--{field}={data / name}" for field, name in files.items())
    stage("prepare", "prepare", str(data))
    console.rule("train, then kill -9")
    killed_at = _kill_while_training(training, run)
    saved = checkpoints.latest(run)
    console.print(f"killed after step {killed_at}; resumes from {saved.name if saved else 'the start'}")
    stage("resume", *training)
    if (logged := [record.step for record in runlog.read_log(run)]) != list(range(1, STEPS + 1)):
        raise WorkError(f"smoke: the log of {run} has the steps {logged}, not 1 to {STEPS}.")
    stage("export", "export", "--adapter", str(run / "adapter"), "--output", str(adapter))
    served = ("--adapter", str(adapter), "--limit", str(recipes))
    keys = Path(__file__).parent / "data" / "dev_keys.txt"
    stage("serve and evaluate", "evaluate", "model", *served, "--keys", str(keys), "--output", str(output / "scores"))
    console.print("smoke: every stage passed")


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "finetune", *arguments]


def _kill_while_training(arguments: tuple[str, ...], run: Path) -> int:
    """Train until some steps are logged, then kill -9; returns the number of logged steps."""
    process = subprocess.Popen(_command(*arguments))
    while len(runlog.read_log(run)) < _KILL_AFTER_STEPS:
        if process.poll() is not None:
            raise WorkError(f"smoke: training ended before step {_KILL_AFTER_STEPS}; see above.")
        time.sleep(_POLL_SECONDS)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return len(runlog.read_log(run))
