"""What a run needs to go on exactly where it was: settings, adapter and optimiser.

The order of the data and the random numbers of a step are functions of the seed and the step, so they need no file.
"""

from __future__ import annotations

import random
from pathlib import Path

import torch
from pydantic import ValidationError

from finetune import checkpoints
from finetune.config import TrainConfig
from finetune.errors import InputError
from finetune.files import write_text
from finetune.model import AnswerModel, load_adapter, save_adapter

CONFIG_FILE = "config.json"
_OPTIMIZER_FILE = "trainer.pt"
# What may differ when a run goes on: it changes neither the model nor what it is shown.
_CHANGEABLE = frozenset(
    {
        "cache", "row_tokens", "max_steps", "save_every", "keep_checkpoints", "eval_every", "eval_examples",
        "eval_file", "score_examples", "patience", "compile_kernels", "threads", "processes", "shard_frozen",
        "gradient_checkpointing",
    }
)  # fmt: skip


def claim(run: Path, config: TrainConfig) -> None:
    """Write `config` into the folder `run`.

    Raises InputError when the folder holds checkpoints of a run with other settings that would not go together.
    """
    path = run / CONFIG_FILE
    if path.is_file() and checkpoints.steps(run):
        try:
            before = TrainConfig.model_validate_json(path.read_text(encoding="utf-8"))
        except ValidationError as error:
            raise InputError(f"{path}: not the settings of a run. Give another --run folder.") from error
        for name in sorted(TrainConfig.model_fields.keys() - _CHANGEABLE):
            old, new = getattr(before, name), getattr(config, name)
            if old != new:
                raise InputError(
                    f"{name} = {new!r}: the run in {run} has {old!r}. Keep it, or give another --run folder."
                )
    write_text(path, config.model_dump_json(indent=1))


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
    state = torch.load(folder / _OPTIMIZER_FILE, weights_only=True, map_location=model.device)
    optimizer.load_state_dict(state["optimizer"])
    return checkpoints.step_of(folder)


def seed_step(seed: int, step: int, rank: int) -> None:
    """Set torch's random state for optimiser step `step` of the process `rank`."""
    torch.manual_seed(random.Random(f"{seed}/{step}/{rank}").getrandbits(63))
