"""How far an exported adapter under llama.cpp agrees with the same weights under transformers and PEFT.

llama.cpp multiplies 4-bit weights with activations rounded to 8 bits, transformers in fp32 with the dequantised
weights; so logits differ by a little, and where two tokens are nearly alike, so may the choice. What is counted is
how often the likeliest next token differs along given texts, and how much less likely the other choice was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kitchen_agent.llama import BATCH_TOKENS, Engine, Row

Logits = NDArray[np.float32]


@dataclass(frozen=True)
class Parity:
    """Over `tokens` places: at `differences` of them the likeliest token differs.

    `largest_gap` is the greatest difference, in nats, that transformers sees between its own choice and llama.cpp's.
    """

    tokens: int
    differences: int
    largest_gap: float

    @property
    def agreement(self) -> float:
        """The share of places with the same likeliest token."""
        return 1 - self.differences / self.tokens


def compare(reference: Sequence[Logits], served: Sequence[Logits]) -> Parity:
    """Compare the (places x vocabulary) logits of both sides, text by text."""
    tokens = differences = 0
    largest_gap = 0.0
    for wanted, found in zip(reference, served, strict=True):
        choices, others = wanted.argmax(1), found.argmax(1)
        rows = np.flatnonzero(choices != others)
        gaps = wanted[rows, choices[rows]] - wanted[rows, others[rows]]
        tokens += len(choices)
        differences += len(rows)
        largest_gap = max(largest_gap, float(gaps.max(initial=0.0)))
    return Parity(tokens, differences, largest_gap)


def served_logits(model: Path, adapter: Path | None, texts: Sequence[Sequence[int]]) -> list[Logits]:
    """The logits after every token of each text, by llama.cpp."""
    longest = max(map(len, texts))
    engine = Engine(model, adapter, threads=1, context=longest + BATCH_TOKENS, slots=1)
    try:
        results = []
        for tokens in texts:
            engine.trim(0, 0)
            rows = [Row(0, place, token) for place, token in enumerate(tokens)]
            parts = [rows[start : start + BATCH_TOKENS] for start in range(0, len(rows), BATCH_TOKENS)]
            results.append(np.stack([logits.copy() for part in parts for logits in engine.evaluate(part)]))
        return results
    finally:
        engine.close()


def reference_logits(peft_model: Any, texts: Sequence[Sequence[int]]) -> list[Logits]:
    """The logits after every token of each text, by transformers and PEFT."""
    import torch

    with torch.no_grad():
        return [peft_model(input_ids=torch.tensor([list(tokens)])).logits[0].float().numpy() for tokens in texts]
