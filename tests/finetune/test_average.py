"""The average of adapters: what their changes are on the average, cut to the rank of one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from finetune.errors import AdapterError, InputError
from finetune.export.average import average_adapters

NAME = "base_model.model.layers.0.q_proj.lora_{}.weight"
A, B = NAME.format("A"), NAME.format("B")


def adapter(folder: Path, a: torch.Tensor, b: torch.Tensor, alpha: int = 4) -> Path:
    """A PEFT adapter that a run left in `folder`."""
    place = folder / "adapter"
    place.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (place / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": len(a), "lora_alpha": alpha}))
    save_file({A: a.contiguous(), B: b.contiguous()}, place / "adapter_model.safetensors")
    return place


def change(folder: Path) -> torch.Tensor:
    matrices = load_file(folder / "adapter_model.safetensors")
    return matrices[B] @ matrices[A]


def test_what_fits_the_rank_is_averaged_without_loss(tmp_path: Path) -> None:
    torch.manual_seed(1)
    a, first, second = torch.randn(2, 7), torch.randn(5, 2), torch.randn(5, 2)
    folders = [adapter(tmp_path / "s1", a, first), adapter(tmp_path / "s2", a, second)]
    lost = average_adapters(folders, tmp_path / "mean")
    assert lost < 1e-9
    assert torch.allclose(change(tmp_path / "mean"), (change(folders[0]) + change(folders[1])) / 2, atol=1e-5)
    assert load_file(tmp_path / "mean" / "adapter_model.safetensors")[A].shape == (2, 7)
    assert json.loads((tmp_path / "mean" / "config.json").read_text()) == {"average_of": "s1, s2"}


def test_the_cut_keeps_the_best_of_that_rank_and_says_what_it_lost(tmp_path: Path) -> None:
    torch.manual_seed(2)
    folders = [adapter(tmp_path / f"s{i}", torch.randn(2, 7), torch.randn(5, 2)) for i in range(3)]
    lost = average_adapters(folders, tmp_path / "mean")
    mean = torch.stack([change(folder) for folder in folders]).mean(0)
    values = torch.linalg.svdvals(mean)
    assert lost == pytest.approx(float(values[2:].square().sum() / values.square().sum()), rel=1e-4)
    missing = (change(tmp_path / "mean") - mean).square().sum()
    assert float(missing) == pytest.approx(float(values[2:].square().sum()), rel=1e-4)


def test_adapters_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    good = adapter(tmp_path / "s1", torch.ones(2, 7), torch.ones(5, 2))
    wide = adapter(tmp_path / "s2", torch.ones(2, 9), torch.ones(5, 2))
    strong = adapter(tmp_path / "s3", torch.ones(2, 7), torch.ones(5, 2), alpha=8)
    for other in (wide, strong):
        with pytest.raises(AdapterError, match=f"{other}: not like {good}"):
            average_adapters([good, other], tmp_path / "mean")
    with pytest.raises(AdapterError, match="nothing"):
        average_adapters([good, tmp_path / "nothing"], tmp_path / "mean")
    with pytest.raises(InputError, match="two or more"):
        average_adapters([good], tmp_path / "mean")
    assert not (tmp_path / "mean").exists()
