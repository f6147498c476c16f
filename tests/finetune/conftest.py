"""A tiny real model on disk and a short run on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from finetune.chat import ChatExample, ChatMessage, write_chats
from finetune.config import LoraSettings, OptimizerSettings, TrainConfig

DISHES = ("soup", "roast", "salad", "bread", "stew", "cake", "rice", "fish", "pasta", "sauce")


def chat(dish: str, times: int) -> ChatExample:
    """One example whose answer follows from its prompt."""
    messages = (
        ChatMessage(role="system", content="Plan."),
        ChatMessage(role="user", content=f"{dish} for {times}"),
    )
    return ChatExample(key=f"{dish} {times}", messages=messages, answer=" ".join([f"stir the {dish}"] * times))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Qwen2 with two layers and random weights."""
    from tests.finetune.tiny_qwen import make_model, make_tokenizer  # loads torch, which most tests here do without

    folder = tmp_path_factory.mktemp("tiny-qwen2")
    tokenizer = make_tokenizer()
    make_model(len(tokenizer)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_config(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainConfig:
    """A run of twelve steps on twenty examples, saved every third step."""
    folder = tmp_path_factory.mktemp("examples")
    train_file, eval_file = folder / "train.jsonl", folder / "dev.jsonl"
    write_chats(train_file, [chat(dish, times) for dish in DISHES for times in (1, 3)])
    write_chats(eval_file, [chat(dish, 2) for dish in DISHES[:4]])
    return TrainConfig(
        base=str(tiny_model),
        train_file=train_file,
        eval_file=eval_file,
        cache=folder / "cache",
        lora=LoraSettings(rank=4, alpha=8),
        optimizer=OptimizerSettings(learning_rate=1e-2, warmup_steps=2),
        batch_examples=3,
        row_tokens=128,
        max_tokens=256,
        max_steps=12,
        save_every=3,
        eval_every=6,
        threads=1,
    )
