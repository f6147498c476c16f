"""The base model: a GGUF file as a folder that transformers loads, so that what is trained on is what is served."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from finetune.bases import base_file
from finetune.errors import AdapterError
from finetune.files import replacing, sha256_of, write_text

logger = logging.getLogger(__name__)

ARCHITECTURE = "qwen2"
_LAYER_NAMES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}
_OTHER_NAMES = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output.weight": "lm_head.weight",
    "output_norm.weight": "model.norm.weight",
}
_CONTROL_TOKEN, _USER_TOKEN = 3, 4
# How Qwen2 cuts text before byte-pair encoding; llama.cpp's `qwen2` pre-tokeniser is the same expression.
_QWEN2_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_DONE = "complete.json"


def base_folder(base: str, cache: Path) -> str:
    """What to give to `from_pretrained` for `base`: a GGUF file is dequantised once into `cache`.

    `base` is named as in `finetune/bases.py`; a model folder and the name of a model on the hub stay as they are.
    Raises AdapterError for a GGUF file of another architecture and for one that does not exist.
    """
    path = base_file(base)
    if path is None:
        return base
    if not path.is_file():
        raise AdapterError(
            path, "there is no such file", "Give an existing GGUF file, e.g. from `kitchen model fetch`."
        )
    folder = cache / f"{path.stem}-{sha256_of(path)[:12]}"
    if not (folder / _DONE).is_file():
        logger.info("dequantising %s into %s", path, folder)
        dequantise(path, folder)
    return str(folder)


def dequantise(path: Path, folder: Path) -> None:
    """Write the GGUF file at `path` as a Hugging Face model `folder`: config, weights, tokenizer and chat template.

    Matrices become float16 (11 bits, finer than any quantised step), vectors stay float32. The output layer is
    stored apart from the embedding when the file has one of its own.
    """
    reader = gguf.GGUFReader(path)
    architecture = _field(reader, path, "general.architecture")
    if architecture != ARCHITECTURE:
        raise AdapterError(path, f"the architecture is {architecture!r}", f"Use a {ARCHITECTURE} model.")
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {hub_name(tensor.name): _dense(tensor) for tensor in reader.tensors}
    with replacing(folder / "model.safetensors") as temporary:
        save_file(tensors, temporary, metadata={"format": "pt"})
    write_text(folder / "config.json", json.dumps(_config(reader, path, tensors), indent=1))
    _write_tokenizer(reader, path, folder)
    write_text(folder / _DONE, json.dumps({"source": path.name, "sha256": sha256_of(path)}))


def hub_name(name: str) -> str:
    """The name that transformers uses for the GGUF tensor `name`: `blk.3.attn_q.bias` is layer 3's `q_proj.bias`."""
    if name in _OTHER_NAMES:
        return _OTHER_NAMES[name]
    match = re.fullmatch(r"blk\.(\d+)\.(\w+)\.(weight|bias)", name)
    if match is None or match[2] not in _LAYER_NAMES:
        raise ValueError(f"tensor {name!r} is not part of a {ARCHITECTURE} model")
    return f"model.layers.{match[1]}.{_LAYER_NAMES[match[2]]}.{match[3]}"


def exported_matrices(path: Path) -> dict[str, torch.Tensor]:
    """The matrices of the GGUF LoRA at `path` by the names that PEFT gives them in a file."""
    named = ((tensor.name.rpartition(".lora_"), tensor.data) for tensor in gguf.GGUFReader(path).tensors)
    return {
        f"base_model.model.{hub_name(name).removesuffix('.weight')}.lora_{side.upper()}.weight": (
            torch.from_numpy(matrix.astype(np.float32))
        )
        for (name, _, side), matrix in named
    }


def _dense(tensor: Any) -> torch.Tensor:
    values = gguf.dequantize(tensor.data, tensor.tensor_type)
    dtype = np.float32 if values.ndim == 1 else np.float16
    return torch.from_numpy(np.ascontiguousarray(values.astype(dtype)))


def _field(reader: Any, path: Path, name: str) -> Any:
    field = reader.get_field(name)
    if field is None:
        raise AdapterError(path, f"the metadata field {name!r} is missing", "Fetch the file again.")
    return field.contents()


def _config(reader: Any, path: Path, tensors: dict[str, torch.Tensor]) -> dict[str, Any]:
    def field(name: str) -> Any:
        return _field(reader, path, f"{ARCHITECTURE}.{name}")

    return {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "vocab_size": tensors["model.embed_tokens.weight"].shape[0],
        "hidden_size": field("embedding_length"),
        "intermediate_size": field("feed_forward_length"),
        "num_hidden_layers": field("block_count"),
        "num_attention_heads": field("attention.head_count"),
        "num_key_value_heads": field("attention.head_count_kv"),
        "max_position_embeddings": field("context_length"),
        "rms_norm_eps": field("attention.layer_norm_rms_epsilon"),
        "rope_parameters": {"rope_type": "default", "rope_theta": field("rope.freq_base")},
        "hidden_act": "silu",
        "tie_word_embeddings": "lm_head.weight" not in tensors,
        "bos_token_id": _field(reader, path, "tokenizer.ggml.bos_token_id"),
        "eos_token_id": _field(reader, path, "tokenizer.ggml.eos_token_id"),
        "dtype": "float16",
    }


def _write_tokenizer(reader: Any, path: Path, folder: Path) -> None:
    tokens: list[str] = _field(reader, path, "tokenizer.ggml.tokens")
    kinds: list[int] = _field(reader, path, "tokenizer.ggml.token_type")
    merges = [tuple(merge.split(" ")) for merge in _field(reader, path, "tokenizer.ggml.merges")]
    special = [token for token, kind in zip(tokens, kinds, strict=True) if kind == _CONTROL_TOKEN]
    user = [token for token, kind in zip(tokens, kinds, strict=True) if kind == _USER_TOKEN]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_QWEN2_SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=False) for token in user])
    with replacing(folder / "tokenizer.json") as temporary:
        tokenizer.save(str(temporary))
    write_text(folder / "tokenizer_config.json", json.dumps(_tokenizer_config(reader, path, tokens), indent=1))
    write_text(folder / "chat_template.jinja", _field(reader, path, "tokenizer.chat_template"))


def _tokenizer_config(reader: Any, path: Path, tokens: list[str]) -> dict[str, Any]:
    eos = tokens[_field(reader, path, "tokenizer.ggml.eos_token_id")]
    padding = tokens[_field(reader, path, "tokenizer.ggml.padding_token_id")]
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": eos,
        "pad_token": padding,
        "model_max_length": _field(reader, path, f"{ARCHITECTURE}.context_length"),
        "clean_up_tokenization_spaces": False,
    }
