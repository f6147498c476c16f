"""`python -m finetune bench-prepare`: rows a second and peak memory of the preparation, on generated rows."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.table import Table

from finetune.errors import WorkError
from finetune.prepare.recipenlg import COLUMNS
from finetune.prepare.shards import cores

_FOODS = (
    "onions", "carrots", "potatoes", "tomatoes", "flour", "butter", "sugar", "eggs", "milk", "cream", "rice", "beans",
    "lentils", "chicken", "beef", "pork", "salmon", "cheese", "garlic", "ginger", "basil", "parsley", "thyme", "cumin",
    "paprika", "pepper", "salt", "oil", "vinegar", "honey", "almonds", "apples", "lemons", "pears",
)  # fmt: skip
_WORK = ("Chop", "Mix", "Fry", "Boil", "Bake", "Simmer", "Whisk", "Peel", "Roast", "Grate", "Drain", "Season")
_WAYS = (
    "until golden", "for {n} minutes", "in a large bowl", "over medium heat", "at {t} degrees", "and set aside",
    "with the rest of the butter", "until soft and fragrant", "and let it rest for {n} minutes",
)  # fmt: skip
NEAR_COPIES = 0.1
_SAMPLE_SECONDS = 0.05


def write_rows(path: Path, count: int, seed: int = 0) -> None:
    """Write `count` made-up recipes in RecipeNLG's format; a tenth are near-copies of an earlier one."""
    chance = random.Random(seed)
    recent: list[tuple[str, list[str], list[str]]] = []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(count):
            if recent and chance.random() < NEAR_COPIES:
                title, ingredients, steps = chance.choice(recent)
                steps = [*steps, "Serve at once."]
            else:
                title, ingredients, steps = _recipe(chance)
                recent = [*recent[-99:], (title, ingredients, steps)]
            writer.writerow([number, title, json.dumps(ingredients), json.dumps(steps), "", "Gathered", "[]"])


def bench_prepare(
    rows: Annotated[int, typer.Option(min=100, help="Generated rows.")] = 20_000,
) -> None:
    """Print rows a second and peak memory for 1, 2 and N processes, and for a quarter of the rows."""
    table = Table("rows", "processes", "seconds", "rows/s", "main process MB", "all processes MB", title="prepare")
    with tempfile.TemporaryDirectory() as folder:
        for count in (rows // 4, rows):
            source = Path(folder) / f"{count}.csv"
            write_rows(source, count)
            for processes in sorted({1, 2, cores()}):
                output = Path(folder) / f"{count}-{processes}"
                seconds, main, everybody = _measured(source, output, processes)
                cells = (f"{count:,}", str(processes), f"{seconds:.1f}", f"{count / seconds:,.0f}")
                table.add_row(*cells, f"{main / 1e6:.0f}", f"{everybody / 1e6:.0f}")
    Console().print(table)


def _measured(source: Path, output: Path, processes: int) -> tuple[float, int, int]:
    """Seconds, peak bytes of the main process and peak bytes of it and its workers together."""
    code = (
        "import sys; from pathlib import Path; from finetune.prepare.pipeline import Inputs, prepare; "
        "from finetune.prepare.sources import Source; "
        "prepare(Inputs((Source(kind='recipenlg', path=Path(sys.argv[1])),), {}), Path(sys.argv[2]), int(sys.argv[3]))"
    )
    started = time.monotonic()
    child = subprocess.Popen([sys.executable, "-c", code, str(source), str(output), str(processes)])
    process, main, everybody = psutil.Process(child.pid), 0, 0
    while child.poll() is None:
        sizes = _resident(process)
        main, everybody = max(main, sizes[0]), max(everybody, sum(sizes))
        time.sleep(_SAMPLE_SECONDS)
    if child.returncode:
        raise WorkError(f"prepare ended with status {child.returncode}")
    return time.monotonic() - started, main, everybody


def _resident(process: psutil.Process) -> list[int]:
    sizes = [0]
    try:
        sizes[0] = process.memory_info().rss
        for child in process.children(recursive=True):
            sizes.append(child.memory_info().rss)
    except psutil.NoSuchProcess:  # it ended while it was looked at
        pass
    return sizes


def _recipe(chance: random.Random) -> tuple[str, list[str], list[str]]:
    foods = chance.sample(_FOODS, chance.randint(4, 10))
    ingredients = [f"{chance.randint(1, 9)} cups {food}, chopped" for food in foods]
    steps = []
    for _ in range(chance.randint(3, 9)):
        way = chance.choice(_WAYS).format(n=chance.randint(2, 90), t=chance.choice((325, 350, 400)))
        steps.append(f"{chance.choice(_WORK)} the {chance.choice(foods)} and the {chance.choice(foods)} {way}.")
    return f"{foods[0]} with {foods[1]}".capitalize(), ingredients, steps
