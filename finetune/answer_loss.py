"""Next-token loss at the answer's tokens only, without ever holding all logits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as functional
from torch import Tensor

from finetune import fused
from finetune.int8_lora import quantised_weight

_CHUNK_ROWS = 128


class OutputLayer:
    """The frozen output layer (vocabulary x width) as float, or as int8 for the processors of `int8_lora`."""

    def __init__(self, weight: Tensor, *, int8: bool) -> None:
        self.int8 = int8
        self.weight = weight.detach()
        if int8:
            self.forward_weight, self.forward_scale = quantised_weight(self.weight.t())
            self.backward_weight, self.backward_scale = quantised_weight(self.weight)

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores of the next token in float32: (rows x width) to (rows x vocabulary)."""
        if not self.int8:
            return functional.linear(hidden, self.weight).float()
        values, scale = fused.quantise_rows(hidden)
        return fused.rescale(torch._int_mm(values, self.forward_weight), scale, self.forward_scale, None)

    def input_gradient(self, gradient: Tensor) -> Tensor:
        """(rows x vocabulary) gradient of the logits to the (rows x width) gradient of the hidden states."""
        if not self.int8:
            return gradient.to(self.weight.dtype) @ self.weight
        values, scale = fused.quantise_rows(gradient)
        return fused.rescale(torch._int_mm(values, self.backward_weight), scale, self.backward_scale, None)


class _AnswerLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, targets: Tensor, weights: Tensor, layer: OutputLayer) -> Tensor:
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        gradient = torch.empty_like(hidden) if hidden.requires_grad else None
        for start in range(0, hidden.shape[0], _CHUNK_ROWS):
            rows = slice(start, start + _CHUNK_ROWS)
            logits = layer.logits(hidden[rows])
            wanted = targets[rows, None]
            log_total = logits.logsumexp(1, keepdim=True)
            total += ((log_total - logits.gather(1, wanted)) * weights[rows, None]).sum()
            if gradient is not None:
                gradient[rows] = _hidden_gradient(logits.sub_(log_total).exp_(), wanted, layer) * weights[rows, None]
        ctx.gradient = gradient
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        return ctx.gradient.mul_(gradients[0]), None, None, None


def _hidden_gradient(probabilities: Tensor, wanted: Tensor, layer: OutputLayer) -> Tensor:
    # The wanted token's share is exact: in int8 its size would swallow the many small probabilities beside it.
    missing = probabilities.gather(1, wanted) - 1.0
    own = layer.weight[wanted[:, 0]] * missing.to(layer.weight.dtype)
    return layer.input_gradient(probabilities.scatter_(1, wanted, 0.0)).add_(own)


def answer_loss(hidden: Tensor, targets: Tensor, weights: Tensor, layer: OutputLayer) -> Tensor:
    """The weighted sum of the cross-entropy (nats) of `targets` (rows), given the hidden states before them.

    `hidden` is (rows x width); `weights` (rows) count each target.

    Logits are made for 128 rows at a time and turned into the gradient at once, so memory does not grow with the
    number of answer tokens.
    """
    loss: Callable[..., Tensor] = _AnswerLoss.apply
    return loss(hidden, targets, weights, layer)
