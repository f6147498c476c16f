"""Task metrics while training: the model as it is now plans held-out recipes, and its graphs are scored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from finetune.chat import read_chats
from finetune.config import TrainConfig
from finetune.errors import InputError
from finetune.graphfile import GRAPHS, read_graphs
from finetune.metrics import Comparison, measure, total
from finetune.model import AnswerModel, as_served
from finetune.prepare.sources import recipes_of
from kitchen_agent import planner
from kitchen_agent.errors import GraphRefusedError
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph

Scorer = Callable[[AnswerModel], dict[str, float]]


def make_scorer(config: TrainConfig, tokenizer: Any) -> Scorer:
    """A scorer over the first `config.score_examples` annotated recipes of the evaluation file.

    Raises InputError when there is no evaluation file or none of its recipes has a reference graph.
    """
    if config.eval_file is None:
        raise InputError("score_examples needs eval_file: name the file of held-out examples, or set it to 0.")
    references = read_graphs(*GRAPHS)
    keys = [chat.key for chat in read_chats(config.eval_file) if chat.key in references]
    recipes = recipes_of(keys)
    keys = [key for key in keys if key in recipes]
    if not keys:
        raise InputError(f"score_examples = {config.score_examples}: no recipe of {config.eval_file} has a graph.")
    keys = keys[: config.score_examples]

    def score(model: AnswerModel) -> dict[str, float]:
        planned = {key: plan(model, tokenizer, recipes[key]) for key in keys}
        return total(measure(Comparison(references[key], planned[key])) for key in keys)

    return score


def plan(model: AnswerModel, tokenizer: Any, recipe: Recipe) -> TaskGraph | None:
    """The graph that `model` writes for `recipe` at its first try, without a grammar; None when it is no graph."""
    question = planner.question(recipe, "short")
    answer = write(model, tokenizer, list(question.messages), question.max_tokens)
    try:
        return planner.finish(planner.judge(answer, recipe))[0]
    except GraphRefusedError:
        return None


@torch.no_grad()
def write(model: AnswerModel, tokenizer: Any, messages: list[Any], max_tokens: int) -> str:
    """The most likely answer of `model` to the chat `messages`, token by token, as it would be served."""
    prompt = tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
    ).to(model.device)
    with as_served(model):
        written = model.peft_model.get_base_model().generate(
            **prompt,
            max_new_tokens=max_tokens,
            do_sample=False,
            repetition_penalty=1.0,  # the hub's own settings punish repetition, which a task graph lives on
            pad_token_id=tokenizer.pad_token_id,
        )
    answer: str = tokenizer.decode(written[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True)
    return answer
