"""The settings of a training run: one YAML file, every field overridable on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from finetune.errors import InputError, reason

CONFIG_FOLDER = Path(__file__).parent / "configs"
BasePrecision = Literal["int8-cpu", "fp32", "bf16", "nf4"]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LoraSettings(_Settings):
    """The adapter: its rank, its scale (alpha / rank) and the layers that get one."""

    rank: int = Field(default=16, ge=1)
    alpha: float = Field(default=32, gt=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    target_modules: str | tuple[str, ...] = "all-linear"


class OptimizerSettings(_Settings):
    """AdamW and its schedule: `warmup_steps` of linear rise, then a cosine down to `final_fraction` of the rate."""

    name: Literal["adamw", "paged_adamw_8bit"] = "adamw"
    learning_rate: float = Field(default=3e-4, gt=0)
    final_fraction: float = Field(default=0.0, ge=0, le=1)
    warmup_steps: int = Field(default=10, ge=0)
    weight_decay: float = Field(default=0.0, ge=0)
    beta2: float = Field(default=0.99, gt=0, lt=1)
    clip_norm: float = Field(default=1.0, gt=0)


class EndSettings(_Settings):
    """The last steps of a run, on the best examples alone.

    They go on at `final_fraction` of the rate, where those before stop, and take it along a cosine down to nothing.
    """

    train_file: Path
    steps: int = Field(ge=1)


class TrainConfig(_Settings):
    """Everything that decides a training run.

    `base` is a GGUF file, a model folder, a name on the hub, or `embedded` or `embedded-better`: the model file that
    the application serves in its default or its better tier.
    `silver_file` holds more examples, whose labels nobody read over; each says its own weight in the loss. They make
    up `silver_share` of each batch, rounded to whole examples and at least one.
    The tokens of a task's name, whose wording is free, count `name_weight` in the loss; those that decide something 1.
    `soft_targets_file` holds what a larger model believes of the examples, as `teach` writes it: in the loss that
    counts for `soft_share` and the answer itself for the rest.
    `start_from` is an adapter of the same shape, a folder that an earlier run left or a GGUF file that `export` wrote;
    without one it starts fresh.
    `batch_examples` is the size of an optimiser step; it is worked off in rows of at most `row_tokens` tokens by
    `processes` processes on this computer. Examples over `max_tokens` are left out. The run stops after `max_steps`,
    or when the evaluation loss has not improved for `patience` evaluations. With `end` it goes on after `max_steps`,
    with the steps and examples that the end has of its own; silver labels have no part in them. At every evaluation
    the model also plans `score_examples` held-out recipes, which takes a while. `shard_frozen` spreads the base over
    the processes; `compile_kernels` needs a C++ compiler.
    """

    base: str
    start_from: Path | None = None
    train_file: Path
    silver_file: Path | None = None
    silver_share: float = Field(default=0.25, gt=0, lt=1)
    name_weight: float = Field(default=1.0, ge=0, le=1)
    soft_targets_file: Path | None = None
    soft_share: float = Field(default=0.7, gt=0, le=1)
    eval_file: Path | None = None
    cache: Path = Path("~/.cache/kitchen-agent/finetune")
    base_precision: BasePrecision = "fp32"
    lora: LoraSettings = LoraSettings()
    optimizer: OptimizerSettings = OptimizerSettings()
    batch_examples: int = Field(default=8, ge=1)
    row_tokens: int = Field(default=1024, ge=1)
    max_tokens: int = Field(default=2048, ge=2)
    max_steps: int = Field(default=200, ge=1)
    end: EndSettings | None = None
    save_every: int = Field(default=50, ge=1)
    keep_checkpoints: int = Field(default=3, ge=1)
    eval_every: int = Field(default=50, ge=1)
    eval_examples: int = Field(default=60, ge=1)
    score_examples: int = Field(default=0, ge=0)
    patience: int | None = Field(default=None, ge=1)
    gradient_checkpointing: bool = False
    compile_kernels: bool = False
    threads: int | None = Field(default=None, ge=1)
    processes: int = Field(default=1, ge=1)
    shard_frozen: bool = False
    seed: int = 0

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.base_precision == "int8-cpu" and self.lora.dropout:
            raise ValueError("lora.dropout is not possible with base_precision int8-cpu; set it to 0")
        if self.shard_frozen and self.base_precision not in ("bf16", "fp32"):
            raise ValueError(f"shard_frozen needs base_precision bf16 or fp32, not {self.base_precision}")
        if self.shard_frozen and self.score_examples:
            raise ValueError("score_examples is not possible with shard_frozen; set it to 0")
        if self.silver_file and self.batch_examples == 1:
            raise ValueError("silver_file needs batch_examples of at least 2: a batch has examples of both kinds")
        if self.silver_file and self.soft_targets_file:
            raise ValueError("soft_targets_file is not possible with silver_file; set one of them to null")
        if self.end and not self.optimizer.final_fraction:
            raise ValueError("end needs optimizer.final_fraction above 0: its rate falls from there")
        if self.end and self.patience:
            raise ValueError("patience is not possible with end, which it would leave out; set one of them to null")
        return self

    @property
    def all_steps(self) -> int:
        """The steps of the whole run, those of its end included."""
        return self.max_steps + (self.end.steps if self.end else 0)

    @property
    def silver_places(self) -> int:
        """How many examples of a batch are silver labels."""
        if self.silver_file is None:
            return 0
        return min(self.batch_examples - 1, max(1, round(self.batch_examples * self.silver_share)))


def load_config(name: str, overrides: Sequence[str] = ()) -> TrainConfig:
    """The config called `name` (a preset of this package or a YAML file) with `a.b=value` overrides applied.

    Raises InputError that names the field, the value and what is expected.
    """
    preset = CONFIG_FOLDER / f"{name}.yaml"
    path = preset if preset.is_file() else Path(name)
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in CONFIG_FOLDER.glob("*.yaml")))
        raise InputError(f"config {name!r}: neither a preset nor a file. Presets: {known}.")
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"config {path}: not YAML ({reason(error)}).") from error
    if not isinstance(settings, dict):
        raise InputError(f"config {path}: not a mapping of fields to values.")
    for override in overrides:
        _override(settings, override)
    try:
        return TrainConfig.model_validate(settings)
    except ValidationError as error:
        raise InputError(f"config {path}: {reason(error)}.") from error


def _override(settings: dict[str, Any], override: str) -> None:
    dotted, equals, text = override.partition("=")
    if not equals:
        raise InputError(f"override {override!r}: write it as field=value, e.g. lora.rank=8.")
    *parents, last = dotted.strip().replace("-", "_").split(".")
    place = settings
    for parent in parents:
        place = place.setdefault(parent, {})
        if not isinstance(place, dict):
            raise InputError(f"override {override!r}: {parent!r} has no fields.")
    try:
        place[last] = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"override {override!r}: {text!r} is not a value.") from error


def as_overrides(arguments: Sequence[str]) -> Iterator[str]:
    """`--lora.rank 8` and `--lora.rank=8` as `lora.rank=8`; raises InputError for what is neither."""
    words = iter(arguments)
    for word in words:
        name = word.removeprefix("--")
        if name == word:
            raise InputError(f"argument {word!r}: not an option. Write --field value.")
        if "=" in name:
            yield name
            continue
        value = next(words, None)
        if value is None:
            raise InputError(f"option {word}: has no value. Write {word} VALUE.")
        yield f"{name}={value}"
