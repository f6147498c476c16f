"""The model that is trained: a frozen base in some precision with a LoRA adapter, and its loss on packed examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any

import gguf
import torch
from peft import LoraConfig, get_peft_model
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from finetune import fused
from finetune.answer_loss import CHUNK_ROWS, OutputLayer, answer_loss
from finetune.base_model import base_folder, exported_matrices
from finetune.bases import on_hub
from finetune.config import TrainConfig
from finetune.dataset import Packed
from finetune.errors import InputError, WorkError, reason
from finetune.files import replacing, write_text
from finetune.int8_lora import use_int8
from finetune.packing import PACKED_ATTENTION

ADAPTER_NAME = "default"
ADAPTER_FILE, ADAPTER_SETTINGS_FILE = "adapter_model.safetensors", "adapter_config.json"


class AnswerModel(nn.Module):
    """A PEFT model whose call gives the summed loss of the answers in a packed row."""

    def __init__(self, peft_model: Any, output_layer: OutputLayer) -> None:
        super().__init__()
        self.peft_model = peft_model
        self.output_layer = output_layer

    @property
    def decoder(self) -> Any:
        """The layers between the tokens and the hidden states, with the adapter in them."""
        return self.peft_model.get_base_model().model

    @property
    def device(self) -> torch.device:
        """Where rows must be."""
        device: torch.device = self.decoder.embed_tokens.weight.device
        return device

    def forward(self, row: Packed) -> Tensor:
        """The weighted sum of the cross-entropy (nats) of the answer tokens in `row`."""
        row = row.to(self.device)
        return answer_loss(self._before_answers(row), row.targets, row.shares, row.weights, self.output_layer)

    @torch.no_grad()
    def likeliest(self, row: Packed, count: int) -> tuple[Tensor, Tensor]:
        """The `count` likeliest tokens at each answer token of `row`, and their probabilities.

        Both are (answer tokens x count).
        """
        parts = [
            self.output_layer.logits(states).softmax(1).topk(count)
            for states in torch.split(self._before_answers(row.to(self.device)), CHUNK_ROWS)
        ]
        return torch.cat([part.indices for part in parts]), torch.cat([part.values for part in parts])

    def _before_answers(self, row: Packed) -> Tensor:
        """The hidden states that predict the answer tokens: (answer tokens x width)."""
        states: Tensor = self.decoder(
            input_ids=row.tokens, position_ids=row.positions, use_cache=False, packed_lengths=row.lengths
        ).last_hidden_state
        return states[0, row.predicting]

    def move(self, device: torch.device) -> None:
        """Put everything on `device`, the output layer with it, which is no part of the module."""
        self.to(device)
        self.output_layer = OutputLayer(self.peft_model.get_base_model().lm_head.weight, int8=self.output_layer.int8)


@contextmanager
def as_served(model: nn.Module) -> Iterator[None]:
    """The model without dropout, as it is served; afterwards each part is again as it was."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        yield
    finally:
        for module in training:
            module.training = True


def load(config: TrainConfig, device: torch.device | None = None) -> tuple[AnswerModel, Any]:
    """The model of `config` on `device` with a fresh adapter drawn from its seed, and the tokenizer.

    Raises InputError for a base that cannot be loaded, and for one of the hub's in a GPU's precision without a GPU.
    """
    device = device or torch.device("cpu")
    if config.base_precision in ("nf4", "bf16") and on_hub(config.base) and not torch.cuda.is_available():
        raise InputError(
            f"base {config.base!r} with base_precision {config.base_precision}: there is no GPU here. Train it where "
            "there is one, take qwen-0.5b-cpu, or download the model and give its folder as base to use the processor."
        )
    source = base_folder(config.base, config.cache.expanduser())
    try:
        tokenizer = AutoTokenizer.from_pretrained(source)
        base = _base(config, source, device)
    except (OSError, ValueError) as error:
        raise InputError(
            f"base {config.base!r}: it cannot be loaded ({_shortened(reason(error))}). Give a GGUF file, a model's "
            "folder or a name on the hub, which must be within reach the first time."
        ) from error
    torch.manual_seed(config.seed)
    adapter = LoraConfig(
        r=config.lora.rank,
        lora_alpha=config.lora.alpha,
        lora_dropout=config.lora.dropout,
        target_modules=_modules(config.lora.target_modules),
        task_type="CAUSAL_LM",
    )
    peft_model = get_peft_model(base, adapter)
    int8 = config.base_precision == "int8-cpu"
    if int8:
        use_int8(peft_model)
    if config.compile_kernels:
        fused.compile_for(peft_model)
    return AnswerModel(peft_model, OutputLayer(base.lm_head.weight, int8=int8)), tokenizer


def _base(config: TrainConfig, source: str, device: torch.device) -> Any:
    quantisation = None
    if config.base_precision == "nf4":
        quantisation = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    base = AutoModelForCausalLM.from_pretrained(
        source,
        dtype=torch.float32 if config.base_precision in ("fp32", "int8-cpu") else torch.bfloat16,
        device_map={"": device},
        attn_implementation=PACKED_ATTENTION,
        quantization_config=quantisation,
    )
    base.requires_grad_(False)
    if config.gradient_checkpointing:
        base.activation_checkpointing_enable({"use_reentrant": False})
        base.train()
    return base


