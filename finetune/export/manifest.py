"""What an exported adapter is: the manifest beside the file, and the model card made from it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from finetune.errors import DataError, reason
from finetune.files import write_text

Trained = Literal["plan", "events"]
"""What there are adapters for: recipes to task graphs, sentences to events."""


class Base(BaseModel):
    """The model that the adapter changes, named by the hash of the file that is served."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    architecture: str


class Manifest(BaseModel):
    """The facts about one exported adapter.

    `prompt_version` is that of the prompt it was trained with: served with another, it writes nonsense.
    `metrics_file` is the name of the first report whose figures the card shows, or None while there is none.
    `training` holds the run's settings as the run recorded them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    purpose: Trained = "plan"
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_bytes: int
    base: Base
    prompt_version: str
    rank: int
    alpha: float
    run: str
    step: int | None
    training: dict[str, str | int | float | bool | None]
    metrics_file: str | None = None


def read_manifest(path: Path) -> Manifest:
    """The manifest at `path`; raises DataError when it is none."""
    try:
        return Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise DataError(path, f"not a manifest ({reason(error)})", "Export the adapter again.") from error


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write `manifest` as JSON."""
    write_text(path, manifest.model_dump_json(indent=2) + "\n")
