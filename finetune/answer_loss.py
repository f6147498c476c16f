"""Next-token loss at the answer's tokens only, without ever holding all logits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as functional
from torch import Tensor

from finetune import fused
from finetune.int8_lora import quantised_weight

CHUNK_ROWS = 128


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
    def forward(
        ctx: Any, hidden: Tensor, targets: Tensor, shares: Tensor, weights: Tensor, layer: OutputLayer
    ) -> Tensor:
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        gradient = torch.empty_like(hidden) if hidden.requires_grad else None
        for start in range(0, hidden.shape[0], CHUNK_ROWS):
            rows = slice(start, start + CHUNK_ROWS)
            logits = layer.logits(hidden[rows])
            log_total = logits.logsumexp(1, keepdim=True)
            surprise = (log_total - logits.gather(1, targets[rows])) * shares[rows]
            total += (surprise * weights[rows, None]).sum()
            if gradient is not None:
                probabilities = logits.sub_(log_total).exp_()
                gradient[rows] = _hidden_gradient(probabilities, targets[rows], shares[rows], layer)
                gradient[rows] *= weights[rows, None]
        ctx.gradient = gradient
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None, None]:
        return ctx.gradient.mul_(gradients[0]), None, None, None, None


def _hidden_gradient(probabilities: Tensor, targets: Tensor, shares: Tensor, layer: OutputLayer) -> Tensor:
    # The targets' part is exact: in int8 its size would swallow the many small probabilities beside it.
    missing = (probabilities.gather(1, targets) - shares).to(layer.weight.dtype)
    own = torch.bmm(missing[:, None], layer.weight[targets])[:, 0]
    return layer.input_gradient(probabilities.scatter_(1, targets, 0.0)).add_(own)


def answer_loss(hidden: Tensor, targets: Tensor, shares: Tensor, weights: Tensor, layer: OutputLayer) -> Tensor:
    """The weighted sum of the cross-entropy (nats) of the rows' targets, given the hidden states before them.

    `hidden` is (rows x width). Each row has the same number of `targets`, all different, and the `shares` in which
    they are wanted (both rows x targets, summing to 1): one target when the answer is known, more when a teacher
    says what else it believes. `weights` (rows) count each row.

    Logits are made for 128 rows at a time and turned into the gradient at once, so memory does not grow with the
    number of answer tokens.
    """
    loss: Callable[..., Tensor] = _AnswerLoss.apply
    return loss(hidden, targets, shares, weights, layer)
