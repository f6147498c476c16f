"""The memory plan against published figures and against the measured peak of small models."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from peft import LoraConfig, get_peft_model
from torch.profiler import ProfilerActivity, profile
from transformers import Qwen2Config, Qwen2ForCausalLM
from typer.testing import CliRunner

from finetune.__main__ import app
from finetune.answer_loss import OutputLayer
from finetune.config import load_config
from finetune.dataset import Example, pack
from finetune.errors import InputError
from finetune.model import AnswerModel
from finetune.model_shapes import ModelShape, shape_of
from finetune.packing import PACKED_ATTENTION
from finetune.plan_memory import GB, RUNTIME_BYTES, Load, bill, for_all_processes, load_of, total_bytes, verdict

QWEN_14B, QWEN_32B = shape_of("Qwen/Qwen2.5-14B-Instruct"), shape_of("Qwen/Qwen2.5-32B-Instruct")


@pytest.mark.parametrize(
    ("base", "billions"),
    [("Qwen/Qwen2.5-0.5B", 0.494), ("Qwen2.5-Coder-1.5B-Instruct", 1.54), ("Qwen/Qwen2.5-7B", 7.62),
     ("Qwen/Qwen2.5-14B-Instruct", 14.8), ("Qwen/Qwen2.5-32B", 32.8), ("Qwen/Qwen2.5-72B", 72.7)],
)  # fmt: skip
def test_shapes_have_the_published_number_of_weights(base: str, billions: float) -> None:
    shape = shape_of(base)
    assert (shape.linear_weights + shape.dense_weights) / 1e9 == pytest.approx(billions, rel=0.01)


def test_14b_by_the_usual_recipe_needs_about_the_published_21_gb() -> None:
    """PEFT's preparation widens embedding and output layer to fp32, and the usual loss makes every token's scores."""
    load = Load(QWEN_14B, "nf4", 16, True, row_tokens=2048, checkpointing=True, dense_bytes=4, logit_rows=2048)
    assert (total_bytes(bill(load)) + RUNTIME_BYTES) / GB == pytest.approx(21, abs=1.5)


@pytest.mark.parametrize("dense_bytes", [2, 4])
def test_32b_fits_32_gb(dense_bytes: int) -> None:
    load = Load(QWEN_32B, "nf4", 16, True, row_tokens=1024, checkpointing=True, dense_bytes=dense_bytes)
    assert 20 < (total_bytes(bill(load)) + RUNTIME_BYTES) / GB < 32


@pytest.mark.parametrize("preset", ["qwen-14b-32gb", "qwen-32b-32gb"])
def test_the_presets_for_32_gb_fit_32_gb(preset: str) -> None:
    load = load_of(load_config(preset))
    assert "to spare" in verdict((total_bytes(bill(load)) + RUNTIME_BYTES) / GB, 32, load)


def test_nf4_costs_what_the_paper_says() -> None:
    """Dettmers et al. 2023: double quantisation leaves 0.127 bits a weight for the constants."""
    parts = {part.name: part.bytes for part in bill(Load(QWEN_32B, "nf4", 16, True, 1024, True))}
    assert parts["quantisation constants"] * 8 / QWEN_32B.linear_weights == pytest.approx(0.127, abs=0.001)


def test_cards_share_the_linear_layers_only_where_the_base_is_spread() -> None:
    one, two = (load_of(load_config("qwen-14b-multi-gpu"), cards) for cards in (1, 2))
    assert "Does not fit" in verdict(total_bytes(bill(one)) / GB, 32, one)
    assert "to spare" in verdict(total_bytes(bill(two)) / GB, 32, two)
    assert load_of(load_config("qwen-14b-32gb"), 2).shards == 1


def test_the_embedded_model_is_known_before_it_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KITCHEN_MODEL_DIR", str(tmp_path))
    shape = shape_of("embedded")
    assert (shape.hidden, shape.tied) == (896, False)


def test_a_processor_holds_the_output_layer_as_bytes_and_everything_for_each_process() -> None:
    load = load_of(load_config("qwen-1.5b-cpu"))
    parts = {part.name: part.bytes for part in bill(load)}
    assert parts["output layer, int8"] == 2 * 151936 * 1536
    alone, pair = total_bytes(bill(load)), total_bytes(for_all_processes(bill(load), load))
    assert (load.processes, pair) == (2, 2 * alone)
    assert "--processes 1" in verdict(20, 16, load)
    assert "nf4" not in verdict(20, 16, load)


def test_what_does_not_fit_gets_advice() -> None:
    load = Load(QWEN_32B, "bf16", 16, False, row_tokens=2048, checkpointing=False)
    text = verdict(total_bytes(bill(load)) / GB, 32, load)
    assert "Does not fit" in text
    assert text.index("nf4") < text.index("gradient_checkpointing") < text.index("row_tokens 1024")


def test_where_the_weights_alone_do_not_fit_no_setting_helps() -> None:
    load = load_of(load_config("qwen-32b-32gb"))
    text = verdict(total_bytes(bill(load)) / GB, 16, load)
    assert text.endswith("the weights alone need 19.5 GB. Take a smaller base.")
    assert "row_tokens" in verdict(total_bytes(bill(load)) / GB, 20, load)


def test_an_unknown_base_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Llama-3"):
        shape_of("meta/Llama-3-8B")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="not the config of a Qwen2 model"):
        shape_of(str(tmp_path))


def test_the_command_shows_its_arithmetic() -> None:
    result = CliRunner().invoke(app, ["plan-memory", "qwen-32b-32gb", "--card", "16", "--lora.rank", "8"])
    assert result.exit_code == 0
    assert "weights x 1/2 B" in result.output
    assert "(rank 8)" in result.output
    assert "Does not fit" in result.output


def tiny(shape: ModelShape, *, checkpointing: bool) -> AnswerModel:
    """A real Qwen2 of `shape` with random weights and an adapter of rank 8."""
    config = Qwen2Config(
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        vocab_size=shape.vocabulary,
        tie_word_embeddings=False,
        attn_implementation=PACKED_ATTENTION,
    )
    base = Qwen2ForCausalLM(config).requires_grad_(False)
    if checkpointing:
        base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        base.train()
    peft_model = get_peft_model(base, LoraConfig(r=8, target_modules="all-linear", task_type="CAUSAL_LM"))
    return AnswerModel(peft_model, OutputLayer(base.lm_head.weight, int8=False))


def peak_bytes(model: AnswerModel, tokens: int) -> int:
    """The most that torch had allocated at any moment of a forward and backward pass, over what it had before."""
    numbers = tuple(n % 500 for n in range(tokens))
    row = pack([Example("e", numbers[: tokens // 2], numbers[tokens // 2 :])])
    model(row).backward()  # gradients exist from here on
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        model(row).backward()
    events: Any = profiler.profiler
    allocations = [event for event in events.kineto_results.events() if event.name() == "[memory]"]
    sizes = [event.nbytes() for event in sorted(allocations, key=lambda event: event.start_ns())]
    return max(accumulate(map(int, sizes)))


@pytest.mark.filterwarnings("ignore:`gradient_checkpointing_enable` is deprecated:FutureWarning")
@pytest.mark.parametrize(
    ("intermediate", "layers", "checkpointing"), [(352, 4, False), (1024, 4, False), (1024, 12, True)]
)
def test_activations_are_what_a_small_model_takes(intermediate: int, layers: int, checkpointing: bool) -> None:
    shape = ModelShape(hidden=128, intermediate=intermediate, layers=layers, heads=8, kv_heads=2, vocabulary=512)
    tokens = 512
    measured = peak_bytes(tiny(shape, checkpointing=checkpointing), tokens)
    load = Load(shape, "fp32", 8, False, tokens, checkpointing, dense_bytes=4)
    names = {"activations", "gradients that flow", "layer inputs kept", "one layer made again", "logits"}
    planned = sum(part.bytes for part in bill(load) if part.name in names)
    assert planned == pytest.approx(measured, rel=0.05), f"planned {planned:,}, measured {measured:,}"