def _shortened(text: str, most: int = 300) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _modules(target_modules: str | tuple[str, ...]) -> str | list[str]:
    return target_modules if isinstance(target_modules, str) else list(target_modules)


def adapter_parameters(model: AnswerModel) -> dict[str, nn.Parameter]:
    """The adapter's matrices by the names that PEFT gives them in a file.

    PEFT collects them by its own kinds of layers, of which `Int8LoraLinear` is none.
    """
    named = model.peft_model.named_parameters()
    return {name.replace(f".{ADAPTER_NAME}.", "."): parameter for name, parameter in named if ".lora_" in name}


def save_adapter(model: AnswerModel, folder: Path) -> None:
    """Write the adapter as PEFT does: `adapter_config.json` and `adapter_model.safetensors`."""
    tensors = {name: parameter.detach().contiguous() for name, parameter in adapter_parameters(model).items()}
    with replacing(folder / ADAPTER_FILE) as temporary:
        save_file(tensors, temporary, metadata={"format": "pt"})
    settings = copy(model.peft_model.peft_config[ADAPTER_NAME])
    settings.inference_mode = True
    fields = {name: sorted(value) if isinstance(value, set) else value for name, value in settings.to_dict().items()}
    write_text(folder / ADAPTER_SETTINGS_FILE, json.dumps(fields, indent=2, sort_keys=True))


def load_adapter(model: AnswerModel, source: Path) -> None:
    """Take over the adapter in the folder that `save_adapter` wrote, or in the GGUF file that `export` wrote.

    One that was trained with another scale keeps its effect: its second matrices are multiplied by what differs.
    Raises InputError when `source` holds none, a damaged one or one of another rank, WorkError when it is of another
    shape.
    """
    file, settings = adapter_file(source), model.peft_model.peft_config[ADAPTER_NAME]
    tensors, parameters = _matrices(source), adapter_parameters(model)
    shapes = [{name: tuple(value.shape) for name, value in side.items()} for side in (tensors, parameters)]
    if shapes[0] != shapes[1]:
        rank = _rank(tensors)
        if shapes[0].keys() == shapes[1].keys() and rank not in (settings.r, None):
            raise InputError(
                f"lora.rank = {settings.r}: the adapter {source} has the rank {rank}. Set lora.rank to {rank}."
            )
        raise WorkError(f"{source}: its {len(tensors)} matrices are not those of this run's adapter.")
    alpha = _alpha(file)
    rescale = 1.0 if alpha is None else alpha / settings.lora_alpha
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(tensors[name])
            if rescale != 1 and ".lora_B." in name:
                parameter.mul_(rescale)


def adapter_file(source: Path) -> Path:
    """The file with the matrices of an adapter: `source` itself, or the one that PEFT writes into the folder."""
    return source if source.suffix == ".gguf" else source / ADAPTER_FILE


def adapter_rank(source: Path) -> int | None:
    """The rank of the adapter at `source`, None when it has several; raises InputError when it cannot be read."""
    return _rank(_matrices(source))


def _rank(matrices: Mapping[str, Tensor]) -> int | None:
    ranks = {int(matrix.shape[0]) for name, matrix in matrices.items() if ".lora_A." in name}
    return ranks.pop() if len(ranks) == 1 else None


def _matrices(source: Path) -> dict[str, Tensor]:
    """The matrices of the adapter at `source` by PEFT's names; raises InputError when they cannot be read."""
    file = adapter_file(source)
    if not file.is_file():
        raise InputError(f"{source}: no adapter there ({file.name} is missing). Name the folder that a run left.")
    try:
        return exported_matrices(file) if file.suffix == ".gguf" else load_file(file)
    except (OSError, ValueError, IndexError, KeyError, SafetensorError) as error:  # gguf has no errors of its own
        raise InputError(
            f"{file}: not a readable adapter ({_shortened(reason(error))}). Name the folder that a run left, or a GGUF "
            "file that `export` wrote."
        ) from error


def _alpha(file: Path) -> float | None:
    """The alpha that the adapter in `file` was trained with, its rank being the same.

    None when PEFT's settings are not beside it; raises InputError when they, or a GGUF file's header, do not say it.
    """
    if file.suffix == ".gguf":
        field = gguf.GGUFReader(file).get_field(gguf.Keys.Adapter.LORA_ALPHA)
        if field is None:
            raise InputError(f"{file}: {gguf.Keys.Adapter.LORA_ALPHA} is missing in its header. Export it again.")
        return float(field.contents())
    path = file.parent / ADAPTER_SETTINGS_FILE
    try:
        return float(json.loads(path.read_text(encoding="utf-8"))["lora_alpha"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: its lora_alpha cannot be read ({reason(error)}). Put the file back that PEFT wrote, or name "
            "another adapter."
        ) from error
