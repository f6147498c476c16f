"""An exported adapter does under llama.cpp what it does under transformers and PEFT."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGUFReader
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import PreTrainedTokenizerFast

from finetune.config import LoraSettings, TrainConfig
from finetune.errors import AdapterError, InputError
from finetune.export.command import FileType, export, export_adapter, merge_adapter
from finetune.export.gguf_files import write_adapter
from finetune.export.manifest import read_manifest
from finetune.export.parity import compare, reference_logits, served_logits
from finetune.export.peft_adapter import LoraAdapter, LoraPair, open_base, read_adapter
from finetune.files import sha256_of
from finetune.model import ADAPTER_FILE, adapter_parameters, load, load_adapter
from finetune.sentences.scoring import Score, write_scores
from kitchen_agent.llama import Engine, Row
from kitchen_agent.planner_model import chosen_model
from kitchen_agent.settings import Settings
from tests.finetune.tiny_qwen import TEXT, make_model, make_tokenizer, write_gguf

ANSWER_TOKENS = 24


class Trained:
    """A tiny model, as GGUF and as a PEFT model whose adapter learnt three sentences by heart."""

    def __init__(self, folder: Path) -> None:
        self.base, self.adapter = folder / "base.gguf", folder / "run" / "checkpoints" / "step-40"
        self.tokenizer: PreTrainedTokenizerFast = make_tokenizer()
        model = make_model(len(self.tokenizer))
        write_gguf(model, self.tokenizer, self.base)
        config = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM")
        self.model: PeftModel = get_peft_model(model, config)
        self._learn()
        self.model.save_pretrained(self.adapter)
        settings = {"base": "/home/me/base.gguf", "cache": "/home/me/cache", "lora": {"rank": 4}}
        (folder / "run" / "config.json").write_text(json.dumps(settings))

    def _learn(self) -> None:
        weights = [weight for weight in self.model.parameters() if weight.requires_grad]
        optimiser = torch.optim.AdamW(weights, lr=2e-2)
        ids = self.tokenizer([text + "<|im_end|>" for text in TEXT], return_tensors="pt", padding=True).input_ids
        for _ in range(40):
            self.model(input_ids=ids, labels=ids).loss.backward()
            optimiser.step()
            optimiser.zero_grad()
        self.model.eval()

    def greedy(self, prompt: str) -> list[int]:
        """The model's continuation of `prompt` under transformers and PEFT."""
        ids = self.tokenizer(prompt, return_tensors="pt").input_ids
        out = self.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=ANSWER_TOKENS,
            do_sample=False,
            eos_token_id=self.tokenizer.convert_tokens_to_ids(["<|endoftext|>", "<|im_end|>"]),
        )
        tokens: list[int] = out[0].tolist()[ids.shape[1] :]
        return tokens


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return Trained(tmp_path_factory.mktemp("trained"))


def greedy_under_llama_cpp(model: Path, adapter: Path | None, prompt: str) -> list[int]:
    engine = Engine(model, adapter, threads=1, context=128, slots=1)
    try:
        tokens = engine.tokenize(prompt)
        start = len(tokens)
        rows = [Row(0, i, token, wanted=i == start - 1) for i, token in enumerate(tokens)]
        while len(tokens) < start + ANSWER_TOKENS:
            tokens.append(int(np.argmax(engine.evaluate(rows)[-1])))
            if engine.ends(tokens[-1]):
                break
            rows = [Row(0, len(tokens) - 1, tokens[-1])]
        return tokens[start:]
    finally:
        engine.close()


@pytest.mark.parametrize("prompt", ["Boil the", "Chop the onion, fry", "Bake", "20 minutes"])
def test_the_same_greedy_text_as_transformers(trained: Trained, tmp_path: Path, prompt: str) -> None:
    export_adapter(trained.adapter, trained.base, tmp_path / "adapter.gguf")
    wanted = trained.greedy(prompt)
    assert greedy_under_llama_cpp(trained.base, tmp_path / "adapter.gguf", prompt) == wanted
    assert greedy_under_llama_cpp(trained.base, None, prompt) != wanted, "the adapter changed nothing"


@pytest.mark.parametrize("file_type", [FileType.F16, FileType.Q8_0])
def test_a_merged_model_needs_no_adapter(trained: Trained, tmp_path: Path, file_type: FileType) -> None:
    merge_adapter(trained.adapter, trained.base, tmp_path / "merged.gguf", file_type)
    assert greedy_under_llama_cpp(tmp_path / "merged.gguf", None, "Boil the") == trained.greedy("Boil the")
    assert [path.name for path in tmp_path.iterdir()] == ["merged.gguf"], "temporary files are left"
    assert chosen_model(Settings(), tmp_path / "merged.gguf").style == "short"
    assert chosen_model(Settings(), trained.base).style == "example"


