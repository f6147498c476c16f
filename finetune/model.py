"""The model that is trained: a frozen base in some precision with a LoRA adapter, and its loss on packed examples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from finetune import fused
from finetune.answer_loss import OutputLayer, answer_loss
from finetune.base_model import base_folder
from finetune.config import TrainConfig
from finetune.dataset import Packed
from finetune.int8_lora import use_int8
from finetune.packing import PACKED_ATTENTION, packed


class AnswerModel(nn.Module):
    """A PEFT model whose call gives the summed loss of the answers in a packed row."""

    def __init__(self, peft_model: Any, output_layer: OutputLayer) -> None:
        super().__init__()
        self.peft_model = peft_model
        self.output_layer = output_layer

    def forward(self, row: Packed) -> Tensor:
        """The weighted sum of the cross-entropy (nats) of the answer tokens in `row`."""
        decoder = self.peft_model.get_base_model().model
        with packed(row.lengths):
            hidden = decoder(input_ids=row.tokens, position_ids=row.positions, use_cache=False).last_hidden_state
        return answer_loss(hidden[0, row.predicting], row.targets, row.weights, self.output_layer)


def load(config: TrainConfig) -> tuple[AnswerModel, Any]:
    """The model of `config` with a fresh adapter drawn from its seed, and the tokenizer."""
    source = base_folder(config.base, config.cache.expanduser())
    tokenizer = AutoTokenizer.from_pretrained(source)
    base = _base(config, source)
    torch.manual_seed(config.seed)
    adapter = LoraConfig(
        r=config.lora.rank,
        lora_alpha=config.lora.alpha,  # type: ignore[arg-type]
        lora_dropout=config.lora.dropout,
        target_modules=config.lora.target_modules,
        task_type="CAUSAL_LM",
    )
    peft_model = get_peft_model(base, adapter)
    if config.base_precision == "int8-cpu":
        use_int8(peft_model)
    if config.compile_kernels:
        fused.compile_for(peft_model)
    output_layer = OutputLayer(base.lm_head.weight, int8=config.base_precision == "int8-cpu")
    return AnswerModel(peft_model, output_layer), tokenizer


def _base(config: TrainConfig, source: str) -> Any:
    quantisation = None
    if config.base_precision == "nf4":
        quantisation = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    dtype = torch.float32 if config.base_precision in ("fp32", "int8-cpu") else torch.bfloat16
    base = AutoModelForCausalLM.from_pretrained(
        source, dtype=dtype, attn_implementation=PACKED_ATTENTION, quantization_config=quantisation
    )
    if quantisation is not None:
        base = prepare_model_for_kbit_training(base, use_gradient_checkpointing=config.gradient_checkpointing)
    elif config.gradient_checkpointing:
        base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    base.requires_grad_(False)
    return base


def save_adapter(model: AnswerModel, folder: Path) -> None:
    """Write the adapter as PEFT does: `adapter_config.json` and `adapter_model.safetensors`."""
    model.peft_model.save_pretrained(str(folder))
