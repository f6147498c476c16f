"""The shipped adapter on the real model: llama.cpp against transformers and PEFT with the same weights."""

from __future__ import annotations

import pytest
import torch
from gguf import GGUFReader
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from finetune.base_model import base_folder, hub_name
from finetune.config import TrainConfig
from finetune.export.parity import compare, reference_logits, served_logits
from kitchen_agent import modelfiles, prompt
from kitchen_agent.settings import load
from tests.kitchen_agent.samples import GRATIN, GRATIN_ANSWER

pytestmark = [pytest.mark.slow, pytest.mark.gguf, pytest.mark.timeout(1200)]


def load_adapter(peft_model: torch.nn.Module, adapter: GGUFReader) -> int:
    """Copy the matrices of a GGUF LoRA into a PEFT model; returns how many."""
    own = dict(peft_model.named_parameters())
    for tensor in adapter.tensors:
        name, _, side = tensor.name.rpartition(".lora_")
        module = hub_name(name).removesuffix(".weight")
        weights = own[f"base_model.model.{module}.lora_{side.upper()}.default.weight"]
        weights.data.copy_(torch.from_numpy(tensor.data.copy()).float())
    return len(adapter.tensors)


def test_the_likeliest_token_is_nearly_always_the_same() -> None:
    settings = load()
    adapter = modelfiles.adapter(settings)
    assert adapter, "the tier's adapter is missing"
    model = modelfiles.served_model(settings)
    folder = base_folder(str(model.path), TrainConfig.model_fields["cache"].default.expanduser())  # as training does
    tokenizer = AutoTokenizer.from_pretrained(folder)
    reader = GGUFReader(adapter.path)
    alpha = reader.get_field("adapter.lora.alpha").contents()
    rank = int(reader.tensors[0].shape[1])
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules="all-linear", task_type="CAUSAL_LM")
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    peft_model = get_peft_model(base, config).eval()
    assert load_adapter(peft_model, reader) == 2 * 7 * base.config.num_hidden_layers
    asked = tokenizer.apply_chat_template(prompt.messages(GRATIN), add_generation_prompt=True, return_dict=False)
    texts = [[*asked, *tokenizer.encode(GRATIN_ANSWER)]]
    parity = compare(reference_logits(peft_model, texts), served_logits(model.path, adapter.path, texts))
    print(parity, f"agreement {parity.agreement:.4f}")
    assert parity.agreement >= 0.95
    assert parity.largest_gap < 1.5
