"""Several examples in one row without padding: attention sees each example alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as functional
from torch import Tensor, nn
from transformers import AttentionInterface

PACKED_ATTENTION = "packed_causal"


def positions(lengths: Sequence[int]) -> Tensor:
    """Positions that start at 0 in every example: shape (1, sum(lengths))."""
    return torch.cat([torch.arange(length) for length in lengths])[None]


def packed_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    packed_lengths: Sequence[int] | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """Causal attention within each of the examples that `packed_lengths` counts; one example when it is None.

    `query` is (1, heads, tokens, head width); `key` and `value` may have fewer heads. With a cache the single new
    token sees everything before it. Without padding no mask is needed, so `attention_mask` is not looked at.
    """
    del module, attention_mask
    groups = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    causal = query.shape[2] > 1
    if packed_lengths is None:
        result = functional.scaled_dot_product_attention(query, key, value, is_causal=causal, scale=scaling)
        return result.transpose(1, 2), None
    examples = zip(*(torch.split(tensor, list(packed_lengths), 2) for tensor in (query, key, value)), strict=True)
    parts = [
        functional.scaled_dot_product_attention(one_query, one_key, one_value, is_causal=True, scale=scaling)
        for one_query, one_key, one_value in examples
    ]
    return torch.cat([part.transpose(1, 2) for part in parts], 1), None


AttentionInterface.register(PACKED_ATTENTION, packed_attention)
