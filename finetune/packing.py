"""Several examples in one row without padding: attention sees each example alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as functional
from torch import Tensor, nn
from transformers import AttentionInterface

PACKED_ATTENTION = "packed_causal"
_lengths: tuple[int, ...] = ()


@contextmanager
def packed(lengths: Sequence[int]) -> Iterator[None]:
    """Within the block, a row of sum(`lengths`) tokens is that many examples, one after the other."""
    global _lengths
    before, _lengths = _lengths, tuple(lengths)
    try:
        yield
    finally:
        _lengths = before


def positions(lengths: Sequence[int]) -> Tensor:
    """Positions that start at 0 in every example: shape (1, sum(lengths))."""
    return torch.cat([torch.arange(length) for length in lengths])[None]


def _packed_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    groups = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    lengths = _lengths or (query.shape[2],)
    parts = [
        functional.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scaling)
        for q, k, v in zip(*(tensor.split(lengths, 2) for tensor in (query, key, value)), strict=True)
    ]
    return torch.cat([part.transpose(1, 2) for part in parts], 1), None


AttentionInterface.register(PACKED_ATTENTION, _packed_attention)
