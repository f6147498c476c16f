"""LoRA training over 8-bit integer weights, for processors that multiply bytes faster than floats (AVX-512 VNNI).

The frozen weights are kept twice as int8: scaled for each output channel for the forward product, and scaled for each
input channel for the gradient with respect to the input. Activations and gradients are quantised for each token at
run time, because single tokens of Qwen have activations a thousand times larger than the rest. The adapter's
matrices, the residual stream, norms and attention stay float32.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from peft.tuners.lora import Linear as PeftLinear
from torch import Tensor, nn

from finetune import fused

_QUANTISED_AT_ONCE = 8192


def quantised_weight(weight: Tensor) -> tuple[Tensor, Tensor]:
    """`weight` (inputs x outputs), contiguous for `x @ weight`, as int8 and the scale of each output (1 x outputs)."""
    parts = [fused.quantise_rows(part.float()) for part in torch.split(weight.t(), _QUANTISED_AT_ONCE)]
    rows, scale = torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])
    return rows.t().contiguous(), scale.t().contiguous()


@dataclass
class SharedInput:
    """The quantised form of the last input, for layers that read the same one (query, key and value; gate and up)."""

    source: Tensor | None = None
    values: tuple[Tensor, Tensor] | None = None

    def quantise(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """The rows of `source` (... x inputs) quantised, once for as long as the same tensor is asked for."""
        if self.values is None or self.source is not source:
            rows = source.detach().reshape(-1, source.shape[-1])  # `_Int8Lora` has its own gradient
            self.source, self.values = source, fused.quantise_rows(rows)
        return self.values


class _Int8Lora(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, a: Tensor, b: Tensor, layer: Int8LoraLinear, quantised: tuple[Tensor, Tensor]
    ) -> Tensor:
        values, scale = quantised
        low = x @ a.t()
        product = torch._int_mm(values, layer.forward_weight)
        result = fused.rescale(product, scale, layer.forward_scale, layer.bias)
        result.addmm_(low, b.t(), alpha=layer.scaling)
        ctx.save_for_backward(x, low, a, b)
        ctx.layer = layer
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor, Tensor, None, None]:
        x, low, a, b = ctx.saved_tensors
        layer, gradient = ctx.layer, gradients[0]
        grad_b = (gradient.t() @ low).mul_(layer.scaling)
        grad_low = (gradient @ b).mul_(layer.scaling)
        grad_a = grad_low.t() @ x
        if not ctx.needs_input_grad[0]:
            return None, grad_a, grad_b, None, None
        values, scale = fused.quantise_rows(gradient)
        product = torch._int_mm(values, layer.backward_weight)
        grad_x = fused.rescale(product, scale, layer.backward_scale, None)
        grad_x.addmm_(grad_low, a)
        return grad_x, grad_a, grad_b, None, None


class Int8LoraLinear(nn.Module):
    """A linear layer with int8 frozen weights and the adapter matrices of the PEFT layer that it takes the place of.

    The adapter's parameters keep PEFT's names, so PEFT saves and loads them.
    """

    forward_weight: Tensor
    forward_scale: Tensor
    backward_weight: Tensor
    backward_scale: Tensor
    bias: Tensor | None

    def __init__(self, layer: PeftLinear, shared: SharedInput, adapter: str = "default") -> None:
        super().__init__()
        base = layer.get_base_layer()
        self.shared, self.adapter = shared, adapter
        self.lora_A, self.lora_B = layer.lora_A, layer.lora_B
        self.scaling = float(layer.scaling[adapter])
        weight, scale = quantised_weight(base.weight.detach().t())
        self.register_buffer("forward_weight", weight, persistent=False)
        self.register_buffer("forward_scale", scale, persistent=False)
        weight, scale = quantised_weight(base.weight.detach())
        self.register_buffer("backward_weight", weight, persistent=False)
        self.register_buffer("backward_scale", scale, persistent=False)
        bias = None if base.bias is None else base.bias.detach().float().clone()
        self.register_buffer("bias", bias, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """`x` (… x inputs) to (… x outputs)."""
        flat = x.reshape(-1, x.shape[-1])
        quantised = self.shared.quantise(x)
        multiply: Callable[..., Tensor] = _Int8Lora.apply
        result = multiply(flat, self.lora_A[self.adapter].weight, self.lora_B[self.adapter].weight, self, quantised)
        return result.view(*x.shape[:-1], result.shape[-1])


_SHARED_WITH = {
    "q_proj": "attention",
    "k_proj": "attention",
    "v_proj": "attention",
    "gate_proj": "mlp",
    "up_proj": "mlp",
}


def use_int8(model: nn.Module) -> None:
    """Put an `Int8LoraLinear` in place of every PEFT LoRA layer of `model`."""
    for parent_name, parent in list(model.named_modules()):
        shared: dict[str, SharedInput] = {}
        for name, child in list(parent.named_children()):
            if isinstance(child, PeftLinear):
                group = _SHARED_WITH.get(name, parent_name + name)
                setattr(parent, name, Int8LoraLinear(child, shared.setdefault(group, SharedInput())))
