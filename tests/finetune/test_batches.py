"""Silver labels have their places in each batch, and only the needed ones are read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetune.batches import Batches, SilverLabels, read_batches, silver_at
from finetune.chat import ChatExample, write_chats
from finetune.config import EndSettings, TrainConfig
from finetune.dataset import Example
from finetune.errors import DataError
from tests.finetune.conftest import DISHES, chat
from tests.finetune.tiny_qwen import make_tokenizer


def silver(count: int) -> list[ChatExample]:
    return [chat(DISHES[n % 10], 1).model_copy(update={"key": f"silver {n}", "weight": 0.3}) for n in range(count)]


def with_silver(config: TrainConfig, path: Path, count: int, **changes: object) -> TrainConfig:
    write_chats(path, silver(count))
    return TrainConfig.model_validate(config.model_dump() | {"silver_file": path, "batch_examples": 8} | changes)


@pytest.mark.parametrize(("share", "places"), [(0.25, 2), (0.5, 4), (0.01, 1), (0.99, 7)])
def test_each_batch_has_its_share(tiny_config: TrainConfig, tmp_path: Path, share: float, places: int) -> None:
    config = with_silver(tiny_config, tmp_path / "silver.jsonl", 500, silver_share=share)
    batches = read_batches(config, make_tokenizer())
    for step in range(config.max_steps):
        assert Counter(one.key.startswith("silver") for one in batches.at(step))[True] == places
    assert {one.weight for one in batches.at(0)} == {0.3, 1.0}


def test_only_labels_that_the_run_comes_to_are_read(tiny_config: TrainConfig, tmp_path: Path) -> None:
    config = with_silver(tiny_config, tmp_path / "silver.jsonl", 500)
    path = tmp_path / "silver.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    needed = {line for step in range(config.max_steps) for line in silver_at(500, 2, config.seed, step)}
    path.write_text("".join(line if number in needed else "not JSON\n" for number, line in enumerate(lines)))
    assert len(read_batches(config, make_tokenizer()).silver.by_line) == len(needed) == 2 * config.max_steps


@given(lines=st.integers(1, 40), places=st.integers(1, 5), seed=st.integers(0, 3))
def test_every_label_comes_once_before_any_comes_again(lines: int, places: int, seed: int) -> None:
    steps = -(-lines // places)
    assert sorted(line for step in range(steps) for line in silver_at(lines, places, seed, step)) == list(range(lines))


def test_a_label_that_is_too_long_leaves_its_place_empty() -> None:
    annotated = [Example(f"a{n}", (1,), (2,)) for n in range(6)]
    batches = Batches(annotated, 4, 0, 2, SilverLabels(2, {1: Example("s1", (1,), (2,))}))
    assert [one.key for one in batches.at(0) if one.key.startswith("s")] == ["s1"]
    assert len(batches.at(0)) == 3


def test_the_end_has_examples_of_its_own_and_no_silver(tiny_config: TrainConfig, tmp_path: Path) -> None:
    write_chats(tmp_path / "end.jsonl", [chat("fish", times) for times in range(4, 8)])
    end = EndSettings(train_file=tmp_path / "end.jsonl", steps=3)
    config = with_silver(tiny_config, tmp_path / "silver.jsonl", 50, batch_examples=2)
    batches = read_batches(config.model_copy(update={"end": end}), make_tokenizer())
    before, after = range(config.max_steps), range(config.max_steps, config.max_steps + 2)
    assert [batches.at(step) for step in before] == [read_batches(config, make_tokenizer()).at(step) for step in before]
    assert sorted(one.key for step in after for one in batches.at(step)) == [f"fish {times}" for times in range(4, 8)]


def test_a_file_without_a_label_of_use_is_refused(tiny_config: TrainConfig, tmp_path: Path) -> None:
    config = with_silver(tiny_config, tmp_path / "silver.jsonl", 0)
    with pytest.raises(DataError, match="holds no label"):
        read_batches(config, make_tokenizer())
    with pytest.raises(DataError, match="there is no such file"):
        read_batches(config.model_copy(update={"silver_file": tmp_path / "none.jsonl"}), make_tokenizer())
