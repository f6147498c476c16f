"""Published scheduling instances as problems of this scheduler, to measure its core against others.

``python -m scheduler.benchmarks FILE…`` prints one JSON line for each file. The readers:

* ``.sm``: single-mode RCPSP of PSPLIB (Kolisch and Sprecher 1997).
* ``.sch``: RCPSP/max of ProGen/max (Schwindt 1998), minimal and maximal time lags.
* ``.dzn``: multi-skill project scheduling, the library of Young, Feydy and Schutt (CP 2017).

All minimise the makespan; one time unit is one minute.
"""

from collections.abc import Callable
from pathlib import Path

from scheduler.benchmarks.mspsp import read_dzn
from scheduler.benchmarks.progenmax import read_sch
from scheduler.benchmarks.psplib import read_sm
from scheduler.errors import BenchmarkFormatError
from scheduler.problem import Problem

READERS: dict[str, Callable[[str], Problem]] = {".sm": read_sm, ".sch": read_sch, ".dzn": read_dzn}


def read(path: Path) -> Problem:
    """The instance in this file; the ending says its format.

    Raises :class:`BenchmarkFormatError`, naming the file, when it cannot be read or is not what its ending says.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise BenchmarkFormatError(f"{path}: no format for files that end in {path.suffix!r}; known are {known}")
    try:
        text = path.read_text(encoding="latin-1")
    except OSError as error:
        raise BenchmarkFormatError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return reader(text)
    except BenchmarkFormatError as error:
        raise BenchmarkFormatError(f"{path}: {error}") from error


__all__ = ["READERS", "read", "read_dzn", "read_sch", "read_sm"]
