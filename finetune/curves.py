"""Loss curves: as a picture for people and as text for terminals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from finetune.files import replacing
from finetune.runlog import StepRecord

_SMOOTHING = 0.9


def smoothed(values: Sequence[float], keep: float = _SMOOTHING) -> list[float]:
    """The exponential moving average of `values`, corrected for its start."""
    result, average, share = [], 0.0, 0.0
    for value in values:
        average, share = keep * average + (1 - keep) * value, keep * share + (1 - keep)
        result.append(average / share)
    return result


def save_picture(path: Path, runs: Mapping[str, Sequence[StepRecord]]) -> None:
    """Draw the loss of each named run over its steps as a PNG at `path`: batches thin, average thick, held-out dots."""
    figure = Figure(figsize=(8, 4.5), dpi=120)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for number, (name, records) in enumerate(runs.items()):
        colour = f"C{number}"
        steps, losses = [record.step for record in records], [record.loss for record in records]
        axes.plot(steps, losses, color=colour, linewidth=0.6, alpha=0.4)
        axes.plot(steps, smoothed(losses), color=colour, linewidth=1.8, label=f"{name}: training")
        held_out = [(record.step, record.eval_loss) for record in records if record.eval_loss is not None]
        if held_out:
            axes.plot(*zip(*held_out, strict=True), "o--", color=colour, label=f"{name}: held out")
    axes.set(xlabel="optimiser step", ylabel="loss (nats for an answer token)")
    axes.grid(alpha=0.3)
    if runs:
        axes.legend()
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png")


def text_curve(records: Sequence[StepRecord], width: int = 72, height: int = 12) -> str:
    """The smoothed training loss as lines of text: `*` training, `o` held out, the axis at the left."""
    if not records:
        return "(no steps yet)"
    losses = smoothed([record.loss for record in records])
    held_out = [(record.step, record.eval_loss) for record in records if record.eval_loss is not None]
    values = losses + [loss for _, loss in held_out]
    low, high = min(values), max(values)
    first, last = records[0].step, records[-1].step
    grid = [[" "] * width for _ in range(height)]

    def mark(step: int, loss: float, sign: str) -> None:
        column = round((step - first) / max(1, last - first) * (width - 1))
        row = round((high - loss) / ((high - low) or 1.0) * (height - 1))
        grid[row][column] = sign

    for record, loss in zip(records, losses, strict=True):
        mark(record.step, loss, "*")
    for step, loss in held_out:
        mark(step, loss, "o")
    labels = [f"{high - (high - low) * row / (height - 1):6.3f} |" for row in range(height)]
    lines = [label + "".join(cells).rstrip() for label, cells in zip(labels, grid, strict=True)]
    return "\n".join([*lines, " " * 7 + "+" + "-" * width, f"{'':8}{first}{last:>{width - len(str(first))}}"])
