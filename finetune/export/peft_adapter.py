"""Reading a PEFT LoRA folder as matrices that carry llama.cpp's names."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gguf import MODEL_ARCH_NAMES, GGUFReader, get_tensor_name_map
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from finetune.errors import AdapterError, reason

CONFIG_FILE = "adapter_config.json"
WEIGHTS_FILE = "adapter_model.safetensors"
_LORA_NAME = re.compile(r"base_model\.model\.(?P<module>.+)\.lora_(?P<side>[AB])\.weight")
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class LoraPair:
    """The change of one weight matrix: `scale` · `b` @ `a`.

    `tensor` is the matrix' name in the base GGUF, `a` has shape (rank, inputs), `b` (outputs, rank).
    """

    tensor: str
    a: Matrix
    b: Matrix


@dataclass(frozen=True)
class LoraAdapter:
    """A LoRA adapter in llama.cpp's terms; every change is scaled by `alpha` / rank."""

    rank: int
    alpha: float
    pairs: tuple[LoraPair, ...]

    @property
    def scale(self) -> float:
        """The factor of `b` @ `a`."""
        return self.alpha / self.rank


def read_adapter(folder: Path, base: Any) -> LoraAdapter:
    """Read the PEFT adapter in `folder`, trained on the model of the opened `base` (see `open_base`).

    Raises AdapterError when it has parts that a GGUF LoRA cannot hold or when it does not fit the base.
    """
    config = read_config(folder)
    rank = int(config["r"])
    alpha = float(config["lora_alpha"])
    if config.get("use_rslora"):
        alpha *= math.sqrt(rank)  # rank-stabilised LoRA scales by alpha / sqrt(rank), llama.cpp by alpha / rank
    return LoraAdapter(rank=rank, alpha=alpha, pairs=tuple(_read_pairs(folder, base)))


def open_base(path: Path) -> Any:
    """The GGUF file at `path` as a `gguf.GGUFReader`; raises AdapterError when it is none."""
    try:
        return GGUFReader(path)
    except (OSError, ValueError) as error:
        raise AdapterError(
            path, f"not a readable GGUF file ({reason(error)})", "Name the model's .gguf file."
        ) from error


def architecture(base: Any) -> str:
    """The architecture word of an opened GGUF file, such as "qwen2"."""
    return str(base.get_field("general.architecture").contents())


def read_config(folder: Path) -> dict[str, Any]:
    """PEFT's settings of the adapter in `folder`; raises AdapterError for one that a GGUF LoRA cannot hold."""
    path = folder / CONFIG_FILE
    try:
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AdapterError(
            path, f"not readable ({reason(error)})", "Name a folder that PEFT wrote, such as a checkpoint of the run."
        ) from error
    if config.get("peft_type") != "LORA":
        raise AdapterError(path, f"peft_type is {config.get('peft_type')!r}", "Only LoRA adapters can be exported.")
    for field in ("use_dora", "modules_to_save", "alpha_pattern", "rank_pattern"):
        if config.get(field):
            raise AdapterError(path, f"{field} is {config[field]!r}", "Train without it: a GGUF LoRA cannot hold it.")
    if config.get("bias", "none") != "none":
        raise AdapterError(path, f"bias is {config['bias']!r}", "Train with bias='none'.")
    return config


def _read_pairs(folder: Path, base: Any) -> Iterator[LoraPair]:
    path = folder / WEIGHTS_FILE
    gguf_name = _namer(base, path)
    shapes = {tensor.name: tuple(int(n) for n in reversed(tensor.shape)) for tensor in base.tensors}
    sides: dict[str, dict[str, Matrix]] = {}
    for name, matrix in read_weights(folder):
        match = _LORA_NAME.fullmatch(name)
        if match is None:
            raise AdapterError(path, f"{name} is no LoRA matrix of a linear layer", "Train linear layers only.")
        sides.setdefault(gguf_name(match["module"]), {})[match["side"]] = matrix
    if not sides:
        raise AdapterError(path, "holds no LoRA matrix", "Name a folder with a trained adapter.")
    for tensor in sorted(sides, key=_layer_order):
        pair = sides[tensor]
        if pair.keys() != {"A", "B"}:
            raise AdapterError(path, f"{tensor} lacks one of lora_A and lora_B", "The file is damaged: export again.")
        shape = (pair["B"].shape[0], pair["A"].shape[1])
        if shapes[tensor] != shape:
            problem = f"{tensor} changes a matrix of shape {shape}, the base has {shapes[tensor]}"
            raise AdapterError(path, problem, "Name the base model that the adapter was trained on.")
        yield LoraPair(tensor, pair["A"], pair["B"])


def read_weights(folder: Path) -> Iterator[tuple[str, Matrix]]:
    """The matrices of the adapter in `folder` by PEFT's names; raises AdapterError when they cannot be read."""
    path = folder / WEIGHTS_FILE
    try:
        with safe_open(path, framework="pt") as file:
            names: list[str] = file.keys()
            for name in names:
                yield name, file.get_tensor(name).float().numpy()
    except (OSError, SafetensorError) as error:
        raise AdapterError(path, f"not readable ({reason(error)})", "Name a folder with a trained adapter.") from error


def _namer(base: Any, path: Path) -> Callable[[str], str]:
    kinds = {word: kind for kind, word in MODEL_ARCH_NAMES.items()}
    word = architecture(base)
    layers = int(base.get_field(f"{word}.block_count").contents())
    names = get_tensor_name_map(kinds[word], layers)
    known = {tensor.name for tensor in base.tensors}

    def gguf_name(module: str) -> str:
        name = names.get_name(module)
        if name is None or f"{name}.weight" not in known:
            raise AdapterError(path, f"{module} has no counterpart in the base", "Name the base it was trained on.")
        return f"{name}.weight"

    return gguf_name


def _layer_order(tensor: str) -> tuple[int, str]:
    number = re.search(r"\d+", tensor)
    return (int(number[0]) if number else -1, tensor)
