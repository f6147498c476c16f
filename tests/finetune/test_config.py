from __future__ import annotations

import json
from pathlib import Path

import pytest

from finetune.config import CONFIG_FOLDER, TrainConfig, load_config
from finetune.errors import InputError
from finetune.graphfile import END_GRAPHS, GRAPHS
from finetune.prepare.command import DATA
from finetune.train_command import RUNS_FOLDER, run_name

PRESETS = sorted(path.stem for path in CONFIG_FOLDER.glob("*.yaml"))


def test_the_presets_are_there() -> None:
    assert {"qwen-0.5b-cpu", "qwen-1.5b-cpu", "qwen-14b-32gb", "qwen-32b-32gb", "qwen-14b-multi-gpu"} <= set(PRESETS)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_valid(preset: str) -> None:
    assert isinstance(load_config(preset), TrainConfig)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_run_has_the_name_of_its_preset(preset: str) -> None:
    assert run_name(preset) == preset


@pytest.mark.parametrize(("config", "name"), [("a/my.yaml", "my"), ("my.yml", "my"), ("my-0.5b.yaml", "my-0.5b")])
def test_a_run_has_the_name_of_its_file(config: str, name: str) -> None:
    assert run_name(config) == name


def test_the_adapter_is_exported_from_where_it_is_trained() -> None:
    makefile = Path(__file__).parents[2] / "Makefile"
    assert f"--adapter {RUNS_FOLDER / run_name('qwen-0.5b-cpu')}/best" in makefile.read_text()


@pytest.mark.parametrize("preset", [preset for preset in PRESETS if "events" not in preset])
def test_a_preset_shows_every_recipe_at_least_once(preset: str) -> None:
    graphs = sum(len(path.read_text().splitlines()) for path in GRAPHS)
    held_out = len((DATA / "dev_keys.txt").read_text().splitlines())
    config = load_config(preset)
    assert config.max_steps * config.batch_examples >= graphs - held_out


@pytest.mark.parametrize("preset", [preset for preset in PRESETS if "events" not in preset])
def test_a_preset_ends_on_each_of_the_best_recipes_once(preset: str) -> None:
    keys = {json.loads(line)["key"] for path in END_GRAPHS for line in path.read_text().splitlines()}
    best = len(keys - set((DATA / "dev_keys.txt").read_text().splitlines()))
    config = load_config(preset)
    assert config.end
    assert 0 <= config.end.steps * config.batch_examples - best < config.batch_examples
    assert config.all_steps == config.max_steps + config.end.steps


def test_overrides_reach_every_level() -> None:
    config = load_config(
        "qwen-0.5b-cpu", ["max-steps=7", "lora.rank=4", "optimizer.learning_rate=1e-3", "eval_file=null"]
    )
    assert (config.max_steps, config.lora.rank, config.optimizer.learning_rate) == (7, 4, 1e-3)
    assert config.eval_file is None
    assert config.lora.alpha == 16


def test_a_file_is_read_like_a_preset(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("base: some/model\ntrain_file: train.jsonl\n")
    assert load_config(str(path)).base == "some/model"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("lora.rank=0", r"lora\.rank = 0: .*greater than or equal to 1"),
        ("lora.rnak=4", r"lora\.rnak = 4: "),
        ("steps=4", r"steps = 4: "),
        ("max_steps", r"override 'max_steps': write it as field=value"),
        ("base.x=1", r"override 'base\.x=1': 'base' has no fields"),
        ("max_steps=[", r"override 'max_steps=\[': .* is not a value"),
        ("lora.dropout=0.1", r"lora\.dropout is not possible with base_precision int8-cpu"),
        ("silver_share=1", r"silver_share = 1: .*less than 1"),
        ("end.steps=0", r"end\.steps = 0: .*greater than or equal to 1"),
        ("optimizer.final_fraction=0", r"end needs optimizer\.final_fraction above 0"),
        ("patience=3", r"patience is not possible with end"),
        ("shard_frozen=true", r"shard_frozen needs base_precision bf16 or fp32, not int8-cpu"),
    ],
)
def test_a_wrong_setting_is_named(override: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_config("qwen-0.5b-cpu", [override])


def test_silver_labels_need_a_batch_of_two() -> None:
    with pytest.raises(InputError, match="silver_file needs batch_examples of at least 2"):
        load_config("qwen-0.5b-cpu", ["silver_file=silver.jsonl", "batch_examples=1"])


def test_an_unknown_config_lists_the_presets() -> None:
    with pytest.raises(InputError, match=r"'qwen-9b': neither a preset nor a file. Presets: .*qwen-0\.5b-cpu"):
        load_config("qwen-9b")


@pytest.mark.parametrize("text", ["- a\n", "base: [\n"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"bad\.yaml: not "):
        load_config(str(path))
