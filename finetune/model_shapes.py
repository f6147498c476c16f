"""The sizes of a Qwen2 model, known without loading it."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from finetune.bases import EMBEDDED
from finetune.errors import InputError, reason
from kitchen_agent.modelcatalog import CATALOG


class ModelShape(BaseModel):
    """What decides how many weights a Qwen2 model has. `tied` when the output layer is the embedding itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    vocabulary: int
    tied: bool = False

    @property
    def kv_width(self) -> int:
        """The width of the keys and of the values."""
        return self.hidden // self.heads * self.kv_heads

    @property
    def linear_sizes(self) -> tuple[tuple[int, int], ...]:
        """(inputs, outputs) of the seven linear layers of one transformer layer."""
        h, i, kv = self.hidden, self.intermediate, self.kv_width
        return (h, h), (h, kv), (h, kv), (h, h), (h, i), (h, i), (i, h)

    @property
    def linear_weights(self) -> int:
        """The weights of all linear layers but the output layer."""
        return self.layers * sum(inputs * outputs for inputs, outputs in self.linear_sizes)

    @property
    def dense_weights(self) -> int:
        """The weights that are never quantised: embedding, output layer, norms, biases."""
        vectors = self.layers * (3 * self.hidden + 2 * self.kv_width) + self.hidden
        return self.vocabulary * self.hidden * (1 if self.tied else 2) + vectors

    def adapter_weights(self, rank: int) -> int:
        """The weights of a LoRA of `rank` on all linear layers."""
        return self.layers * rank * sum(inputs + outputs for inputs, outputs in self.linear_sizes)


# As in the config.json of each on the hub.
_PUBLISHED = {
    "0.5b": ModelShape(hidden=896, intermediate=4864, layers=24, heads=14, kv_heads=2, vocabulary=151936, tied=True),
    "1.5b": ModelShape(hidden=1536, intermediate=8960, layers=28, heads=12, kv_heads=2, vocabulary=151936, tied=True),
    "3b": ModelShape(hidden=2048, intermediate=11008, layers=36, heads=16, kv_heads=2, vocabulary=151936, tied=True),
    "7b": ModelShape(hidden=3584, intermediate=18944, layers=28, heads=28, kv_heads=4, vocabulary=152064),
    "14b": ModelShape(hidden=5120, intermediate=13824, layers=48, heads=40, kv_heads=8, vocabulary=152064),
    "32b": ModelShape(hidden=5120, intermediate=27648, layers=64, heads=40, kv_heads=8, vocabulary=152064),
    "72b": ModelShape(hidden=8192, intermediate=29568, layers=80, heads=64, kv_heads=8, vocabulary=152064),
}


def shape_of(base: str) -> ModelShape:
    """The shape of `base`, named as in `finetune/bases.py`; a Qwen2.5 model on the hub is told by its size.

    Raises InputError when it is none of them.
    """
    if base in EMBEDDED:  # its file need not be there yet; it holds the output layer apart from the embedding
        return shape_of(CATALOG[EMBEDDED[base]].file_name).model_copy(update={"tied": False})
    path = Path(base).expanduser()
    if path.suffix == ".gguf" and path.is_file():
        return _of_gguf(path)
    if (path / "config.json").is_file():
        return _of_folder(path / "config.json")
    sizes = [shape for size, shape in _PUBLISHED.items() if f"-{size}" in base.lower()]
    if "qwen2.5" not in base.lower() or not sizes:
        known = ", ".join(_PUBLISHED)
        raise InputError(f"base {base!r}: no GGUF file, model folder or Qwen2.5 model of a known size ({known}).")
    return sizes[0]


def _of_folder(path: Path) -> ModelShape:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        return ModelShape(
            hidden=config["hidden_size"],
            intermediate=config["intermediate_size"],
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            kv_heads=config["num_key_value_heads"],
            vocabulary=config["vocab_size"],
            tied=config.get("tie_word_embeddings", False),
        )
    except (ValueError, KeyError, ValidationError) as error:
        raise InputError(f"{path}: not the config of a Qwen2 model ({reason(error)}). Name another base.") from error


def _of_gguf(path: Path) -> ModelShape:
    from finetune.export.peft_adapter import architecture, open_base

    reader = open_base(path)
    word = architecture(reader)
    names = {tensor.name: tuple(int(n) for n in tensor.shape) for tensor in reader.tensors}

    def field(name: str) -> int:
        return int(reader.get_field(f"{word}.{name}").contents())

    return ModelShape(
        hidden=field("embedding_length"),
        intermediate=field("feed_forward_length"),
        layers=field("block_count"),
        heads=field("attention.head_count"),
        kv_heads=field("attention.head_count_kv"),
        vocabulary=names["token_embd.weight"][1],
        tied="output.weight" not in names,
    )
