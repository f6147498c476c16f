"""What keeps a run's folder to one process, one set of files and one state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from finetune.config import TrainConfig
from finetune.errors import InputError
from finetune.model import AnswerModel, load
from finetune.optimizer import make_optimizer
from finetune.runstate import CHECKSUMS_FILE, alone_in, restore
from finetune.training import ADAPTER_FOLDER, train


def test_the_state_is_read_onto_the_processor(
    tiny_config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bitsandbytes' paged tensors, loaded onto a GPU, would claim to be paged and are not."""
    config = tiny_config.model_copy(update={"max_steps": 2})
    train(config, tmp_path)
    asked, read = [], torch.load

    def spy(*args: Any, **options: Any) -> Any:
        asked.append(options["map_location"])
        return read(*args, **options | {"map_location": "cpu"})

    model, _ = load(config)
    optimizer = make_optimizer(config.optimizer, [p for p in model.parameters() if p.requires_grad])
    monkeypatch.setattr(torch, "load", spy)
    monkeypatch.setattr(AnswerModel, "device", torch.device("meta"))
    assert restore(tmp_path, model, optimizer) == 2
    assert asked == ["cpu"]


def test_a_run_whose_data_changed_is_refused(tiny_config: TrainConfig, tmp_path: Path) -> None:
    start = tmp_path / "start"
    train(tiny_config.model_copy(update={"max_steps": 1}), start)
    data, run = tmp_path / "train.jsonl", tmp_path / "run"
    data.write_bytes(tiny_config.train_file.read_bytes())
    settings = {"train_file": data, "max_steps": 3, "start_from": start / ADAPTER_FOLDER}
    config = tiny_config.model_copy(update=settings)
    train(config, run)
    assert train(config, run)[-1].step == 3
    data.write_bytes(b"".join(data.read_bytes().splitlines(keepends=True)[1:]))
    with pytest.raises(InputError, match=r"train_file = .*no longer the file .*Put that one back, or give another"):
        train(config, run)
    data.write_bytes(tiny_config.train_file.read_bytes())
    train(tiny_config.model_copy(update={"max_steps": 2, "seed": 4}), tmp_path / "other")
    (start / ADAPTER_FOLDER / "adapter_model.safetensors").write_bytes(
        (tmp_path / "other" / ADAPTER_FOLDER / "adapter_model.safetensors").read_bytes()
    )
    with pytest.raises(InputError, match="start_from = "):
        train(config, run)


def test_a_run_of_before_the_checksums_goes_on(tiny_config: TrainConfig, tmp_path: Path) -> None:
    train(tiny_config.model_copy(update={"max_steps": 2}), tmp_path)
    (tmp_path / CHECKSUMS_FILE).unlink()
    assert train(tiny_config.model_copy(update={"max_steps": 3}), tmp_path)[-1].step == 3


def test_a_folder_is_one_process_own(tiny_config: TrainConfig, tmp_path: Path) -> None:
    config = tiny_config.model_copy(update={"max_steps": 1})
    with alone_in(tmp_path), pytest.raises(InputError, match="another process trains there"):
        train(config, tmp_path)
    assert len(train(config, tmp_path)) == 1