def test_training_may_go_on_from_an_exported_adapter(trained: Trained, tmp_path: Path) -> None:
    export_adapter(trained.adapter, trained.base, tmp_path / "adapter.gguf")
    lora = LoraSettings(rank=4, alpha=8)
    model, _ = load(TrainConfig(base=str(trained.base), train_file=tmp_path, cache=tmp_path, lora=lora))
    load_adapter(model, tmp_path / "adapter.gguf")
    wanted = load_file(trained.adapter / ADAPTER_FILE)
    assert wanted.keys() == adapter_parameters(model).keys()
    for name, matrix in adapter_parameters(model).items():
        assert torch.allclose(matrix, wanted[name], rtol=1e-3, atol=1e-6)


def test_an_exported_adapter_that_lost_its_scale_is_refused(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "adapter.gguf"
    export_adapter(trained.adapter, trained.base, path)
    path.write_bytes(path.read_bytes().replace(b"adapter.lora.alpha", b"adapter.lora.other"))
    lora = LoraSettings(rank=4, alpha=8)
    model, _ = load(TrainConfig(base=str(trained.base), train_file=tmp_path, cache=tmp_path, lora=lora))
    with pytest.raises(InputError, match=r"adapter\.gguf: adapter\.lora\.alpha is missing"):
        load_adapter(model, path)


def test_an_exported_adapter_of_another_scale_keeps_its_effect(trained: Trained, tmp_path: Path) -> None:
    export_adapter(trained.adapter, trained.base, tmp_path / "adapter.gguf")
    lora = LoraSettings(rank=4, alpha=16)
    model, _ = load(TrainConfig(base=str(trained.base), train_file=tmp_path, cache=tmp_path, lora=lora))
    load_adapter(model, tmp_path / "adapter.gguf")
    wanted = load_file(trained.adapter / ADAPTER_FILE)
    for name, matrix in adapter_parameters(model).items():
        assert torch.allclose(matrix, wanted[name] / (2 if "lora_B" in name else 1), rtol=1e-3, atol=1e-6)


def test_the_same_adapter_gives_the_same_bytes(trained: Trained, tmp_path: Path) -> None:
    hashes = {export_adapter(trained.adapter, trained.base, tmp_path / f"{n}.gguf").sha256 for n in range(2)}
    assert len(hashes) == 1


def test_header_manifest_and_card_tell_the_truth(trained: Trained, tmp_path: Path) -> None:
    output = tmp_path / "adapter.gguf"
    manifest = export_adapter(trained.adapter, trained.base, output)
    fields = GGUFReader(output).fields
    assert fields["general.type"].contents() == "adapter"
    assert fields["adapter.type"].contents() == "lora"
    assert fields["adapter.lora.alpha"].contents() == 8
    assert fields["kitchen.base_sha256"].contents() == sha256_of(trained.base)
    assert read_manifest(output.with_suffix(".json")) == manifest
    assert (manifest.sha256, manifest.rank, manifest.run, manifest.step) == (sha256_of(output), 4, "run", 40)
    card = output.with_suffix(".md").read_text()
    assert manifest.sha256 in card
    assert "| lora.rank | 4 |" in card
    assert "| base | base.gguf |" in card
    assert "/home" not in card + output.with_suffix(".json").read_text()
    assert "Not evaluated yet" in card


def test_an_adapter_is_not_overwritten_by_its_own_manifest_or_card(trained: Trained, tmp_path: Path) -> None:
    for name in ("adapter.json", "adapter.md", "adapter"):
        with pytest.raises(InputError, match=r"does not end in \.gguf\. Write .*adapter\.gguf"):
            export_adapter(trained.adapter, trained.base, tmp_path / name)
        with pytest.raises(InputError, match="does not end in"):
            merge_adapter(trained.adapter, trained.base, tmp_path / name, FileType.F16)
    assert list(tmp_path.iterdir()) == []


def test_the_card_of_events_shows_their_figures(trained: Trained, tmp_path: Path) -> None:
    found = [
        Score(split="tune", sentences=8, exact=7, asks=1, seconds_median=0.5, seconds_max=1.0),
        Score(split="kept", sentences=4, exact=3, asks=0, seconds_median=0.5, seconds_max=1.0),
    ]
    write_scores(tmp_path / "sentences.json", {"model": "tiny"}, found)
    output = tmp_path / "adapter.gguf"
    manifest = export_adapter(
        trained.adapter, trained.base, output, sentences=tmp_path / "sentences.json", purpose="events"
    )
    assert (manifest.purpose, manifest.metrics_file) == ("events", "sentences.json")
    card = output.with_suffix(".md").read_text()
    assert "into one event of the session" in card
    assert "| kept | 4 | 0.750 | 0.50 |" in card


def edited(trained: Trained, folder: Path, **changes: object) -> Path:
    shutil.copytree(trained.adapter, folder)
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(config | changes))
    return folder


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"use_dora": True}, "use_dora is True"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"bias": "all"}, "bias is 'all'"),
        ({"peft_type": "IA3"}, "peft_type is 'IA3'"),
    ],
)
def test_what_a_gguf_lora_cannot_hold_is_refused(
    trained: Trained, tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    folder = edited(trained, tmp_path / "adapter", **changes)
    with pytest.raises(AdapterError, match=message):
        read_adapter(folder, open_base(trained.base))


def test_rank_stabilised_scaling_is_kept(trained: Trained, tmp_path: Path) -> None:
    folder = edited(trained, tmp_path / "adapter", use_rslora=True)
    assert read_adapter(folder, open_base(trained.base)).scale == pytest.approx(8 / 4**0.5)


def test_another_base_is_refused(trained: Trained, tmp_path: Path) -> None:
    other = make_model(len(trained.tokenizer) + 32)
    write_gguf(other, trained.tokenizer, tmp_path / "other.gguf")
    adapter = read_adapter(trained.adapter, open_base(trained.base))
    assert {pair.tensor for pair in adapter.pairs} >= {"blk.0.attn_q.weight", "blk.1.ffn_down.weight"}
    config = make_model(len(trained.tokenizer)).config
    config.hidden_size = 96
    wider = type(other)(config)
    write_gguf(wider, trained.tokenizer, tmp_path / "wider.gguf")
    with pytest.raises(AdapterError, match="changes a matrix of shape"):
        read_adapter(trained.adapter, open_base(tmp_path / "wider.gguf"))


def test_a_base_that_is_no_gguf_file_is_refused(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Qwen/Qwen2\.5-7B.*not a GGUF file.*embedded-better"):
        export(trained.adapter, tmp_path / "adapter.gguf", base="Qwen/Qwen2.5-7B")


def test_a_missing_or_damaged_folder_is_refused_by_name(trained: Trained, tmp_path: Path) -> None:
    base = open_base(trained.base)
    with pytest.raises(AdapterError, match=r"adapter_config\.json: not readable"):
        read_adapter(tmp_path, base)
    folder = edited(trained, tmp_path / "adapter")
    (folder / "adapter_model.safetensors").write_bytes(b"cut short")
    with pytest.raises(AdapterError, match=r"adapter_model\.safetensors: not readable"):
        read_adapter(folder, base)
    with pytest.raises(AdapterError, match="not a readable GGUF file"):
        open_base(folder / "adapter_config.json")


def test_diverged_weights_are_refused_and_leave_no_file(trained: Trained, tmp_path: Path) -> None:
    matrix = np.full((4, 64), np.nan, dtype=np.float32)
    broken = LoraAdapter(rank=4, alpha=8, pairs=(LoraPair("blk.0.attn_q.weight", matrix, matrix.T),))
    with pytest.raises(AdapterError, match="does not fit fp16"):
        write_adapter(broken, open_base(trained.base), tmp_path / "adapter.gguf", {})
    assert list(tmp_path.iterdir()) == []


def test_logits_after_every_token_agree_closely(trained: Trained, tmp_path: Path) -> None:
    export_adapter(trained.adapter, trained.base, tmp_path / "adapter.gguf")
    texts = [trained.tokenizer.encode(text) for text in TEXT]
    wanted = reference_logits(trained.model, texts)
    found = served_logits(trained.base, tmp_path / "adapter.gguf", texts)
    parity = compare(wanted, found)
    assert (parity.differences, parity.tokens) == (0, sum(map(len, texts)))
    assert max(np.abs(one - other).max() for one, other in zip(wanted, found, strict=True)) < 0.1
    assert compare(wanted, [-logits for logits in found]).agreement < 0.1
