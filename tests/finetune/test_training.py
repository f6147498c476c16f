"""Training runs of a tiny model: what they learn, leave, refuse, and go on from."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from finetune import checkpoints, runlog
from finetune.config import EndSettings, LoraSettings, OptimizerSettings, TrainConfig
from finetune.errors import InputError, WorkError
from finetune.parallel import LOOPBACK, STORE_VARIABLE
from finetune.progress import Watcher
from finetune.runlog import StepRecord
from finetune.training import ADAPTER_FOLDER, BEST_FOLDER, CURVE_FILE, train

FORK = multiprocessing.get_context("fork")
"""Processes that have torch loaded already: its import takes longer than a tiny run."""


def curve(records: Sequence[StepRecord]) -> list[tuple[int, float, float, float | None]]:
    return [(record.step, record.loss, record.grad_norm, record.eval_loss) for record in records]


class StoppedError(Exception):
    """The power went out."""


def stop_at(step: int) -> Watcher:
    def watch(record: StepRecord, max_steps: int, seconds_left: float) -> None:
        if record.step == step:
            raise StoppedError

    return watch


def test_the_loss_falls_and_the_files_of_a_run_are_there(tiny_config: TrainConfig, tmp_path: Path) -> None:
    config = tiny_config.model_copy(update={"max_steps": 40})
    records = train(config, tmp_path / "run")
    assert [record.step for record in records] == list(range(1, 41))
    assert records[-1].loss < 0.6 * records[0].loss
    assert runlog.read_log(tmp_path / "run") == records
    assert checkpoints.steps(tmp_path / "run") == [36, 39, 40]
    for folder in (ADAPTER_FOLDER, BEST_FOLDER):
        assert (tmp_path / "run" / folder / "adapter_model.safetensors").is_file()
    assert (tmp_path / "run" / CURVE_FILE).read_bytes().startswith(b"\x89PNG")


def test_peft_loads_what_was_trained(tiny_config: TrainConfig, tiny_model: Path, tmp_path: Path) -> None:
    train(tiny_config, tmp_path / "run")
    base = AutoModelForCausalLM.from_pretrained(tiny_model)
    adapted = PeftModel.from_pretrained(base, str(tmp_path / "run" / ADAPTER_FOLDER))
    changed = [name for name, value in adapted.named_parameters() if "lora_B" in name and value.abs().sum() > 0]
    assert len(changed) == 2 * 7


@pytest.fixture(scope="module")
def unbroken(tiny_config: TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[StepRecord]]:
    """The log of a run of twelve steps that nothing stops, by the precision of its base."""
    configs = {name: tiny_config.model_copy(update={"base_precision": name}) for name in ("fp32", "int8-cpu")}
    return {name: train(config, tmp_path_factory.mktemp(name)) for name, config in configs.items()}


@pytest.mark.parametrize(("precision", "stop"), [("fp32", 1), ("fp32", 3), ("fp32", 8), ("fp32", 12), ("int8-cpu", 8)])
def test_a_stopped_run_goes_on_as_if_unbroken(
    tiny_config: TrainConfig, unbroken: dict[str, list[StepRecord]], tmp_path: Path, precision: str, stop: int
) -> None:
    config, whole = tiny_config.model_copy(update={"base_precision": precision}), unbroken[precision]
    with pytest.raises(StoppedError):
        train(config, tmp_path / "broken", stop_at(stop))
    assert curve(train(config, tmp_path / "broken")) == curve(whole)
    assert curve(runlog.read_log(tmp_path / "broken")) == curve(whole)


def test_dropout_is_the_same_after_a_stop(tiny_config: TrainConfig, tmp_path: Path) -> None:
    config = tiny_config.model_copy(update={"lora": LoraSettings(rank=4, alpha=8, dropout=0.3)})
    whole = train(config, tmp_path / "whole")
    with pytest.raises(StoppedError):
        train(config, tmp_path / "broken", stop_at(5))
    assert curve(train(config, tmp_path / "broken")) == curve(whole)


def test_held_out_examples_are_judged_without_dropout(tiny_config: TrainConfig, tmp_path: Path) -> None:
    train(tiny_config, tmp_path / "first")
    changes = {
        "lora": LoraSettings(rank=4, alpha=8, dropout=0.5),
        "optimizer": OptimizerSettings(learning_rate=1e-12),
        "start_from": tmp_path / "first" / ADAPTER_FOLDER,
        "eval_every": 1,
        "max_steps": 2,
    }
    one, other = train(tiny_config.model_copy(update=changes), tmp_path / "second")
    assert one.eval_loss
    assert one.eval_loss == pytest.approx(other.eval_loss, rel=1e-6)


def test_too_little_memory_is_one_clear_error(tiny_config: TrainConfig, tmp_path: Path) -> None:
    def fill_up(record: StepRecord, max_steps: int, seconds_left: float) -> None:
        raise torch.OutOfMemoryError("tried to allocate 20 GiB")

    with pytest.raises(WorkError, match=r"out of memory \(tried to allocate 20 GiB\)\. Lower row_tokens"):
        train(tiny_config, tmp_path / "run", fill_up)


def test_a_damaged_checkpoint_is_passed_over(
    tiny_config: TrainConfig, unbroken: dict[str, list[StepRecord]], tmp_path: Path
) -> None:
    with pytest.raises(StoppedError):
        train(tiny_config, tmp_path / "broken", stop_at(7))
    weights = tmp_path / "broken" / "checkpoints" / "step-000006" / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    assert curve(train(tiny_config, tmp_path / "broken")) == curve(unbroken["fp32"])


def test_a_finished_run_has_nothing_left_to_do_but_may_be_made_longer(tiny_config: TrainConfig, tmp_path: Path) -> None:
    first = train(tiny_config, tmp_path / "run")
    assert train(tiny_config, tmp_path / "run") == first
    records = train(tiny_config.model_copy(update={"max_steps": 14}), tmp_path / "run")
    assert records[-1].step == 14
    with pytest.raises(InputError, match=r"seed = 5: the run in .* has 0"):
        train(tiny_config.model_copy(update={"seed": 5}), tmp_path / "run")


def test_a_run_may_start_from_the_adapter_of_another(tiny_config: TrainConfig, tmp_path: Path) -> None:
    first = train(tiny_config.model_copy(update={"max_steps": 30}), tmp_path / "first")
    further = tiny_config.model_copy(update={"start_from": tmp_path / "first" / ADAPTER_FOLDER, "max_steps": 3})
    assert train(further, tmp_path / "second")[0].loss < 0.8 * first[0].loss
    unbroken = train(further, tmp_path / "third")
    with pytest.raises(StoppedError):
        train(further, tmp_path / "fourth", stop_at(2))
    assert curve(train(further, tmp_path / "fourth"))[-1] == curve(unbroken)[-1]


@pytest.fixture
def with_end(tiny_config: TrainConfig, tmp_path: Path) -> TrainConfig:
    """Twelve steps on all examples, then five on those of the held-out dishes, which fall to no rate at all."""
    optimizer = tiny_config.optimizer.model_copy(update={"final_fraction": 0.5})
    assert tiny_config.eval_file
    (tmp_path / "end.jsonl").write_bytes(tiny_config.eval_file.read_bytes())
    end = EndSettings(train_file=tmp_path / "end.jsonl", steps=5)
    return tiny_config.model_copy(update={"optimizer": optimizer, "end": end})


def test_a_run_ends_on_the_best_examples_at_a_falling_rate(with_end: TrainConfig, tmp_path: Path) -> None:
    told: list[tuple[int, float]] = []
    whole = train(with_end, tmp_path / "whole", lambda record, steps, left: told.append((steps, left)))
    assert [record.step for record in whole] == list(range(1, 18))
    assert {steps for steps, _ in told} == {17}
    assert told[-1][1] == 0
    assert [round(record.learning_rate / with_end.optimizer.learning_rate, 2) for record in whole[11:13]] == [0.51, 0.5]
    assert whole[-1].learning_rate < 0.1 * whole[11].learning_rate
    assert [record.step for record in whole if record.eval_loss is not None] == [6, 12, 17]
    assert (whole[-1].eval_loss or 0) < (whole[11].eval_loss or 0)
    assert checkpoints.steps(tmp_path / "whole")[-1] == 17
    for stop in (12, 15):
        run = tmp_path / f"stopped at {stop}"
        with pytest.raises(StoppedError):
            train(with_end, run, stop_at(stop))
        assert curve(train(with_end, run)) == curve(whole)


def test_what_a_run_ends_on_and_where_stays(with_end: TrainConfig, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with pytest.raises(StoppedError):
        train(with_end, run, stop_at(9))
    with pytest.raises(StoppedError):
        train(with_end.model_copy(update={"max_steps": 13}), run, stop_at(16))
    for max_steps in (12, 20):
        with pytest.raises(InputError, match=rf"max_steps = {max_steps}: the run in .* has 13"):
            train(with_end.model_copy(update={"max_steps": max_steps}), run)
    with pytest.raises(InputError, match=r"end = None: the run in .* has "):
        train(with_end.model_copy(update={"max_steps": 13, "end": None}), run)
    (tmp_path / "end.jsonl").write_bytes(with_end.train_file.read_bytes())
    with pytest.raises(InputError, match=r"end\.train_file = .*end\.jsonl: it is no longer the file"):
        train(with_end.model_copy(update={"max_steps": 13}), run)


def test_silver_examples_are_learnt_with_the_others(tiny_config: TrainConfig, tmp_path: Path) -> None:
    first, *others = tiny_config.train_file.read_text().splitlines(keepends=True)
    few, silver = tmp_path / "few.jsonl", tmp_path / "silver.jsonl"
    few.write_text(first)
    silver.write_text("".join(line.replace('"weight":1.0', '"weight":0.5') for line in others))
    config = tiny_config.model_copy(update={"train_file": few, "max_steps": 30, "eval_every": 30})
    alone = train(config, tmp_path / "alone")[-1].eval_loss
    together = train(config.model_copy(update={"silver_file": silver}), tmp_path / "together")[-1].eval_loss
    assert alone
    assert together
    assert together < 0.9 * alone


def test_a_folder_without_an_adapter_is_refused(tiny_config: TrainConfig, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no adapter there"):
        train(tiny_config.model_copy(update={"start_from": tmp_path}), tmp_path / "run")


def test_it_stops_early_when_held_out_examples_gain_nothing(tiny_config: TrainConfig, tmp_path: Path) -> None:
    config = tiny_config.model_copy(
        update={
            "optimizer": OptimizerSettings(learning_rate=3e-2, warmup_steps=1, final_fraction=1.0),
            "eval_every": 1,
            "patience": 2,
            "max_steps": 200,
        }
    )
    records = train(config, tmp_path / "run")
    assert len(records) < 200
    losses = [record.eval_loss for record in records if record.eval_loss is not None]
    assert losses.index(min(losses)) == len(losses) - 3


def test_a_loss_that_is_no_number_ends_the_run(tiny_config: TrainConfig, tmp_path: Path) -> None:
    settings = OptimizerSettings(learning_rate=1e20, warmup_steps=0, clip_norm=1e20)
    with pytest.raises(WorkError, match=r"Lower optimizer.learning_rate"):
        train(tiny_config.model_copy(update={"optimizer": settings}), tmp_path / "run")


def test_checkpointed_activations_change_nothing(
    tiny_config: TrainConfig, unbroken: dict[str, list[StepRecord]], tmp_path: Path
) -> None:
    saved = train(tiny_config.model_copy(update={"gradient_checkpointing": True}), tmp_path / "saved")
    assert [record.loss for record in saved] == pytest.approx([record.loss for record in unbroken["fp32"]], rel=1e-4)


def test_int8_learns_like_floats(unbroken: dict[str, list[StepRecord]]) -> None:
    floats, bytes_ = ([record.loss for record in unbroken[name]] for name in ("fp32", "int8-cpu"))
    assert bytes_ == pytest.approx(floats, rel=0.05)


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_kill_9_and_resume_give_the_unbroken_curve(tiny_config: TrainConfig, tmp_path: Path) -> None:
    config, run = tiny_config.model_copy(update={"max_steps": 40}), tmp_path / "killed"
    whole = train(config, tmp_path / "whole")
    for _ in range(2):
        process, done = FORK.Process(target=train, args=(config, run)), _steps_logged(run)
        process.start()
        while process.is_alive() and _steps_logged(run) < done + 10:
            time.sleep(0.02)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL, "it was done before it could be killed"
    train(config, run)
    assert curve(runlog.read_log(run)) == curve(whole)


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_two_processes_learn_like_one(
    tiny_config: TrainConfig, unbroken: dict[str, list[StepRecord]], tmp_path: Path
) -> None:
    team = [FORK.Process(target=_member, args=(tiny_config, tmp_path, rank)) for rank in range(2)]
    for process in team:
        process.start()
    for process in team:
        process.join()
    assert [process.exitcode for process in team] == [0, 0]
    assert_alike(runlog.read_log(tmp_path / "pair"), unbroken["fp32"])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_command_starts_two_processes_that_share_the_base(
    tiny_config: TrainConfig, unbroken: dict[str, list[StepRecord]], tmp_path: Path
) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(tiny_config.model_dump_json())
    command = [sys.executable, "-m", "finetune", "train", str(settings), "--run", str(tmp_path / "pair")]
    subprocess.run([*command, "--processes", "2", "--shard_frozen=true"], check=True, stderr=subprocess.DEVNULL)
    assert_alike(runlog.read_log(tmp_path / "pair"), unbroken["fp32"])


def assert_alike(pair: Sequence[StepRecord], alone: Sequence[StepRecord]) -> None:
    assert [record.loss for record in pair] == pytest.approx([record.loss for record in alone], rel=1e-3)
    assert pair[-1].eval_loss == pytest.approx(alone[-1].eval_loss, rel=1e-3)


def _member(config: TrainConfig, folder: Path, rank: int) -> None:
    """What `accelerate launch` does for one of two processes."""
    os.environ.update(RANK=str(rank), WORLD_SIZE="2", GLOO_SOCKET_IFNAME=LOOPBACK)
    os.environ[STORE_VARIABLE] = str(folder / "store")
    train(config, folder / "pair")


def _steps_logged(run: Path) -> int:
    return len(runlog.read_log(run))
