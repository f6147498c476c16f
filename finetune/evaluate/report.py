"""The outcome of an evaluation: JSON for machines, a table for the terminal, Markdown for documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from rich.table import Table

from finetune.errors import DataError, reason
from finetune.files import write_text
from finetune.metrics import METRICS, SCORE

COLUMNS = (*METRICS, SCORE)
FURTHER_COLUMNS = ("scheduled", "makespan error", "s/recipe")
WORST_SHOWN = 10


class ScheduleFigures(BaseModel):
    """What the predicted graphs are worth to the scheduler: each dish alone in the default kitchen.

    `scheduled` is the share of recipes whose predicted graph fits the kitchen, of those whose reference fits.
    `makespan_error` is the median of |predicted − reference| / reference over the dishes that were scheduled, and
    `makespan_within_fifth` the share of all recipes where that is at most 0.2.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipes: int
    scheduled: float
    makespan_error: float
    makespan_within_fifth: float


class RecipeResult(BaseModel):
    """One recipe's own score and metrics; `faults` says why a prediction is invalid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    score: float
    metrics: dict[str, float]
    faults: tuple[str, ...] = ()


class Report(BaseModel):
    """One planner's figures on one file of reference graphs.

    `groups` are the same metrics over the recipes of one course. `seconds_per_recipe` is None when the
    predictions were not made in this evaluation. `judge_version` is that of the code that parsed, mended and checked
    the answers (`finetune/evaluate/judge.py`): figures of another one may not hold any more. Reports from before it was
    kept have None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    planner: str
    reference: str
    reference_sha256: str
    prompt_version: str
    judge_version: str | None = None
    recipes: int
    metrics: dict[str, float]
    groups: dict[str, dict[str, float]]
    schedule: ScheduleFigures | None
    seconds_per_recipe: float | None
    results: tuple[RecipeResult, ...]

    def worst(self, count: int = WORST_SHOWN) -> list[RecipeResult]:
        """The recipes with the lowest scores, lowest first."""
        return sorted(self.results, key=lambda result: (result.score, result.key))[:count]


def read_report(path: Path) -> Report:
    """The report at `path`; raises DataError when it is none."""
    try:
        return Report.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise DataError(path, f"not an evaluation report ({reason(error)})", "Make it with `evaluate`.") from error


def write_report(report: Report, folder: Path) -> tuple[Path, Path]:
    """Write `report` as JSON and as Markdown into `folder`, named after its planner; returns both paths."""
    stem = "".join(c if c.isalnum() or c in "-._" else "-" for c in report.planner)
    json_path, markdown_path = folder / f"{stem}.json", folder / f"{stem}.md"
    write_text(json_path, report.model_dump_json(indent=1) + "\n")
    write_text(markdown_path, markdown(report))
    return json_path, markdown_path


def markdown(report: Report) -> str:
    """`report` as a document: figures, groups, the worst recipes."""
    lines = [
        f"# Evaluation of {report.planner}",
        "",
        f"{report.recipes} recipes of `{report.reference}` (SHA-256 {report.reference_sha256[:12]}…), "
        f"prompt version {report.prompt_version}, {_judged_by(report)}.",
        "",
        comparison([report]),
        "## By course",
        "",
        _table(["course", *COLUMNS], [[name, *_cells(values)] for name, values in report.groups.items()]),
        "## Lowest scores",
        "",
        _table(["score", "recipe", "what was wrong"], [_worst_row(result) for result in report.worst()]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def comparison(reports: Sequence[Report]) -> str:
    """A Markdown table with one row for each planner."""
    head = ["planner", *COLUMNS, *FURTHER_COLUMNS]
    return _table(head, [[report.planner, *_cells(report.metrics), *_further_cells(report)] for report in reports])


def rich_table(reports: Sequence[Report]) -> Table:
    """The comparison for the terminal: a row for each metric, a column for each planner."""
    table = Table(title=f"{reports[0].recipes} recipes of {reports[0].reference}")
    table.add_column("metric")
    for report in reports:
        table.add_column(report.planner, justify="right")
    for name in COLUMNS:
        table.add_row(name, *(f"{r.metrics[name]:.4f}" for r in reports), style="bold" if name == SCORE else None)
    for row, name in enumerate(FURTHER_COLUMNS):
        table.add_row(name, *(_further_cells(report)[row] for report in reports))
    return table


def _judged_by(report: Report) -> str:
    return f"judge version {report.judge_version[:12]}…" if report.judge_version else "judge version not recorded"


def _cells(values: dict[str, float]) -> list[str]:
    return [f"{values[name]:.3f}" for name in COLUMNS]


def _further_cells(report: Report) -> list[str]:
    schedule = report.schedule
    return [
        f"{schedule.scheduled:.3f}" if schedule else "–",
        f"{schedule.makespan_error:.3f}" if schedule else "–",
        f"{report.seconds_per_recipe:.2f}" if report.seconds_per_recipe is not None else "–",
    ]


def _worst_row(result: RecipeResult) -> list[str]:
    low = [f"{name} {value:.2f}" for name, value in sorted(result.metrics.items(), key=lambda item: item[1])[:3]]
    return [f"{result.score:.3f}", result.key, "; ".join(result.faults) or ", ".join(low)]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
