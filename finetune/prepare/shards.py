"""Work on a long stream in shards, on all cores, so that a kill costs at most the shards in work.

A shard is finished when its summary file exists; files appear whole or not at all. The stream is read again after a
kill, which is cheap, but finished shards are not worked on again. Only a few shards are in memory at a time.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from finetune.files import write_text

T = TypeVar("T")
Summary = dict[str, Any]
SHARD_ROWS = 2000
_SHARD_FILE = re.compile(r"\d{5,}\.(?:json|jsonl|npy)")


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def summary_file(folder: Path, number: int) -> Path:
    """The file whose presence says that shard `number` is finished."""
    return folder / f"{number:05}.json"


def forget_shards(folder: Path) -> None:
    """Remove the files of the shards in `folder`, and nothing else that is kept there."""
    summaries_first = sorted(folder.glob("*"), key=lambda path: path.suffix != ".json")
    for path in summaries_first:
        if _SHARD_FILE.fullmatch(path.name):
            path.unlink()


def in_shards(
    stream: Iterable[T],
    folder: Path,
    work: Callable[[Path, int, tuple[T, ...]], Summary],
    workers: int,
    on_done: Callable[[int], None] = lambda _: None,
) -> list[Summary]:
    """Call `work(folder, number, rows)` for each SHARD_ROWS of `stream`; the summaries that it returned, in order.

    `work` must be importable (it runs in other processes unless `workers` is 1) and write its files whole.
    `on_done` hears the number of rows of each finished shard.
    """
    folder.mkdir(parents=True, exist_ok=True)
    summaries: dict[int, Summary] = {}
    for number, summary in _results(_shards(stream), folder, work, workers):
        summaries[number] = summary
        on_done(summary["rows"])
    return [summaries[number] for number in sorted(summaries)]


def finish_shard(
    folder: Path, number: int, work: Callable[[Path, int, tuple[T, ...]], Summary], rows: tuple[T, ...]
) -> Summary:
    """Do one shard and write its summary."""
    summary = work(folder, number, rows)
    write_text(summary_file(folder, number), json.dumps(summary))
    return summary


def _shards(stream: Iterable[T]) -> Iterator[tuple[int, tuple[T, ...]]]:
    rows, number = iter(stream), 0
    while shard := tuple(islice(rows, SHARD_ROWS)):
        yield number, shard
        number += 1


def _results(
    shards: Iterator[tuple[int, tuple[T, ...]]],
    folder: Path,
    work: Callable[[Path, int, tuple[T, ...]], Summary],
    workers: int,
) -> Iterator[tuple[int, Summary]]:
    if workers == 1:
        for number, rows in shards:
            yield number, _kept(folder, number) or finish_shard(folder, number, work, rows)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting: dict[Future[Summary], int] = {}
        for number, rows in shards:
            if (kept := _kept(folder, number)) is not None:
                yield number, kept
                continue
            waiting[pool.submit(finish_shard, folder, number, work, rows)] = number
            while len(waiting) >= 2 * workers:
                yield from _finished(waiting)
        while waiting:
            yield from _finished(waiting)


def _finished(waiting: dict[Future[Summary], int]) -> Iterator[tuple[int, Summary]]:
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        yield waiting.pop(future), future.result()


def _kept(folder: Path, number: int) -> Summary | None:
    path = summary_file(folder, number)
    if not path.is_file():
        return None
    summary: Summary = json.loads(path.read_text(encoding="utf-8"))
    return summary
