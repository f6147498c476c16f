"""Writing GGUF files: the adapter alone, or the base model with the adapter merged in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFValueType, GGUFWriter, Keys, LlamaFileType, dequantize

from finetune.errors import AdapterError
from finetune.export.peft_adapter import LoraAdapter, Matrix, architecture
from finetune.files import replacing


def write_adapter(adapter: LoraAdapter, base: Any, path: Path, notes: dict[str, str]) -> None:
    """Write `adapter` as a GGUF LoRA in fp16; the same input gives the same bytes.

    `notes` are further string fields of the header, such as the prompt version that it was trained with.
    """
    with replacing(path) as temporary:
        writer = GGUFWriter(temporary, architecture(base))
        writer.add_type("adapter")
        writer.add_file_type(LlamaFileType.MOSTLY_F16)
        writer.add_string(Keys.Adapter.TYPE, "lora")
        writer.add_float32(Keys.Adapter.LORA_ALPHA, adapter.alpha)
        for name in sorted(notes):
            writer.add_string(name, notes[name])
        for pair in adapter.pairs:
            writer.add_tensor(f"{pair.tensor}.lora_a", _half(pair.a, pair.tensor, path))
            writer.add_tensor(f"{pair.tensor}.lora_b", _half(pair.b, pair.tensor, path))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def write_merged(adapter: LoraAdapter, base: Any, path: Path, notes: dict[str, str]) -> None:
    """Write the base model with `adapter` added to its weights, matrices in fp16 and vectors in fp32.

    One tensor is in memory at a time, so that a 32B model merges on any machine with the disk for it. `notes` are
    further string fields; they come first in the header, where they are found without reading the vocabulary.
    """
    changes = {pair.tensor: pair for pair in adapter.pairs}
    with replacing(path) as temporary:
        writer = GGUFWriter(temporary, architecture(base))
        for name in sorted(notes):
            writer.add_string(name, notes[name])
        _copy_fields(base, writer)
        for tensor in base.tensors:
            shape = tuple(int(n) for n in reversed(tensor.shape))
            dtype = np.dtype(np.float32 if len(shape) == 1 else np.float16)
            writer.add_tensor_info(tensor.name, shape, dtype, int(np.prod(shape)) * dtype.itemsize)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in base.tensors:
            weights = _weights(tensor)
            if pair := changes.get(tensor.name):
                weights = weights + np.float32(adapter.scale) * (pair.b @ pair.a)
            writer.write_tensor_data(weights if weights.ndim == 1 else _half(weights, tensor.name, path))
        writer.close()


def _copy_fields(base: Any, writer: Any) -> None:
    skipped = {Keys.General.ARCHITECTURE, Keys.General.FILE_TYPE, Keys.General.QUANTIZATION_VERSION}
    for field in base.fields.values():
        if field.name.startswith("GGUF.") or field.name in skipped:
            continue
        kind = field.types[0]
        sub_type = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=sub_type)
    writer.add_file_type(LlamaFileType.MOSTLY_F16)


def _weights(tensor: Any) -> Matrix:
    shape = tuple(int(n) for n in reversed(tensor.shape))
    weights: Matrix = dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False).reshape(shape)
    return weights


def _half(matrix: Matrix, tensor: str, path: Path) -> np.ndarray[Any, np.dtype[np.float16]]:
    if not np.isfinite(matrix).all() or np.abs(matrix).max(initial=0.0) > np.finfo(np.float16).max:
        raise AdapterError(path, f"{tensor} does not fit fp16", "The training diverged: take an earlier checkpoint.")
    return matrix.astype(np.float16)
