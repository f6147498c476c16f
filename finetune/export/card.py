"""The model card of an exported adapter, generated from its manifest and its evaluations."""

from __future__ import annotations

from collections.abc import Sequence

from finetune.evaluate.report import Report, comparison
from finetune.export.manifest import Manifest

_DATA = """\
600 recipes of the Wikibooks Cookbook, annotated as task graphs by the guide in `docs/task-graph.md`, less the
development set (`finetune/data/dev_keys.txt`), which no training step saw and on which the figures below were measured.
The annotations were made with a large language model, checked by machine and read over."""

_LICENCE = """\
- The base model and this adapter: Apache-2.0.
- The recipes: Wikibooks Cookbook, CC BY-SA 4.0, by the authors of its pages. Their texts are not distributed here; the
  annotated graphs are, under the same licence."""

_LIMITS = """\
- English recipes with an ingredient list and a method. Other languages, and texts that are no recipe, give nonsense
  in the right format.
- Times that the text does not state are estimates of a home cook's pace; a cook should look them over.
- It says nothing about food safety, allergens or nutrition.
- It answers in the line format of `kitchen_agent/lineformat.py` and only to the prompt version named above."""


def model_card(manifest: Manifest, reports: Sequence[Report]) -> str:
    """The card in Markdown; `reports` are compared in one table, or the card says that there are none."""
    settings = [f"| {name} | {value} |" for name, value in manifest.training.items()]
    parts = [
        f"# {manifest.file}",
        f"A LoRA adapter that makes {manifest.base.name} write task graphs of recipes: which pieces of work a dish "
        "has, how long each keeps a cook and the equipment busy, and what must come first.",
        "## File",
        _rows(_facts(manifest)),
        "## Data",
        _DATA,
        "## Licence",
        _LICENCE,
        "## Training",
        "\n".join(["| setting | value |", "| --- | --- |", *settings]) if settings else "No settings recorded.",
        "## Figures",
        _figures(reports),
        "## Limits",
        _LIMITS,
    ]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _facts(manifest: Manifest) -> dict[str, str]:
    return {
        "SHA-256": f"`{manifest.sha256}`",
        "size": f"{manifest.size_bytes:,} bytes",
        "base model": f"{manifest.base.name} (`{manifest.base.file}`)",
        "base SHA-256": f"`{manifest.base.sha256}`",
        "rank, alpha": f"{manifest.rank}, {manifest.alpha:g}",
        "prompt version": manifest.prompt_version,
        "training run": manifest.run if manifest.step is None else f"{manifest.run}, step {manifest.step}",
    }


def _figures(reports: Sequence[Report]) -> str:
    if not reports:
        return "Not evaluated yet."
    first = reports[0]
    return (
        f"{first.recipes} recipes of `{first.reference}`; the metrics are defined in `finetune/metrics.py`. "
        f"Made by `python -m finetune evaluate`.\n\n{comparison(reports)}"
    )


def _rows(facts: dict[str, str]) -> str:
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in facts.items())])
