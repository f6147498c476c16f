"""Near-copies of recipes: MinHash signatures, and clusters of those that are alike (Broder 1997).

A recipe is the set of its runs of three words. Two sets' Jaccard similarity is estimated by the share of equal
places in their signatures; candidates come from locality-sensitive hashing in bands. Of each place one byte is
kept, which adds 1/256 to the similarity of strangers and makes a signature 64 bytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kitchen_agent.recipe import Recipe

PLACES = 64
BANDS = 16
SIMILAR_MIN = 0.6
RUN_WORDS = 3
_WORD = re.compile(r"[^\W\d_]+")
_EMPTY = MinHash(num_perm=PLACES, seed=1, hashfunc=zlib.crc32)
Signatures = NDArray[np.uint8]


def signature(recipe: Recipe) -> Signatures:
    """The MinHash signature of the recipe's words, PLACES bytes; figures do not count."""
    words = _WORD.findall(" ".join((recipe.title, *recipe.ingredients, *recipe.steps)).lower())
    runs = {" ".join(words[start : start + RUN_WORDS]) for start in range(max(1, len(words) - RUN_WORDS + 1))}
    minhash = _EMPTY.copy()
    minhash.update_batch([run.encode() for run in runs])
    bytes_kept: Signatures = (minhash.hashvalues & 0xFF).astype(np.uint8)
    return bytes_kept


def cluster(signatures: Signatures) -> NDArray[np.int32]:
    """For each of the (recipes, PLACES) signatures the number of its cluster.

    Recipes are in one cluster when a chain of pairs, each at least SIMILAR_MIN alike, joins them. `signatures` may be
    a memory map; beside it some 40 bytes a recipe are in memory.
    """
    count = len(signatures)
    edges = [pairs for band in range(BANDS) for pairs in _alike_in_band(signatures, band)]
    joined = np.concatenate(edges) if edges else np.empty((0, 2), dtype=np.int64)
    graph = coo_array((np.ones(len(joined), dtype=np.int8), (joined[:, 0], joined[:, 1])), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, dtype=np.int32)


def _alike_in_band(signatures: Signatures, band: int) -> Iterator[NDArray[np.int64]]:
    """Pairs (n, 2) that share the bytes of `band` and are alike: each with the one before it and the bucket's first."""
    rows = PLACES // BANDS
    keys = np.ascontiguousarray(signatures[:, band * rows : (band + 1) * rows]).view(np.uint32).ravel()
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=np.uint32(keys[order[0]] + 1)) if len(keys) else keys)
    lengths = np.diff(starts, append=len(order))
    first = np.repeat(starts, lengths)
    place = np.arange(len(order))
    later = place > first
    for other in (place - 1, first):
        pairs = np.stack([order[other[later]], order[later]], axis=1)
        yield pairs[_similar(signatures, pairs)]


def _similar(signatures: Signatures, pairs: NDArray[np.int64], at_once: int = 100_000) -> NDArray[np.bool_]:
    alike = np.empty(len(pairs), dtype=np.bool_)
    for start in range(0, len(pairs), at_once):
        some = pairs[start : start + at_once]
        equal = np.count_nonzero(signatures[some[:, 0]] == signatures[some[:, 1]], axis=1)
        alike[start : start + at_once] = equal >= SIMILAR_MIN * PLACES
    return alike
