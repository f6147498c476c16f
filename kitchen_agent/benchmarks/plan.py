"""Seconds for a menu of four dishes: cold (the model reads all recipes) and warm (their graphs are known).

python -m kitchen_agent.benchmarks.plan [ADAPTER]

Each row is a fresh process of `kitchen plan` with all that it loads and prints.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MENU: Final = "tomato soup, roast chicken with lemon, green beans, chocolate mousse"
OPTIONS: Final = ("--guests", "6", "--serve", "19:30", "--cook", "Ana:expert", "--cook", "Ben:novice")
WARM_RUNS: Final = 3


@dataclass(frozen=True)
class Measured:
    """One process: its wall-clock and processor seconds."""

    name: str
    wall_seconds: float
    processor_seconds: float


def main() -> None:
    """Measure and print."""
    adapter = ("--adapter", sys.argv[1]) if len(sys.argv) > 1 else ()
    print(f"{MENU}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    print(f"{'run':<10}{'wall s':>9}{'CPU s':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("cold", *["warm"] * WARM_RUNS):
            row = _measure(name, Path(folder), adapter)
            print(f"{row.name:<10}{row.wall_seconds:>9.2f}{row.processor_seconds:>9.2f}", flush=True)


def _measure(name: str, data_dir: Path, adapter: tuple[str, ...]) -> Measured:
    command = [sys.executable, "-m", "kitchen_agent", "plan", MENU, *OPTIONS, *adapter]
    started, used = time.perf_counter(), _processor_seconds()
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "KITCHEN_DATA_DIR": str(data_dir)},
    )  # fmt: skip
    return Measured(name, time.perf_counter() - started, _processor_seconds() - used)


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
