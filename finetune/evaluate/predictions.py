"""Predictions kept as they come, so that a stopped evaluation goes on where it was."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from finetune.evaluate.planners import NoGraphError, Planner
from finetune.files import make_folder
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph


class Prediction(BaseModel):
    """One recipe as a planner sees it: its graph, or None and what was wrong. `seconds` is wall-clock time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    recipe_sha256: str
    graph: TaskGraph | None
    faults: tuple[str, ...] = ()
    seconds: float


def predictions_file(folder: Path, planner: Planner) -> Path:
    """Where the predictions of `planner` are kept: another planner of the same name has another file."""
    digest = hashlib.sha256(planner.identity.encode()).hexdigest()[:12]
    stem = "".join(c if c.isalnum() or c in "-._" else "-" for c in planner.name)
    return folder / f"{stem}-{digest}.predictions.jsonl"


def predict(planner: Planner, recipes: Sequence[Recipe], path: Path, workers: int = 1) -> Iterator[Prediction]:
    """The predictions for `recipes`, those kept in `path` first, then the others as they are made.

    Each new one is appended to `path` before it is yielded.
    """
    kept = _kept(path)
    missing = []
    for recipe in recipes:
        known = kept.get(recipe.key)
        if known and known.recipe_sha256 == _sha256(recipe):
            yield known
        else:
            missing.append(recipe)
    make_folder(path.parent)
    with path.open("a", encoding="utf-8") as file:
        for prediction in _made(planner, missing, workers):
            file.write(prediction.model_dump_json() + "\n")
            file.flush()
            yield prediction


def _made(planner: Planner, recipes: Sequence[Recipe], workers: int) -> Iterator[Prediction]:
    if workers == 1:
        yield from (_planned(planner, recipe) for recipe in recipes)
        return
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(_planned, planner, recipe) for recipe in recipes]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _planned(planner: Planner, recipe: Recipe) -> Prediction:
    started = time.monotonic()
    graph: TaskGraph | None = None
    faults: tuple[str, ...] = ()
    try:
        graph = planner.plan(recipe)
    except NoGraphError as error:
        faults = (str(error),)
    seconds = round(time.monotonic() - started, 3)
    return Prediction(key=recipe.key, recipe_sha256=_sha256(recipe), graph=graph, faults=faults, seconds=seconds)


def _kept(path: Path) -> dict[str, Prediction]:
    """The predictions in `path`. A line that a kill cut short is cut off, so that the next one starts a line."""
    if not path.is_file():
        return {}
    kept: dict[str, Prediction] = {}
    good_bytes = 0
    for line in path.read_bytes().splitlines(keepends=True):
        try:
            prediction = Prediction.model_validate_json(line)
        except ValidationError:
            break
        if not line.endswith(b"\n"):
            break
        kept[prediction.key] = prediction
        good_bytes += len(line)
    with path.open("r+b") as file:
        file.truncate(good_bytes)
    return kept


def _sha256(recipe: Recipe) -> str:
    return hashlib.sha256(recipe.model_dump_json().encode()).hexdigest()


def seconds_per_recipe(predictions: Iterable[Prediction], workers: int) -> float:
    """The mean wall-clock seconds that a recipe costs when `workers` are planned side by side."""
    seconds = [prediction.seconds for prediction in predictions]
    return sum(seconds) / len(seconds) / workers if seconds else 0.0
