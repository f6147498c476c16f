from __future__ import annotations

import json
from copy import copy
from pathlib import Path

import pytest
import torch
import torch.nn.functional as functional
from peft import PeftModel
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoModelForCausalLM
from transformers.models.qwen2 import modeling_qwen2

from finetune import fused
from finetune.answer_loss import OutputLayer, answer_loss
from finetune.chat import write_chats
from finetune.config import LoraSettings, TrainConfig
from finetune.dataset import pack, tokenised
from finetune.errors import InputError, WorkError
from finetune.model import (
    ADAPTER_FILE,
    AnswerModel,
    adapter_parameters,
    as_served,
    load,
    load_adapter,
    save_adapter,
)
from finetune.task_scores import make_scorer, write
from tests.finetune.conftest import chat


def shake(model: AnswerModel) -> None:
    """Give the adapter an effect: it starts with none."""
    torch.manual_seed(3)
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.05)


def gradients(model: AnswerModel) -> Tensor:
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def test_the_loss_is_that_of_transformers(tiny_config: TrainConfig, tiny_model: Path) -> None:
    model, tokenizer = load(tiny_config)
    one = tokenised(chat("soup", 3), tokenizer)
    plain = AutoModelForCausalLM.from_pretrained(tiny_model)
    tokens = torch.tensor([[*one.prompt, *one.answer]])
    labels = torch.tensor([[*[-100] * len(one.prompt), *one.answer]])
    expected = plain(input_ids=tokens, labels=labels).loss.item()
    assert model(pack([one])).item() / len(one.answer) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("precision", ["fp32", "int8-cpu"])
def test_packed_examples_do_not_see_each_other(tiny_config: TrainConfig, precision: str) -> None:
    model, tokenizer = load(tiny_config.model_copy(update={"base_precision": precision}))
    shake(model)
    examples = [tokenised(chat(dish, times), tokenizer) for dish, times in (("soup", 3), ("cake", 1), ("fish", 2))]
    loss = model(pack(examples))
    loss.backward()
    together, gradient = loss.item(), gradients(model)
    model.zero_grad()
    alone = 0.0
    for one in examples:
        loss = model(pack([one]))
        loss.backward()
        alone += loss.item()
    assert together == pytest.approx(alone, rel=1e-4)
    assert torch.allclose(gradient, gradients(model), rtol=1e-2, atol=1e-2 * gradient.abs().max().item())


def test_int8_is_close_to_floats(tiny_config: TrainConfig) -> None:
    results = []
    for precision in ("fp32", "int8-cpu"):
        model, tokenizer = load(tiny_config.model_copy(update={"base_precision": precision}))
        shake(model)
        loss = model(pack([tokenised(chat("roast", 4), tokenizer)]))
        loss.backward()
        results.append((loss.item(), gradients(model)))
    (exact, exact_gradient), (near, near_gradient) = results
    assert near == pytest.approx(exact, rel=0.02)
    assert functional.cosine_similarity(exact_gradient, near_gradient, dim=0).item() > 0.98


@pytest.mark.parametrize("precision", ["fp32", "int8-cpu"])
def test_an_adapter_comes_back_whole(tiny_config: TrainConfig, tmp_path: Path, precision: str) -> None:
    config = tiny_config.model_copy(update={"base_precision": precision})
    model, _ = load(config)
    shake(model)
    save_adapter(model, tmp_path)
    written = load_file(tmp_path / ADAPTER_FILE)
    assert len(written) == 2 * 7 * 2
    assert all(tensor.abs().sum() > 0 for tensor in written.values())
    fresh, _ = load(config)
    load_adapter(fresh, tmp_path)
    kept = adapter_parameters(fresh)
    assert all(torch.equal(kept[name], parameter) for name, parameter in adapter_parameters(model).items())


def test_peft_computes_what_was_saved_from_int8(tiny_config: TrainConfig, tiny_model: Path, tmp_path: Path) -> None:
    model, tokenizer = load(tiny_config.model_copy(update={"base_precision": "int8-cpu"}))
    shake(model)
    save_adapter(model, tmp_path)
    one = tokenised(chat("soup", 3), tokenizer)
    adapted = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny_model), str(tmp_path))
    tokens = torch.tensor([[*one.prompt, *one.answer]])
    labels = torch.tensor([[*[-100] * len(one.prompt), *one.answer]])
    expected = adapted(input_ids=tokens, labels=labels).loss.item()
    assert model(pack([one])).item() / len(one.answer) == pytest.approx(expected, rel=0.02)


