"""`python -m finetune export`, `merge` and `average`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from finetune import runlog
from finetune.bases import EMBEDDED, base_file
from finetune.errors import InputError
from finetune.evaluate.report import read_report
from finetune.export.card import model_card
from finetune.export.gguf_files import write_adapter, write_merged
from finetune.export.manifest import Base, Manifest, Trained, write_manifest
from finetune.export.peft_adapter import CONFIG_FILE, LoraAdapter, architecture, open_base, read_adapter
from finetune.files import replacing, sha256_of, write_text
from finetune.sentences.scoring import read_scores
from kitchen_agent.modelfiles import PROMPT_FIELD
from kitchen_agent.prompt import PROMPT_VERSION

BASE_FIELD = "kitchen.base_sha256"
LOCAL_SETTINGS = frozenset({"cache", "threads"})


class FileType(StrEnum):
    """What a merged model can be written as."""

    F16 = "F16"
    Q8_0 = "Q8_0"
    Q4_K_M = "Q4_K_M"


class Purpose(StrEnum):
    """What an adapter may be trained for."""

    PLAN = "plan"
    EVENTS = "events"


AdapterFolder = Annotated[Path, typer.Option(help="Folder with a PEFT adapter: a checkpoint of a run.")]
BaseName = Annotated[str, typer.Option(help="The base's GGUF file, `embedded` or `embedded-better`.")]


def export(
    adapter: AdapterFolder,
    output: Annotated[Path, typer.Option(help="The adapter file to write, ending in .gguf.")],
    base: BaseName = "embedded",
    metrics: Annotated[list[Path] | None, typer.Option(help="Reports of `evaluate` for the card.")] = None,
    sentences: Annotated[Path | None, typer.Option(help="The report of `evaluate-sentences` for the card.")] = None,
    purpose: Annotated[Purpose, typer.Option(help="What the adapter was trained for.")] = Purpose.PLAN,
) -> None:
    """Write a trained adapter as a GGUF LoRA, with its manifest and model card."""
    manifest = export_adapter(adapter, _file_of(base), output, metrics or [], sentences, purpose.value)
    Console().print(f"{output}: rank {manifest.rank}, {manifest.size_bytes:,} bytes, SHA-256 {manifest.sha256}")


def merge(
    adapter: AdapterFolder,
    output: Annotated[Path, typer.Option(help="The model file to write, ending in .gguf.")],
    base: BaseName = "embedded",
    file_type: Annotated[FileType, typer.Option(help="How its matrices are stored.")] = FileType.Q4_K_M,
) -> None:
    """Write the base model with a trained adapter merged in, as one GGUF file."""
    merge_adapter(adapter, _file_of(base), output, file_type)
    Console().print(f"{output}: {file_type}, {output.stat().st_size:,} bytes, SHA-256 {sha256_of(output)}")


def average(
    adapters: Annotated[list[Path], typer.Argument(help="Folders with PEFT adapters of one base and one rank.")],
    output: Annotated[Path, typer.Option(help="The folder to write.")],
) -> None:
    """Write the average of trained adapters as a PEFT adapter, which `export` and `train` take."""
    from finetune.export.average import average_adapters  # loads torch, which only this command needs

    lost = average_adapters(adapters, output)
    Console().print(
        f"{output}: the average of {len(adapters)} adapters; cutting it to their rank lost {lost:.2%} of it"
    )


def _file_of(base: str) -> Path:
    path = base_file(base)
    if path is None:
        raise InputError(f"base {base!r}: not a GGUF file. Name one, or {' or '.join(EMBEDDED)}.")
    return path


def export_adapter(
    adapter: Path,
    base: Path,
    output: Path,
    metrics: Sequence[Path] = (),
    sentences: Path | None = None,
    purpose: Trained = "plan",
) -> Manifest:
    """Write the PEFT folder `adapter` as `output`, beside it `.json` (manifest) and `.md` (model card).

    Raises AdapterError when the adapter does not fit `base` or cannot be a GGUF LoRA, DataError for a bad report,
    InputError for an output that does not end in .gguf.
    """
    _refuse_other_ending(output)
    reports = [read_report(path) for path in metrics]
    heard = read_scores(sentences) if sentences else []
    opened = open_base(base)
    lora = read_adapter(adapter, opened)
    base_sha256 = sha256_of(base)
    write_adapter(lora, opened, output, {PROMPT_FIELD: PROMPT_VERSION, BASE_FIELD: base_sha256})
    described = Base(
        name=str(opened.get_field("general.name").contents()),
        file=base.name,
        sha256=base_sha256,
        architecture=architecture(opened),
    )
    figures = [*metrics, *([sentences] if sentences else [])]
    manifest = _describe(adapter, lora, described, output, figures).model_copy(update={"purpose": purpose})
    write_manifest(manifest, output.with_suffix(".json"))
    write_text(output.with_suffix(".md"), model_card(manifest, reports, heard))
    return manifest


def merge_adapter(adapter: Path, base: Path, output: Path, file_type: FileType) -> None:
    """Write `base` with the PEFT folder `adapter` merged into its weights, as `file_type`."""
    _refuse_other_ending(output)
    opened = open_base(base)
    lora, notes = read_adapter(adapter, opened), {PROMPT_FIELD: PROMPT_VERSION}
    if file_type is FileType.F16:
        write_merged(lora, opened, output, notes)
        return
    from kitchen_agent.llama import quantise  # loads llama.cpp, which only this path needs

    with replacing(output) as temporary:
        unquantised = temporary.with_suffix(".f16")
        try:
            write_merged(lora, opened, unquantised, notes)
            quantise(unquantised, temporary, file_type)
        finally:
            unquantised.unlink(missing_ok=True)


def _refuse_other_ending(output: Path) -> None:
    if output.suffix != ".gguf":  # beside X.gguf come X.json and X.md, which must not take its place
        raise InputError(f"--output {output}: it does not end in .gguf. Write {output.with_suffix('.gguf')}.")


def _describe(adapter: Path, lora: LoraAdapter, base: Base, output: Path, metrics: Sequence[Path]) -> Manifest:
    step = re.search(r"(\d+)$", adapter.name)
    run = next((folder for folder in adapter.parents[:2] if (folder / runlog.CONFIG_FILE).is_file()), adapter)
    return Manifest(
        file=output.name,
        sha256=sha256_of(output),
        size_bytes=output.stat().st_size,
        base=base,
        prompt_version=PROMPT_VERSION,
        rank=lora.rank,
        alpha=lora.alpha,
        run=run.name,
        step=int(step[1]) if step else None,
        training=_settings(run, adapter),
        metrics_file=metrics[0].name if metrics else None,
    )


def _settings(run: Path, adapter: Path) -> dict[str, str | int | float | bool | None]:
    """The run's settings where it recorded them, else those in the adapter's own configuration."""
    config = run / runlog.CONFIG_FILE
    if config.is_file():
        settings = dict(_flat(json.loads(config.read_text(encoding="utf-8"))))
        return {name: _without_folder(value) for name, value in settings.items() if name not in LOCAL_SETTINGS}
    peft = json.loads((adapter / CONFIG_FILE).read_text(encoding="utf-8"))
    return dict(_flat({name: peft.get(name) for name in ("r", "lora_alpha", "lora_dropout", "target_modules")}))


def _without_folder(value: str | int | float | bool | None) -> str | int | float | bool | None:
    """`value`, but of a path only the file's name: where files lay is nobody's business."""
    return Path(value).name if isinstance(value, str) and value.startswith(("/", "~")) else value


def _flat(value: Any, prefix: str = "") -> list[tuple[str, str | int | float | bool | None]]:
    if isinstance(value, dict):
        return [pair for name, inner in value.items() for pair in _flat(inner, f"{prefix}.{name}" if prefix else name)]
    if isinstance(value, list):
        return [(prefix, ", ".join(sorted(map(str, value))))]
    return [(prefix, value)]
