"""Seconds for a menu of four dishes: cold (the model reads all recipes) and warm (its answers are kept).

Each row is a fresh process of `kitchen plan` with all that it loads and prints; first with the adapter (that which
ships, or ADAPTER), then with the untuned model.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kitchen_agent import modelfiles, settings

MENU: Final = "tomato soup, roast chicken with lemon, green beans, chocolate mousse"
OPTIONS: Final = ("--guests", "6", "--serve", "2030-05-05 19:30", "--cook", "Ana:expert", "--cook", "Ben:novice")
RUNS: Final = ("cold", "warm", "warm", "warm")


@dataclass(frozen=True)
class Measured:
    """One process: its wall-clock and processor seconds, and whether a plan came of it."""

    wall_seconds: float
    processor_seconds: float
    planned: bool


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m kitchen_agent.benchmarks.plan", description=__doc__)
    parser.add_argument("adapter", nargs="?", type=Path, metavar="ADAPTER", help="in place of that which ships")
    given = parser.parse_args().adapter
    shipped = modelfiles.adapter(settings.load())
    adapter = str(given) if given else str(shipped.path) if shipped else None
    print(f"{MENU}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    print(f"{'adapter':<24}{'run':<6}{'wall s':>9}{'CPU s':>9}")
    for chosen in ([adapter] if adapter else []) + ["none"]:
        with tempfile.TemporaryDirectory() as folder:
            for run in RUNS:
                row = _measure(Path(folder), chosen)
                seconds = f"{row.wall_seconds:>9.2f}{row.processor_seconds:>9.2f}"
                print(f"{Path(chosen).name:<24}{run:<6}{seconds}{'' if row.planned else '  no plan'}", flush=True)


def _measure(data_dir: Path, adapter: str) -> Measured:
    """Plan the menu with what is kept in `data_dir`. Raises SystemExit with what the process said when it fails."""
    command = [sys.executable, "-m", "kitchen_agent", "plan", MENU, *OPTIONS, "--adapter", adapter]
    started, used = time.perf_counter(), _processor_seconds()
    done = subprocess.run(
        command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "KITCHEN_DATA_DIR": str(data_dir)},
    )  # fmt: skip
    if done.returncode > 1:  # 1: the dishes were read, and the dinner does not fit
        sys.exit(done.stderr)
    return Measured(time.perf_counter() - started, _processor_seconds() - used, planned=not done.returncode)


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
