"""One adapter that does what several do on the average, of the same rank.

The weights of models that were tuned from one base can be averaged, and the average is often better than each of
them (Wortsman et al. 2022, "Model soups"). The mean of the products b @ a of LoRA adapters has at most the sum of
their ranks; it is cut to the rank of one by its largest singular values.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from finetune import runlog
from finetune.errors import AdapterError, InputError
from finetune.export.peft_adapter import CONFIG_FILE, WEIGHTS_FILE, read_config, read_weights
from finetune.files import replacing, write_text

SAME: tuple[str, ...] = ("r", "lora_alpha", "use_rslora")


def average_adapters(adapters: list[Path], output: Path) -> float:
    """Write the average of `adapters` into the folder `output`; the share of its squared weight that the cut lost.

    Raises InputError for fewer than two, AdapterError for one that cannot be read or is not like the first.
    """
    if len(adapters) < 2:
        raise InputError("ADAPTERS: an average needs two or more. Name the folders of several runs' adapters.")
    configs = [read_config(folder) for folder in adapters]
    weights = [{name: torch.from_numpy(w) for name, w in read_weights(folder)} for folder in adapters]
    shapes = [{name: tuple(matrix.shape) for name, matrix in side.items()} for side in weights]
    for folder, config, shape in zip(adapters, configs, shapes, strict=True):
        if shape != shapes[0] or any(config.get(field) != configs[0].get(field) for field in SAME):
            raise AdapterError(folder, f"not like {adapters[0]}", "Average adapters of one base, rank and alpha.")
    found: dict[str, Tensor] = {}
    whole = lost = 0.0
    for name in (name for name in weights[0] if ".lora_A." in name):
        other = name.replace(".lora_A.", ".lora_B.")
        a, b, values = _mean([(side[name], side[other]) for side in weights])
        found[name], found[other] = a, b
        whole += float(values.square().sum())
        lost += float(values[len(a) :].square().sum())
    with replacing(output / WEIGHTS_FILE) as temporary:
        save_file(found, temporary, metadata={"format": "pt"})
    with replacing(output / CONFIG_FILE) as temporary:
        shutil.copyfile(adapters[0] / CONFIG_FILE, temporary)
    named = {"average_of": ", ".join(_run_name(folder) for folder in adapters)}
    write_text(output / runlog.CONFIG_FILE, json.dumps(named) + "\n")
    return lost / whole if whole else 0.0


def _mean(pairs: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor, Tensor]:
    """The mean of b @ a over pairs (a, b) as such a pair of the same rank, and all its singular values.

    The mean has the factors [b, b', …] and [a, a', …]; their QR decompositions leave a square matrix as small as the
    sum of the ranks to be decomposed.
    """
    rank = len(pairs[0][0])
    inputs, inner_a = torch.linalg.qr(torch.cat([a.double() for a, _ in pairs]).T)
    outputs, inner_b = torch.linalg.qr(torch.cat([b.double() for _, b in pairs], dim=1))
    left, values, right = torch.linalg.svd(inner_b @ inner_a.T / len(pairs))
    root = values[:rank].sqrt()
    a = (inputs @ right[:rank].T * root).T
    b = outputs @ left[:, :rank] * root
    return a.float().contiguous(), b.float().contiguous(), values


def _run_name(adapter: Path) -> str:
    """The name of the run that left `adapter`, else that of its folder."""
    runs = [folder for folder in adapter.resolve().parents[:2] if (folder / runlog.CONFIG_FILE).is_file()]
    return (runs[0] if runs else adapter).name
