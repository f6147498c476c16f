"""The element-by-element work of a Qwen2 layer, compiled so that each tensor is read and written once.

On a processor these steps are bound by memory: uncompiled they take longer than the 8-bit products themselves.
Callers use the names through the module (`fused.rescale`), because `compile_for` replaces them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as functional
from torch import Tensor, nn
from transformers.models.qwen2 import modeling_qwen2

_LEVELS = 127.0
_TINY = 1e-12


def quantise_rows(values: Tensor) -> tuple[Tensor, Tensor]:
    """`values` (rows x columns) as int8 and the float32 scale of each row (rows x 1): values ≈ int8 * scale."""
    scale = values.abs().amax(1, keepdim=True).clamp(min=_TINY) / _LEVELS
    return (values / scale).round().to(torch.int8), scale


def rescale(product: Tensor, row_scale: Tensor, column_scale: Tensor, bias: Tensor | None) -> Tensor:
    """The int32 `product` of two int8 matrices as float32: times the scales of its rows and columns, plus `bias`."""
    result = product.float() * row_scale * column_scale
    return result if bias is None else result + bias


def gated(gate: Tensor, up: Tensor) -> Tensor:
    """The activation between the two halves of a Qwen2 MLP."""
    return functional.silu(gate) * up


def normed(hidden: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    """Root-mean-square norm over the last dimension."""
    return weight * (hidden * torch.rsqrt(hidden.pow(2).mean(-1, keepdim=True) + epsilon))


def compile_for(model: nn.Module) -> None:
    """Compile this module's functions and let the norms, the MLPs and the rotary embedding of `model` use them.

    Needs a C++ compiler on the machine; takes about a minute at the first step.
    """
    # A function is compiled anew for each layout that it meets; past this limit it would run uncompiled.
    torch._dynamo.config.recompile_limit = 64
    for function in (quantise_rows, rescale, gated, normed):
        globals()[function.__name__] = torch.compile(function, dynamic=True)
    for module in model.modules():
        if isinstance(module, modeling_qwen2.Qwen2RMSNorm | modeling_qwen2.Qwen2MLP):
            is_norm = isinstance(module, modeling_qwen2.Qwen2RMSNorm)
            module.forward = _norm_forward(module) if is_norm else _mlp_forward(module)
    modeling_qwen2.apply_rotary_pos_emb = torch.compile(modeling_qwen2.apply_rotary_pos_emb, dynamic=True)


def _norm_forward(module: Any) -> Callable[[Tensor], Tensor]:
    return lambda hidden: normed(hidden, module.weight, module.variance_epsilon)


def _mlp_forward(module: Any) -> Callable[[Tensor], Tensor]:
    return lambda x: module.down_proj(gated(module.gate_proj(x), module.up_proj(x)))
