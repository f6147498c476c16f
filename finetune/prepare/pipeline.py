"""The steps from sources to training files.

    clean       every source in shards: parse, clean, sign            shards/N-KIND/NNNNN.{jsonl,npy,json}
    cluster     near-copies over all sources together                 in memory: some 110 bytes a recipe
    split       a cluster belongs to training or to evaluation, whole
    write       train.jsonl (the best of it again in end.jsonl), eval.jsonl,
                recipes.jsonl (one unannotated recipe of each training cluster)
    silver      those recipes with the labels of a planner            silver/NNNNN.jsonl, silver.jsonl

Each file appears whole or not at all, and a second call does only what is missing. With other inputs it removes what
it made from the ones before, and nothing else: the folder may hold runs, and what a model planned stays true.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from finetune.files import replacing, write_text
from finetune.prepare.cleaned_shards import clean_shard
from finetune.prepare.examples import example
from finetune.prepare.shards import Summary, forget_shards, in_shards
from finetune.prepare.silver import SILVER_FILE
from finetune.prepare.similarity import PLACES, cluster
from finetune.prepare.sources import Source
from kitchen_agent.recipe import Recipe
from kitchen_agent.taskgraph import TaskGraph

FORMAT = 2
INPUTS_FILE, MANIFEST_FILE, STATISTICS_FILE = "inputs.json", "manifest.json", "tokens.json"
_SHARDS, _SILVER, _SIGNATURES = "shards", "silver", "signatures.npy"
_EXAMPLES = ("train.jsonl", "end.jsonl", "eval.jsonl", "recipes.jsonl")
_PRODUCTS = (*_EXAMPLES, SILVER_FILE, MANIFEST_FILE, STATISTICS_FILE, _SIGNATURES)


class Counts(BaseModel):
    """What became of the recipes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    read: int
    dropped: dict[str, int]
    near_copies: int
    train: int
    end: int
    eval: int
    unannotated: int
    silver: int = 0


