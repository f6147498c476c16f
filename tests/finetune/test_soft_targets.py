"""What a teacher believes: how it is written, kept and learnt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as functional
from hypothesis import given
from hypothesis import strategies as st

from finetune import soft_targets
from finetune.answer_loss import OutputLayer, answer_loss
from finetune.batches import read_batches
from finetune.chat import write_chats
from finetune.config import TrainConfig
from finetune.errors import DataError, InputError
from finetune.model import load, load_adapter
from finetune.soft_targets import CHOICES, Beliefs
from finetune.teach import teach
from finetune.training import ADAPTER_FOLDER, train
from tests.finetune.conftest import chat
from tests.finetune.tiny_qwen import make_tokenizer


@pytest.fixture(scope="module")
def teacher(tiny_config: TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The adapter of a short run."""
    run = tmp_path_factory.mktemp("teacher")
    train(tiny_config, run)
    return run / ADAPTER_FOLDER


@pytest.fixture
def student(tiny_config: TrainConfig, tmp_path: Path) -> TrainConfig:
    return tiny_config.model_copy(update={"soft_targets_file": tmp_path / "soft.jsonl", "soft_share": 1.0})


def written(
    config: TrainConfig, teacher: Path, watch: Callable[[int, int], None] = lambda read, of: None
) -> list[Beliefs]:
    assert config.soft_targets_file
    teach(config, config.base, teacher, watch)
    return list(soft_targets.read(config.soft_targets_file))


def test_the_teacher_is_asked_for_each_example_of_the_run_once(student: TrainConfig, teacher: Path) -> None:
    found = written(student, teacher)
    shown = {one.key for step in range(student.max_steps) for one in read_batches(student, make_tokenizer()).at(step)}
    assert sorted(beliefs.key for beliefs in found) == sorted(shown)
    assert len(shown) == 20


def test_the_beliefs_are_those_of_the_model(student: TrainConfig, teacher: Path) -> None:
    beliefs = written(student, teacher)[0]
    model, tokenizer = load(student)
    load_adapter(model, teacher)
    example = next(one for one in read_batches(student, tokenizer).examples if one.key == beliefs.key)
    ids = torch.tensor([[*example.prompt, *example.answer]])
    logits = model.peft_model(input_ids=ids).logits[0, len(example.prompt) - 1 : -1]
    probabilities = logits.softmax(1).gather(1, torch.tensor(beliefs.tokens))
    assert torch.allclose(probabilities, torch.tensor(beliefs.probabilities), atol=1e-3)
    assert torch.equal(logits.topk(CHOICES).indices, torch.tensor(beliefs.tokens))


def test_a_stopped_teacher_goes_on(student: TrainConfig, teacher: Path) -> None:
    path = student.soft_targets_file
    assert path
    whole = written(student, teacher)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:6]) + lines[6][:40])  # a kill in the middle of the sixth example
    told: list[tuple[int, int]] = []
    again = written(student, teacher, lambda read, of: told.append((read, of)))
    assert told == [(15, 15)]
    assert again[:5] == whole[:5]
    assert sorted(beliefs.key for beliefs in again) == sorted(beliefs.key for beliefs in whole)


def test_another_teachers_file_is_kept(student: TrainConfig, teacher: Path, tmp_path: Path) -> None:
    path = student.soft_targets_file
    assert path
    before = '{"base":"other","base_sha256":"","adapter_sha256":"0"}\n'
    path.write_text(before)
    with pytest.raises(InputError, match=r"soft\.jsonl: holds what another teacher believes .*other.* another file"):
        written(student, teacher)
    assert path.read_text() == before


def test_a_teacher_without_a_file_says_what_to_add(tiny_config: TrainConfig, teacher: Path) -> None:
    with pytest.raises(InputError, match="--soft_targets_file FILE"):
        teach(tiny_config, tiny_config.base, teacher, lambda read, of: None)


