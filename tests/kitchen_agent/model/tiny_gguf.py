"""A Qwen2 with random weights, small enough to be made and loaded in a moment, whose tokens are single bytes."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

WIDTH, LAYERS, HEADS, KV_HEADS, FEED_FORWARD = 64, 2, 4, 2, 128
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


def write_model(path: Path, seed: int = 0) -> Path:
    """Write the model, every matrix in F32."""
    random = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, "qwen2")
    _describe(writer)
    vocabulary = 256 + len(_SPECIAL)
    matrices = {"token_embd": (vocabulary, WIDTH), "output": (vocabulary, WIDTH)}
    vectors = {"output_norm.weight": WIDTH}
    for layer in range(LAYERS):
        head = WIDTH // HEADS
        matrices |= {f"blk.{layer}.{name}": shape for name, shape in _layer_matrices(head).items()}
        vectors |= {f"blk.{layer}.attn_norm.weight": WIDTH, f"blk.{layer}.ffn_norm.weight": WIDTH}
        vectors |= {
            f"blk.{layer}.attn_{n}.bias": w for n, w in (("q", WIDTH), ("k", KV_HEADS * head), ("v", KV_HEADS * head))
        }
    for name, shape in matrices.items():
        writer.add_tensor(f"{name}.weight", (random.standard_normal(shape) * 0.3).astype(np.float32))
    for name, width in vectors.items():
        start = 1.0 if "norm" in name else 0.0
        writer.add_tensor(name, (start + random.standard_normal(width) * 0.1).astype(np.float32))
    _write(writer)
    return path


def write_adapter(path: Path, seed: int = 0, rank: int = 4) -> Path:
    """Write a LoRA adapter that changes the answers of the model."""
    random = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(rank))
    for layer in range(LAYERS):
        for name, (out, width) in _layer_matrices(WIDTH // HEADS).items():
            tensor = f"blk.{layer}.{name}.weight"
            writer.add_tensor(f"{tensor}.lora_a", random.standard_normal((rank, width)).astype(np.float32))
            writer.add_tensor(f"{tensor}.lora_b", random.standard_normal((out, rank)).astype(np.float32))
    _write(writer)
    return path


def _layer_matrices(head: int) -> dict[str, tuple[int, int]]:
    return {
        "attn_q": (WIDTH, WIDTH),
        "attn_k": (KV_HEADS * head, WIDTH),
        "attn_v": (KV_HEADS * head, WIDTH),
        "attn_output": (WIDTH, WIDTH),
        "ffn_gate": (FEED_FORWARD, WIDTH),
        "ffn_up": (FEED_FORWARD, WIDTH),
        "ffn_down": (WIDTH, FEED_FORWARD),
    }


def _describe(writer: gguf.GGUFWriter) -> None:
    writer.add_context_length(4096)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_freq_base(10_000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    letters = [_letter(byte) for byte in range(256)]
    writer.add_token_list([*letters, *_SPECIAL])
    writer.add_token_types([1] * 256 + [3] * len(_SPECIAL))
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(258)
    writer.add_bos_token_id(256)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)


def _letter(byte: int) -> str:
    """How byte-level BPE spells a byte: itself when printable, else a letter from 256 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    if byte in printable:
        return chr(byte)
    return chr(256 + sum(1 for b in range(byte) if b not in printable))


def _write(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
