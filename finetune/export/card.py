"""The model card of an exported adapter, generated from its manifest and its evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finetune.evaluate.report import Report, comparison
from finetune.export.manifest import Manifest, Trained
from finetune.sentences.scoring import Score


@dataclass(frozen=True)
class _Subject:
    """What an adapter makes the base model do, what it learnt it from, and what it cannot do."""

    does: str
    data: str
    limits: str


_LICENCE = """\
- The base model and this adapter: Apache-2.0.
- The recipes: Wikibooks Cookbook, CC BY-SA 4.0, by the authors of its pages. Their texts are not distributed here; the
  annotated graphs are, under the same licence."""

_SUBJECTS: dict[Trained, _Subject] = {
    "plan": _Subject(
        does="write task graphs of recipes: which pieces of work a dish has, how long each keeps a cook and the "
        "equipment busy, and what must come first",
        data="""\
Recipes of the Wikibooks Cookbook and of this project's own cookbook, annotated as task graphs by the guide in
`docs/task-graph.md` (`finetune/data/README.md`), less the development set (`finetune/data/dev_keys.txt`), which no
training step saw and on which the figures below were measured. The annotations were made with a large language model
and checked by machine.""",
        limits="""\
- English recipes with an ingredient list and a method. Other languages, and texts that are no recipe, give nonsense
  in the right format.
- Times that the text does not state are estimates of a home cook's pace; a cook should look them over.
- It says nothing about food safety, allergens or nutrition.
- It answers in the line format of `kitchen_agent/lineformat.py` and only to the prompt version named above.""",
    ),
    "events": _Subject(
        does="turn what cooks say while they cook into one event of the session: what is started, done, late, burnt, "
        "broken or wanted",
        data="""\
Sayings that `python -m finetune prepare-sentences` makes about dinners of the annotated recipes, in varied wordings.
The figures below are of sentences written by hand (`finetune/data/sentences`): a part for tuning, and a part kept from
it.""",
        limits="""\
- English sentences about what is on the session's plan. What names no task, cook or equipment of the session is asked
  back or refused.
- One event a sentence.
- It answers under the grammar of `kitchen_agent/live/eventline.py`.""",
    ),
}


def model_card(manifest: Manifest, reports: Sequence[Report], heard: Sequence[Score] = ()) -> str:
    """The card in Markdown; `reports` and `heard` become tables, or the card says that there are no figures."""
    settings = [f"| {name} | {value} |" for name, value in manifest.training.items()]
    subject = _SUBJECTS[manifest.purpose]
    parts = [
        f"# {manifest.file}",
        f"A LoRA adapter that makes {manifest.base.name} {subject.does}.",
        "## File",
        _rows(_facts(manifest)),
        "## Data",
        subject.data,
        "## Licence",
        _LICENCE,
        "## Training",
        "\n".join(["| setting | value |", "| --- | --- |", *settings]) if settings else "No settings recorded.",
        "## Figures",
        "\n\n".join([*_graph_figures(reports), *_sentence_figures(heard)]) or "Not evaluated yet.",
        "## Limits",
        subject.limits,
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


def _graph_figures(reports: Sequence[Report]) -> list[str]:
    if not reports:
        return []
    first = reports[0]
    return [
        f"{first.recipes} recipes of `{first.reference}`; the metrics are defined in `finetune/metrics.py`. "
        "Made by `python -m finetune evaluate`.",
        comparison(reports),
    ]


def _sentence_figures(heard: Sequence[Score]) -> list[str]:
    if not heard:
        return []
    rows = [f"| {one.split} | {one.sentences} | {one.accuracy:.3f} | {one.seconds_median:.2f} |" for one in heard]
    head = ["| part | sentences | exact events | median seconds |", "| --- | --- | --- | --- |"]
    return ["Made by `python -m finetune evaluate-sentences`.", "\n".join([*head, *rows])]


def _rows(facts: dict[str, str]) -> str:
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in facts.items())])