def test_the_settings_of_an_adapter_are_whole_or_those_before(
    tiny_config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _ = load(tiny_config)
    save_adapter(model, tmp_path / "ours")
    settings = copy(model.peft_model.peft_config["default"])
    settings.inference_mode = True
    settings.save_pretrained(str(tmp_path / "peft"))
    ours, peft = (json.loads((tmp_path / name / "adapter_config.json").read_text()) for name in ("ours", "peft"))
    assert {**ours, "target_modules": set(ours["target_modules"])} == {
        **peft,
        "target_modules": set(peft["target_modules"]),
    }
    before = (tmp_path / "ours" / "adapter_config.json").stat().st_ino
    with (tmp_path / "ours" / "adapter_config.json").open() as reader:
        save_adapter(model, tmp_path / "ours")
        assert json.load(reader) == ours
    assert (tmp_path / "ours" / "adapter_config.json").stat().st_ino != before


def test_an_adapter_of_another_rank_says_which_to_set(tiny_config: TrainConfig, tmp_path: Path) -> None:
    model, _ = load(tiny_config)
    save_adapter(model, tmp_path)
    other, _ = load(tiny_config.model_copy(update={"lora": LoraSettings(rank=2)}))
    with pytest.raises(InputError, match=r"lora\.rank = 2: the adapter .* has the rank 4\. Set lora\.rank to 4\."):
        load_adapter(other, tmp_path)


def test_an_adapter_of_other_layers_is_refused(tiny_config: TrainConfig, tmp_path: Path) -> None:
    model, _ = load(tiny_config)
    save_adapter(model, tmp_path)
    other, _ = load(tiny_config.model_copy(update={"lora": LoraSettings(rank=2, target_modules=("q_proj",))}))
    with pytest.raises(WorkError, match="28 matrices are not those of this run's adapter"):
        load_adapter(other, tmp_path)


@pytest.mark.parametrize("name", [ADAPTER_FILE, "adapter.gguf"])
@pytest.mark.parametrize("contents", [b"", b"{not an adapter}" * 9, b"GGUF\x03\x00\x00\x00"])
def test_a_file_that_is_no_adapter_is_one_clear_error(
    tiny_config: TrainConfig, tmp_path: Path, name: str, contents: bytes
) -> None:
    model, _ = load(tiny_config)
    (tmp_path / name).write_bytes(contents)
    with pytest.raises(InputError, match=rf"{name}: not a readable adapter \(.*\)\. Name the folder") as caught:
        load_adapter(model, tmp_path / name if name.endswith(".gguf") else tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("settings", ["{", "[]", "{}", '{"lora_alpha": null}'])
def test_damaged_settings_of_an_adapter_are_not_guessed(
    tiny_config: TrainConfig, tmp_path: Path, settings: str
) -> None:
    model, _ = load(tiny_config)
    save_adapter(model, tmp_path)
    (tmp_path / "adapter_config.json").write_text(settings)
    with pytest.raises(InputError, match=r"adapter_config\.json: its lora_alpha cannot be read \(.*\)\. Put"):
        load_adapter(model, tmp_path)
    (tmp_path / "adapter_config.json").unlink()
    load_adapter(model, tmp_path)


def test_an_adapter_of_another_scale_keeps_its_effect(tiny_config: TrainConfig, tmp_path: Path) -> None:
    model, tokenizer = load(tiny_config)
    shake(model)
    save_adapter(model, tmp_path)
    row = pack([tokenised(chat("soup", 3), tokenizer)])
    other, _ = load(tiny_config.model_copy(update={"lora": LoraSettings(rank=4, alpha=32)}))
    untuned = other(row).item()
    load_adapter(other, tmp_path)
    assert other(row).item() == pytest.approx(model(row).item(), rel=1e-5)
    assert other(row).item() != pytest.approx(untuned, rel=1e-3)


def test_a_model_is_served_without_dropout_and_trained_with_it(tiny_config: TrainConfig) -> None:
    model, tokenizer = load(tiny_config.model_copy(update={"lora": LoraSettings(rank=4, dropout=0.5)}))
    shake(model)
    row = pack([tokenised(chat("soup", 3), tokenizer)])
    before = [module.training for module in model.modules()]
    with as_served(model):
        assert model(row).item() == model(row).item()
    assert [module.training for module in model.modules()] == before
    assert model(row).item() != model(row).item()


def test_everything_moves_to_the_device(tiny_config: TrainConfig) -> None:
    model, _ = load(tiny_config)
    model.move(torch.device("meta"))
    assert {value.device.type for value in (*model.parameters(), model.output_layer.weight)} == {"meta"}


def test_a_base_that_is_none_is_one_clear_error(tiny_config: TrainConfig, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"base '.*': it cannot be loaded \(.*\)\. Give a GGUF file") as caught:
        load(tiny_config.model_copy(update={"base": str(tmp_path)}))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("precision", ["nf4", "bf16"])
def test_a_large_base_is_not_fetched_for_a_processor(
    tiny_config: TrainConfig, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    settings = {"base": "Qwen/Qwen2.5-32B-Instruct", "base_precision": precision}
    with pytest.raises(InputError, match="there is no GPU here"):
        load(tiny_config.model_copy(update=settings))


def test_one_huge_token_does_not_spoil_the_others() -> None:
    values = torch.randn(6, 32, generator=torch.Generator().manual_seed(0))
    values[2] *= 1e4
    quantised, scale = fused.quantise_rows(values)
    assert quantised.dtype == torch.int8
    error = (quantised * scale - values).abs()
    assert (error <= 0.51 * scale).all()
    assert error[0].max() < 0.02


@pytest.mark.parametrize("int8", [False, True])
def test_the_answer_loss_is_the_cross_entropy(int8: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(300, 32, generator=generator)
    hidden = torch.randn(200, 32, generator=generator, requires_grad=True)
    targets = torch.randint(300, (200,), generator=generator)
    shares = torch.rand(200, generator=generator)
    expected = (functional.cross_entropy(hidden @ weight.t(), targets, reduction="none") * shares).sum()
    torch.autograd.backward(expected)
    assert hidden.grad is not None
    exact = hidden.grad.clone()
    hidden.grad = None
    found = answer_loss(hidden, targets[:, None], torch.ones(200, 1), shares, OutputLayer(weight, int8=int8))
    torch.autograd.backward(found)
    assert hidden.grad is not None
    assert found.item() == pytest.approx(expected.item(), rel=0.01 if int8 else 1e-5)
    assert (hidden.grad - exact).norm() / exact.norm() < (0.03 if int8 else 1e-5)


@pytest.mark.parametrize("precision", ["fp32", "int8-cpu"])
def test_it_writes_as_transformers_does(tiny_config: TrainConfig, tiny_model: Path, precision: str) -> None:
    model, tokenizer = load(tiny_config.model_copy(update={"base_precision": precision}))
    messages = [message.model_dump() for message in chat("soup", 2).messages]
    text = write(model, tokenizer, messages, 12)
    assert text
    if precision == "fp32":
        prompt = tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_dict=True, return_tensors="pt"
        )
        plain = AutoModelForCausalLM.from_pretrained(tiny_model)
        ids = plain.generate(**prompt, max_new_tokens=12, do_sample=False)[0, prompt["input_ids"].shape[1] :]
        assert text == tokenizer.decode(ids, skip_special_tokens=True)


def test_the_cookbooks_own_dishes_can_be_scored_without_the_wheel(
    tiny_config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITCHEN_RECIPES_WHEEL", str(tmp_path / "absent.whl"))
    held_out = tmp_path / "eval.jsonl"
    write_chats(held_out, [chat("soup", 1).model_copy(update={"key": "apple-crumble"})])
    settings = {"eval_file": held_out, "score_examples": 1}
    assert callable(make_scorer(tiny_config.model_copy(update=settings), tokenizer=None))


def test_what_it_writes_is_not_bent_by_the_settings_of_the_hub(tiny_config: TrainConfig) -> None:
    model, tokenizer = load(tiny_config)
    messages = [message.model_dump() for message in chat("soup", 2).messages]
    text = write(model, tokenizer, messages, 40)
    model.peft_model.get_base_model().generation_config.repetition_penalty = 5.0
    assert write(model, tokenizer, messages, 40) == text


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore")  # what torch's compiler does to torch is not ours to mend
def test_compiled_kernels_change_nothing(tiny_config: TrainConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in (
        *((fused, name) for name in ("quantise_rows", "rescale", "gated", "normed")),
        (modeling_qwen2, "apply_rotary_pos_emb"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))  # so that it is put back afterwards
    losses = []
    for compiled in (False, True):
        config = tiny_config.model_copy(update={"base_precision": "int8-cpu", "compile_kernels": compiled})
        model, tokenizer = load(config)
        shake(model)
        loss = model(pack([tokenised(chat("roast", 4), tokenizer)]))
        loss.backward()
        losses.append((loss.item(), gradients(model)))
    assert losses[1][0] == pytest.approx(losses[0][0], rel=1e-3)
    assert functional.cosine_similarity(losses[0][1], losses[1][1], dim=0).item() > 0.999
