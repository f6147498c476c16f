"""Chat examples, as serving asks and as the model shall answer, and how many tokens they have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict

from finetune.chat import ChatExample, ChatMessage
from kitchen_agent import lineformat, prompt
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph

BIN_TOKENS = 128


class Spread(BaseModel):
    """How a number of tokens is spread over the examples; `bins` counts them by BIN_TOKENS, keyed by the lower end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    total: int
    mean: float
    median: int
    percentile_95: int
    longest: int
    bins: dict[int, int]


class TokenStatistics(BaseModel):
    """Tokens of prompts, answers and whole examples."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    examples: int
    prompt: Spread
    answer: Spread
    whole: Spread


def example(recipe: Recipe, graph: TaskGraph, weight: float = 1.0) -> ChatExample:
    """The recipe in the prompt of serving, the graph as the answer."""
    messages = tuple(ChatMessage.model_validate(message) for message in prompt.messages(recipe))
    return ChatExample(key=recipe.key, messages=messages, answer=lineformat.write(graph), weight=weight)


def token_statistics(examples: Iterable[ChatExample], tokenizer: Any) -> TokenStatistics | None:
    """The tokens of `examples` under the model's own chat template; None without examples."""
    from finetune.dataset import tokenised  # loads torch, which nothing else here needs

    lengths = [(len(e.prompt), len(e.answer)) for e in (tokenised(chat, tokenizer) for chat in examples)]
    if not lengths:
        return None
    prompts, answers = zip(*lengths, strict=True)
    return TokenStatistics(
        examples=len(lengths),
        prompt=_spread(prompts),
        answer=_spread(answers),
        whole=_spread([sum(pair) for pair in lengths]),
    )


def _spread(lengths: Iterable[int]) -> Spread:
    ordered = sorted(lengths)
    bins: dict[int, int] = {}
    for length in ordered:
        low = length // BIN_TOKENS * BIN_TOKENS
        bins[low] = bins.get(low, 0) + 1
    return Spread(
        total=sum(ordered),
        mean=round(sum(ordered) / len(ordered), 1),
        median=ordered[len(ordered) // 2],
        percentile_95=ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)],
        longest=ordered[-1],
        bins=bins,
    )