def test_the_command_reads_with_two_processes(student: TrainConfig, teacher: Path, tmp_path: Path) -> None:
    config, path = tmp_path / "student.yaml", student.soft_targets_file
    assert path
    config.write_text(student.model_dump_json())
    command = [
        sys.executable,
        "-m",
        "finetune",
        "teach",
        str(config),
        "--adapter",
        str(teacher),
        "--base",
        student.base,
    ]
    environment = {name: value for name, value in os.environ.items() if name not in ("RANK", "WORLD_SIZE")}
    done = subprocess.run([*command, "--processes", "2"], check=True, capture_output=True, text=True, env=environment)
    assert done.stdout == f"{path}\n"
    pair = {beliefs.key: beliefs for beliefs in soft_targets.read(path)}
    path.unlink()
    alone = written(student, teacher)
    assert sorted(pair) == sorted(beliefs.key for beliefs in alone)
    for beliefs in alone:
        assert pair[beliefs.key].answer == beliefs.answer
        both = torch.tensor([pair[beliefs.key].probabilities, beliefs.probabilities])
        assert (both[0] - both[1]).abs().max() < 2e-4


def test_the_student_learns_what_the_teacher_believes_instead_of_the_answer(
    student: TrainConfig, teacher: Path, tmp_path: Path
) -> None:
    path = student.soft_targets_file
    assert path
    first, wanted = written(student, teacher)[0], 7
    made_up = [[wanted, *(token for token in range(20, 40) if token not in first.answer)][:CHOICES]] * len(first.answer)
    line = first.model_copy(update={"tokens": made_up, "probabilities": [[1.0, *[0.0] * (CHOICES - 1)]] * len(made_up)})
    alone, (dish, times) = tmp_path / "one.jsonl", first.key.split()
    write_chats(alone, [chat(dish, int(times))])
    path.write_text(f"{path.read_text().splitlines()[0]}\n{line.model_dump_json()}\n")
    config = student.model_copy(update={"train_file": alone, "batch_examples": 1, "max_steps": 150, "eval_file": None})
    train(config, tmp_path / "run")
    model, tokenizer = load(config)
    load_adapter(model, tmp_path / "run" / ADAPTER_FOLDER)
    example = read_batches(config, tokenizer).examples[0]
    ids = torch.tensor([[*example.prompt, *example.answer]])
    logits = model.peft_model(input_ids=ids).logits[0, len(example.prompt) - 1 : -1]
    assert set(logits.argmax(1).tolist()) == {wanted}


@given(
    share=st.floats(0.01, 1),
    weights=st.lists(st.integers(1, 1000), min_size=CHOICES, max_size=CHOICES),
    answer=st.integers(0, 11),
)
def test_targets_share_out_all_of_each_place(share: float, weights: list[int], answer: int) -> None:
    probabilities = [weight / (2 * sum(weights)) for weight in weights]  # half of what it believes lies elsewhere
    line = Beliefs(key="x", digest="d", answer=[answer], tokens=[list(range(CHOICES))], probabilities=[probabilities])
    targets = line.as_targets(share)
    tokens, shares = targets.tokens[0].tolist(), targets.shares[0].tolist()
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert len(set(tokens)) == CHOICES
    kept = weights if answer < CHOICES else [*weights[:-1], 0]
    for token, own, weight in zip(tokens, shares, kept, strict=True):
        assert own == pytest.approx(share * weight / sum(kept) + (1 - share) * (token == answer), abs=1e-5)


