"""Published scheduling instances as problems of this scheduler, to measure its core against others.

``python -m scheduler.benchmarks FILE…`` prints one JSON line for each file. The readers:

* ``.sm``: single-mode RCPSP of PSPLIB (Kolisch and Sprecher 1997).
* ``.sch``: RCPSP/max of ProGen/max (Schwindt 1998), minimal and maximal time lags.
* ``.dzn``: multi-skill project scheduling, the library of Young, Feydy and Schutt (CP 2017) or MiniZinc's ``mspsp``.

All minimise the makespan; one time unit is one minute.
"""

from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path

from scheduler.benchmarks.mspsp import read_dzn
from scheduler.benchmarks.progenmax import read_sch
from scheduler.benchmarks.psplib import read_sm
from scheduler.errors import BenchmarkFormatError
from scheduler.problem import Problem

REFUSED = {".mm": "multi-mode instances are not supported"}
READERS: dict[str, Callable[[str], Problem]] = {".sm": read_sm, ".sch": read_sch, ".dzn": read_dzn}


def read(path: Path) -> Problem:
    """The instance in this file; the ending says its format.

    Raises :class:`BenchmarkFormatError`, naming the file, when it cannot be read or is not what its ending says.
    """
    ending = path.suffix.lower()
    if ending not in READERS:
        known = f"no format for files that end in {path.suffix!r}; known are {', '.join(READERS)}"
        raise BenchmarkFormatError(f"{path}: {REFUSED.get(ending, known)}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BenchmarkFormatError(f"{path}: cannot be read ({error.strerror})") from error
    # Old archives end their files with DOS's mark of the end.
    text = content.removeprefix(BOM_UTF8).rstrip(b"\x1a\0").decode("latin-1")
    try:
        return READERS[ending](text)
    except BenchmarkFormatError as error:
        raise BenchmarkFormatError(f"{path}: {error}") from error


__all__ = ["READERS", "read", "read_dzn", "read_sch", "read_sm"]
