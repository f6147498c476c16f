"""What a run needs to go on exactly where it was: settings, adapter and optimiser.

The order of the data and the random numbers of a step are functions of the seed and the step, so they need no file.
Of the files that a run was started with only the checksums are kept: with other data it would not go on where it was.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import torch
from pydantic import ValidationError

from finetune import checkpoints
from finetune.config import TrainConfig
from finetune.errors import InputError
from finetune.files import sha256_of, write_text
from finetune.model import AnswerModel, adapter_file, load_adapter, save_adapter
from finetune.runlog import CONFIG_FILE

CHECKSUMS_FILE = "checksums.json"
_OPTIMIZER_FILE = "trainer.pt"
# What may differ when a run goes on: it changes neither the model nor what it is shown.
_CHANGEABLE = frozenset(
    {
        "cache", "row_tokens", "max_steps", "save_every", "keep_checkpoints", "eval_every", "eval_examples",
        "eval_file", "score_examples", "patience", "compile_kernels", "threads", "processes", "shard_frozen",
        "gradient_checkpointing",
    }
)  # fmt: skip


@contextmanager
def alone_in(run: Path) -> Iterator[None]:
    """Hold the folder `run` against other processes; raises InputError when one trains there."""
    lock = filelock.FileLock(run / ".lock", blocking=False)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise InputError(f"{run}: another process trains there. Wait for it, or give another --run folder.") from error
    try:
        yield
    finally:
        lock.release()


def claim(run: Path, config: TrainConfig) -> None:
    """Write `config` and the checksums of its files into the folder `run`.

    Raises InputError when the folder holds checkpoints of a run with other settings that would not go together, or
    with other contents of the same files. A run without checksums is taken as it is.
    """
    path, checksums = run / CONFIG_FILE, _checksums(config)
    if path.is_file() and checkpoints.steps(run):
        _refuse_other_files(run, config, checksums)
        try:
            before = TrainConfig.model_validate_json(path.read_text(encoding="utf-8"))
        except ValidationError as error:
            raise InputError(f"{path}: not the settings of a run. Give another --run folder.") from error
        _refuse_other_settings(run, before, config)
    elif checksums:
        write_text(run / CHECKSUMS_FILE, json.dumps(checksums, indent=1))
    write_text(path, config.model_dump_json(indent=1))


def _refuse_other_settings(run: Path, before: TrainConfig, config: TrainConfig) -> None:
    settled = TrainConfig.model_fields.keys() - _CHANGEABLE
    if config.end and checkpoints.steps(run)[-1] > min(before.max_steps, config.max_steps):
        settled |= {"max_steps"}  # steps of the end are done, or would have been
    for name in sorted(settled):
        old, new = getattr(before, name), getattr(config, name)
        if old != new:
            raise InputError(f"{name} = {new!r}: the run in {run} has {old!r}. Keep it, or give another --run folder.")


def _checksums(config: TrainConfig) -> dict[str, str]:
    """The SHA-256 of each file that decides what is learnt; one that is not there is refused where it is read."""
    return {name: sha256_of(path) for name, path in _files(config).items() if path.is_file()}


def _files(config: TrainConfig) -> dict[str, Path]:
    """The files that decide what is learnt, by their settings."""
    files = {
        "train_file": config.train_file,
        "silver_file": config.silver_file,
        "soft_targets_file": config.soft_targets_file,
        "end.train_file": config.end.train_file if config.end else None,
        "start_from": adapter_file(config.start_from) if config.start_from else None,
    }
    return {name: path for name, path in files.items() if path}


def _refuse_other_files(run: Path, config: TrainConfig, checksums: dict[str, str]) -> None:
    path = run / CHECKSUMS_FILE
    if not path.is_file():
        return
    before = json.loads(path.read_text(encoding="utf-8"))
    for name, checksum in checksums.items():
        if before.get(name, checksum) != checksum:
            raise InputError(
                f"{name} = {_files(config)[name]}: it is no longer the file that the run in {run} was started with. "
                "Put that one back, or give another --run folder."
            )


def write_state(folder: Path, model: AnswerModel, optimizer: torch.optim.Optimizer) -> None:
    """Write the adapter and the optimiser's state into `folder`."""
    save_adapter(model, folder)
    torch.save({"optimizer": optimizer.state_dict()}, folder / _OPTIMIZER_FILE)


def restore(run: Path, model: AnswerModel, optimizer: torch.optim.Optimizer) -> int:
    """Load the last good checkpoint of `run`, if there is one; returns the number of finished steps."""
    folder = checkpoints.latest(run)
    if folder is None:
        return 0
    load_adapter(model, folder)
    # Onto the processor, whatever the model is on: bitsandbytes marks its paged memory with an attribute that outlives
    # the file, so tensors loaded onto a GPU would claim to be paged; those that the optimiser moves there do not.
    state = torch.load(folder / _OPTIMIZER_FILE, weights_only=True, map_location="cpu")
    optimizer.load_state_dict(state["optimizer"])
    return checkpoints.step_of(folder)


def seed_step(seed: int, step: int, rank: int) -> None:
    """Set torch's random state for optimiser step `step` of the process `rank`."""
    torch.manual_seed(random.Random(f"{seed}/{step}/{rank}").getrandbits(63))
