from __future__ import annotations

import json
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from finetune.base_model import base_folder, hub_name
from finetune.errors import AdapterError
from tests.finetune.tiny_qwen import TEXT, make_model, make_tokenizer, write_gguf


@pytest.fixture(scope="module")
def gguf_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    tokenizer = make_tokenizer()
    write_gguf(make_model(len(tokenizer)), tokenizer, path)
    return path


def test_the_folder_computes_what_the_file_holds(gguf_file: Path, tmp_path: Path) -> None:
    folder = base_folder(str(gguf_file), tmp_path)
    loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokenizer = make_tokenizer()
    original = make_model(len(tokenizer))
    tokens = torch.tensor([tokenizer.encode(TEXT[0])])
    with torch.no_grad():
        difference = (loaded(tokens).logits - original(tokens).logits).abs().max()
    assert difference < 0.02
    assert loaded.config.tie_word_embeddings is False
    assert not torch.equal(loaded.lm_head.weight, loaded.model.embed_tokens.weight)


def test_the_tokenizer_and_its_template_are_the_files(gguf_file: Path, tmp_path: Path) -> None:
    loaded = AutoTokenizer.from_pretrained(base_folder(str(gguf_file), tmp_path))
    original = make_tokenizer()
    messages = [{"role": "system", "content": "Plan."}, {"role": "user", "content": TEXT[1]}]
    rendered = loaded.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    assert rendered == original.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    assert loaded.decode(loaded.encode(rendered)) == rendered
    assert loaded.eos_token_id == original.eos_token_id
    assert loaded.encode("<|im_end|>") == [original.eos_token_id]


def test_it_is_dequantised_only_once(gguf_file: Path, tmp_path: Path) -> None:
    folder = Path(base_folder(str(gguf_file), tmp_path))
    before = (folder / "model.safetensors").stat().st_mtime_ns
    assert base_folder(str(gguf_file), tmp_path) == str(folder)
    assert (folder / "model.safetensors").stat().st_mtime_ns == before
    (folder / "complete.json").unlink()
    base_folder(str(gguf_file), tmp_path)
    assert (folder / "model.safetensors").stat().st_mtime_ns > before
    assert json.loads((folder / "complete.json").read_text())["source"] == "tiny.gguf"


def test_a_hub_name_stays_as_it_is(tmp_path: Path) -> None:
    assert base_folder("Qwen/Qwen2.5-0.5B-Instruct", tmp_path) == "Qwen/Qwen2.5-0.5B-Instruct"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match=r"none\.gguf: there is no such file"):
        base_folder(str(tmp_path / "none.gguf"), tmp_path)


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tensor("output_norm.weight", np.ones(4, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(AdapterError, match=r"the architecture is 'llama'. Use a qwen2 model"):
        base_folder(str(path), tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("blk.11.attn_q.bias", "model.layers.11.self_attn.q_proj.bias"),
        ("blk.0.ffn_down.weight", "model.layers.0.mlp.down_proj.weight"),
        ("output.weight", "lm_head.weight"),
    ],
)
def test_names(name: str, expected: str) -> None:
    assert hub_name(name) == expected


def test_an_unknown_tensor_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'blk\.0\.ssm_a\.weight' is not part of a qwen2 model"):
        hub_name("blk.0.ssm_a.weight")