@dataclass(frozen=True)
class Inputs:
    """What a preparation is made of.

    `eval_keys` name the annotated recipes to hold out, else `eval_share` of them; `end_keys` those to end training on.
    Where several of the `sources` have the recipe of a graph it is that of the first.
    """

    sources: tuple[Source, ...]
    graphs: dict[str, TaskGraph]
    eval_keys: frozenset[str] = frozenset()
    eval_share: float = 0.1
    limit: int | None = None
    end_keys: frozenset[str] = frozenset()

    def identity(self) -> str:
        """The SHA-256 of everything that the result depends on."""
        parts = [
            str(FORMAT),
            *(source.identity() for source in self.sources),
            *(graph.model_dump_json() for graph in self.graphs.values()),
            *sorted(self.eval_keys),
            f"{self.eval_share} {self.limit}",
            *sorted(self.end_keys),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Place:
    """Which recipes are kept: by row over all shards, whether it is written, has a graph, and is held out."""

    chosen: NDArray[np.bool_]
    annotated: NDArray[np.bool_]
    held_out: NDArray[np.bool_]


def prepare(inputs: Inputs, output: Path, workers: int, on_done: Callable[[int], None] = lambda _: None) -> Counts:
    """Make the training files in `output`; returns and writes the counts."""
    _claim(output, inputs.identity())
    summaries: list[Summary] = []
    unread: list[str] = []
    files: dict[Path, Source] = {}
    for number, source in enumerate(inputs.sources):
        folder = output / _SHARDS / f"{number}-{source.kind}"
        rows = source.rows(inputs.limit, lambda error: unread.append(str(error)))
        work = partial(clean_shard, source.annotated(inputs.graphs))
        summaries += in_shards(rows, folder, work, workers, on_done)
        files |= dict.fromkeys(sorted(folder.glob("*.jsonl")), source)
    signatures = _joined_signatures(files, output / _SIGNATURES)
    place = choose(inputs, files, cluster(signatures))
    written = _write(inputs, files, place, output)
    dropped: Counter[str] = Counter({"file not readable": len(unread)} if unread else {})
    for summary in summaries:
        dropped.update(summary["dropped"])
    counts = Counts(
        read=sum(summary["rows"] for summary in summaries) + len(unread),
        dropped=dict(sorted(dropped.items())),
        near_copies=int((~place.chosen).sum()),
        **written,
    )
    write_text(output / MANIFEST_FILE, counts.model_dump_json(indent=1) + "\n")
    return counts


def choose(inputs: Inputs, files: Mapping[Path, Source], clusters: NDArray[np.int32]) -> Place:
    """One recipe of each cluster, and each annotated one; a cluster with a held-out recipe is held out whole."""
    annotated, repeated, named = (np.zeros(len(clusters), dtype=np.bool_) for _ in range(3))
    found: set[str] = set()
    for row, (key, may_have_graph) in enumerate(_keys(inputs, files)):
        if may_have_graph:
            annotated[row], repeated[row] = key not in found, key in found
            found.add(key)
        if inputs.eval_keys:
            named[row] = key in inputs.eval_keys and (may_have_graph or key not in inputs.graphs)
        else:
            named[row] = annotated[row] and _falls(key, inputs.eval_share)
    held_out_clusters = np.zeros(int(clusters.max(initial=-1)) + 1, dtype=np.bool_)
    held_out_clusters[clusters[named]] = True
    first = np.zeros(len(clusters), dtype=np.bool_)
    first[np.unique(clusters, return_index=True)[1]] = True
    with_annotated = np.zeros_like(held_out_clusters)
    with_annotated[clusters[annotated]] = True
    held_out = held_out_clusters[clusters]
    chosen = np.where(with_annotated[clusters], annotated, first & ~held_out & ~repeated)
    return Place(chosen, annotated, held_out)


def _write(inputs: Inputs, files: Iterable[Path], place: Place, output: Path) -> dict[str, int]:
    counts: Counter[str] = Counter(train=0, end=0, eval=0, unannotated=0)
    with ExitStack() as stack:
        paths = [stack.enter_context(replacing(output / name)) for name in _EXAMPLES]
        train, end, held_out, unannotated = (stack.enter_context(path.open("w", encoding="utf-8")) for path in paths)
        for row, line in enumerate(_lines(files)):
            if not place.chosen[row]:
                continue
            recipe = Recipe.model_validate_json(line)
            if not place.annotated[row]:
                unannotated.write(line)
                counts["unannotated"] += 1
                continue
            text = example(recipe, inputs.graphs[recipe.key]).model_dump_json() + "\n"
            if place.held_out[row]:
                held_out.write(text)
                counts["eval"] += 1
                continue
            train.write(text)
            counts["train"] += 1
            if recipe.key in inputs.end_keys:
                end.write(text)
                counts["end"] += 1
    return dict(counts)


def _claim(output: Path, identity: str) -> None:
    """Make `output` the folder of the inputs with this `identity`, without what others left."""
    path = output / INPUTS_FILE
    if path.is_file() and json.loads(path.read_text(encoding="utf-8"))["sha256"] != identity:
        write_text(path, json.dumps({"sha256": None}) + "\n")  # half removed it belongs to nobody
        shutil.rmtree(output / _SHARDS, ignore_errors=True)
        forget_shards(output / _SILVER)
        for name in _PRODUCTS:
            (output / name).unlink(missing_ok=True)
    write_text(path, json.dumps({"sha256": identity}) + "\n")


def _joined_signatures(files: Iterable[Path], path: Path) -> NDArray[np.uint8]:
    """The signatures of all shards as one memory map, in the order of the files."""
    parts = [file.with_suffix(".npy") for file in files]
    rows = [len(np.load(part, mmap_mode="r")) for part in parts]
    if not sum(rows):
        return np.empty((0, PLACES), dtype=np.uint8)
    with replacing(path) as temporary:
        joined = np.lib.format.open_memmap(temporary, mode="w+", dtype=np.uint8, shape=(sum(rows), PLACES))
        start = 0
        for part, count in zip(parts, rows, strict=True):
            joined[start : start + count] = np.load(part)
            start += count
        joined.flush()
        del joined
    opened: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return opened


def _lines(files: Iterable[Path]) -> Iterator[str]:
    for path in files:
        with path.open(encoding="utf-8") as file:
            yield from file


def _keys(inputs: Inputs, files: Mapping[Path, Source]) -> Iterator[tuple[str, bool]]:
    """The key of each row, and whether there is a graph that may be of its recipe."""
    for path, source in files.items():
        annotated = source.annotated(inputs.graphs)
        for line in _lines([path]):
            key: str = json.loads(line)["key"]
            yield key, key in annotated


def _falls(key: str, share: float) -> bool:
    """Whether `key` belongs to a `share` of all keys, by its hash: the same for ever."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) < share * 2**64
