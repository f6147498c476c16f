"""One shard of a source, cleaned and signed: the work that runs on every core."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np

from finetune.files import replacing, write_text
from finetune.prepare.cleaning import Unfit, clean
from finetune.prepare.shards import Summary
from finetune.prepare.similarity import PLACES, signature
from finetune.prepare.sources import Row, raw_of
from kitchen_agent.recipe import Recipe

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")  # JSON can name them, but no UTF-8 file can hold them


def clean_shard(annotated: frozenset[str], folder: Path, number: int, rows: tuple[Row, ...]) -> Summary:
    """Write the fit recipes among `rows` as JSON Lines and their signatures beside them; returns the counts.

    Those with a key in `annotated` stay as they are: their graphs refer to ingredients and steps by number.
    """
    dropped: Counter[str] = Counter()
    kept: list[Recipe] = []
    for row in rows:
        found = _fit(row, annotated)
        if isinstance(found, Unfit):
            dropped[found.reason] += 1
        else:
            kept.append(found)
    signatures = np.array([signature(recipe) for recipe in kept], dtype=np.uint8).reshape(-1, PLACES)
    with replacing(folder / f"{number:05}.npy") as temporary, temporary.open("wb") as file:
        np.save(file, signatures)
    write_text(folder / f"{number:05}.jsonl", "".join(recipe.model_dump_json() + "\n" for recipe in kept))
    return {"rows": len(rows), "kept": len(kept), "dropped": dropped}


def _fit(row: Row, annotated: frozenset[str]) -> Recipe | Unfit:
    raw = raw_of(row)
    if raw is None or any(map(_HALF_CHARACTER.search, (raw.key, raw.title, *raw.ingredients, *raw.steps))):
        return Unfit("row not readable")
    return row if isinstance(row, Recipe) and row.key in annotated else clean(raw)
