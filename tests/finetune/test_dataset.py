from __future__ import annotations

import random
from array import array
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from finetune.chat import write_chats
from finetune.dataset import Example, batch_at, epoch_batches, micro_batches, pack, read_examples, tokenised
from finetune.errors import DataError
from tests.finetune.conftest import DISHES, chat
from tests.finetune.tiny_qwen import make_tokenizer


def example(prompt: int, answer: int) -> Example:
    return Example("x", tuple(range(prompt)), tuple(range(100, 100 + answer)))


def test_the_answer_follows_the_rendered_prompt_and_ends_the_turn() -> None:
    tokenizer = make_tokenizer()
    made = tokenised(chat("soup", 2), tokenizer)
    prompt, answer = tokenizer.decode(list(made.prompt)), tokenizer.decode(list(made.answer))
    assert prompt.endswith("<|im_start|>user\nsoup for 2<|im_end|>\n<|im_start|>assistant\n")
    assert answer == "stir the soup stir the soup<|im_end|>"


def test_the_loss_is_on_the_answer_only() -> None:
    examples = [example(3, 2), example(5, 4)]
    row = pack(examples)
    assert row.tokens.shape == row.positions.shape == (1, 14)
    assert row.lengths == (5, 9)
    assert row.positions[0].tolist() == [*range(5), *range(9)]
    assert row.targets.tolist() == [[100], [101], [100], [101], [102], [103]]
    assert row.tokens[0, row.predicting + 1, None].tolist() == row.targets.tolist()
    assert row.shares.tolist() == [[1.0]] * 6
    assert row.predicting.tolist() == [2, 3, 9, 10, 11, 12]


def test_examples_come_back_from_their_file(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    chats = [chat(dish, 2) for dish in DISHES]
    write_chats(path, chats)
    tokenizer = make_tokenizer()
    assert read_examples(path, tokenizer, 1000) == [tokenised(one, tokenizer) for one in chats]


def test_long_examples_are_left_out_and_not_cut(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "train.jsonl"
    write_chats(path, [chat("soup", 1), chat("soup", 9)])
    tokenizer = make_tokenizer()
    limit = len(tokenised(chat("soup", 1), tokenizer))
    assert [made.key for made in read_examples(path, tokenizer, limit)] == ["soup 1"]
    assert f"1 of 2 examples are longer than {limit} tokens and left out" in caplog.text
    with pytest.raises(DataError, match="no example has at most 2 tokens"):
        read_examples(path, tokenizer, 2)
    path.write_text("")
    with pytest.raises(DataError, match="holds no example"):
        read_examples(path, tokenizer, limit)


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(chat("soup", 1).model_dump_json() + '\n{"key": "x"}\n')
    with pytest.raises(DataError, match=r"train\.jsonl, line 2"):
        read_examples(path, make_tokenizer(), 1000)
    with pytest.raises(DataError, match="there is no such file"):
        read_examples(tmp_path / "none.jsonl", make_tokenizer(), 1000)


@given(count=st.integers(1, 60), size=st.integers(1, 9), seed=st.integers(0, 5), epoch=st.integers(0, 3))
def test_every_epoch_shows_every_example_once(count: int, size: int, seed: int, epoch: int) -> None:
    batches = epoch_batches(count, size, seed, epoch)
    assert sorted(index for batch in batches for index in batch) == list(range(count))
    assert all(len(batch) == size for batch in batches[:-1])
    first = epoch * len(batches)
    assert [batch_at(count, size, seed, first + place) for place in range(len(batches))] == batches


def test_the_order_is_that_of_runs_that_are_under_way() -> None:
    """A run that was begun with an earlier version goes on with it."""
    order = list(range(3039))
    random.Random("7-1").shuffle(order)
    assert batch_at(3039, 4, 7, 760 + 5) == order[20:24]
    assert batch_at(3039, 4, 7, 760 + 759) == order[3036:]


def test_tokens_take_four_bytes_each() -> None:
    made = tokenised(chat("soup", 2), make_tokenizer())
    assert all(isinstance(part, array) and part.itemsize == 4 for part in (made.prompt, made.answer))


def test_epochs_and_seeds_have_their_own_order() -> None:
    assert epoch_batches(50, 4, 1, 0) != epoch_batches(50, 4, 1, 1)
    assert epoch_batches(50, 4, 1, 0) != epoch_batches(50, 4, 2, 0)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_rows_keep_to_their_length_and_lose_nothing(answers: list[int]) -> None:
    examples = [example(2, answer) for answer in answers]
    rows = list(micro_batches(examples, 48))
    assert sorted(map(len, examples)) == [len(made) for row in rows for made in row]
    assert all(sum(map(len, row)) <= 48 for row in rows)


def test_weights_reach_every_answer_token() -> None:
    row = pack([Example("x", (1,), (2, 3), weight=0.25), Example("y", (1,), (2,))])
    assert torch.equal(row.weights, torch.tensor([0.25, 0.25, 1.0]))


def test_names_of_tasks_count_less_where_that_is_asked_for() -> None:
    tokenizer = make_tokenizer()
    answer = "main hot 4\n1/1 A|Chop the onion|chop ~3 hands board >240 linear"
    one = chat("soup", 1).model_copy(update={"answer": answer, "weight": 0.5})
    made = tokenised(one, tokenizer, name_weight=0.2)
    light = [token for token, weight in zip(made.answer, made.weights, strict=True) if weight == pytest.approx(0.1)]
    assert tokenizer.decode(light).strip() == "Chop the onion"
    assert set(made.weights) == {0.1, 0.5}
    assert set(tokenised(one, tokenizer).weights) == {0.5}