@pytest.mark.parametrize("int8", [False, True])
def test_the_loss_against_soft_targets_is_the_cross_entropy(int8: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(300, 32, generator=generator)
    hidden = torch.randn(200, 32, generator=generator, requires_grad=True)
    tokens = torch.stack([torch.randperm(300, generator=generator)[:CHOICES] for _ in range(200)])
    shares = torch.rand(200, CHOICES, generator=generator).softmax(1)
    counts = torch.rand(200, generator=generator)
    dense = torch.zeros(200, 300).scatter_(1, tokens, shares)
    expected = (functional.cross_entropy(hidden @ weight.t(), dense, reduction="none") * counts).sum()
    (exact,) = torch.autograd.grad(expected, hidden)
    found = answer_loss(hidden, tokens, shares, counts, OutputLayer(weight, int8=int8))
    (gradient,) = torch.autograd.grad(found, hidden)
    assert found.item() == pytest.approx(expected.item(), rel=0.01 if int8 else 1e-5)
    assert (gradient - exact).norm() / exact.norm() < (0.03 if int8 else 1e-5)


def test_a_run_that_the_teacher_did_not_read_whole_is_refused(
    student: TrainConfig, teacher: Path, tmp_path: Path
) -> None:
    path = student.soft_targets_file
    assert path
    written(student, teacher)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-2]))
    with pytest.raises(DataError, match=r"soft\.jsonl: lacks 2 of the examples .* `python -m finetune teach`"):
        train(student, tmp_path / "run")


@pytest.mark.parametrize("part", ["answer", "prompt"])
def test_beliefs_on_another_text_do_not_count(student: TrainConfig, teacher: Path, tmp_path: Path, part: str) -> None:
    written(student, teacher)
    asked = chat("soup", 1)
    if part == "answer":
        asked = asked.model_copy(update={"answer": "stir the roast"})
    else:
        asked = asked.model_copy(update={"messages": chat("soup", 3).messages})
    write_chats(tmp_path / "other.jsonl", [asked])
    other = student.model_copy(update={"train_file": tmp_path / "other.jsonl"})
    with pytest.raises(DataError, match=r"lacks 1 of the examples .*'soup 1'"):
        read_batches(other, make_tokenizer())
    written(other, teacher)
    assert read_batches(other, make_tokenizer()).examples[0].soft


def test_a_teacher_mends_its_file(student: TrainConfig, teacher: Path) -> None:
    path = student.soft_targets_file
    assert path
    whole = written(student, teacher)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], b"\xff damaged\n", *lines[4:]]))
    assert {beliefs.digest for beliefs in written(student, teacher)} == {beliefs.digest for beliefs in whole}


def test_a_teacher_may_have_another_rank(student: TrainConfig, teacher: Path) -> None:
    wider = student.model_copy(update={"lora": student.lora.model_copy(update={"rank": 8})})
    assert len(written(wider, teacher)) == 20


GOOD_LINE = {
    "key": "x",
    "digest": "d",
    "answer": [1],
    "tokens": [[*range(CHOICES)]],
    "probabilities": [[0.1] * CHOICES],
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tokens": [[1, 2]]}, "tokens must be 8 for each of the 1 tokens of the answer"),
        ({"probabilities": [[0.5] * CHOICES] * 2}, "probabilities must be 8"),
        ({"key": None}, "key = None"),
        ({"tokens": [[-1, *range(1, CHOICES)]]}, "greater than or equal to 0"),
        ({"tokens": [[3] * CHOICES]}, "must differ from each other"),
        ({"probabilities": [[0.0] * CHOICES]}, "must not all be 0"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    path = tmp_path / "soft.jsonl"
    path.write_text("{}\n" + json.dumps(GOOD_LINE) + "\n" + json.dumps(GOOD_LINE | change) + "\n")
    with pytest.raises(DataError, match=rf"soft\.jsonl, line 3: .*{said}"):
        list(soft_targets.read(path))


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    path = tmp_path / "soft.jsonl"
    path.write_bytes(b"{}\n" + json.dumps(GOOD_LINE).encode() + b"\n\xff\xfe\n")
    with pytest.raises(DataError, match=r"soft\.jsonl, line 3"):
        list(soft_targets.read(path))


def test_silver_labels_have_no_teacher(student: TrainConfig, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="soft_targets_file is not possible with silver_file"):
        TrainConfig.model_validate(student.model_dump() | {"silver_file": tmp_path / "silver.jsonl"})
