"""What can be set from outside: environment variables that begin with KITCHEN_, and a file that holds some of them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kitchen_agent.errors import SettingsError
from kitchen_agent.output_file import write_whole
from kitchen_agent.paths import is_file
from kitchen_agent.plain_words import plainly

PROGRAM = "kitchen-agent"
FILE_NAME = "settings.env"
"""In the data folder: lines such as KITCHEN_TIER=better. A variable of the environment goes before one in the file."""
Tier = Literal["default", "better"]
_TIER = "KITCHEN_TIER"


class Settings(BaseSettings):
    """Settings of one process; `load` reads them from the environment."""

    model_config = SettingsConfigDict(env_prefix="KITCHEN_", frozen=True, extra="ignore", protected_namespaces=())

    model_dir: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path(PROGRAM) / "models",
        description="Where model files are kept.",
    )
    model_path: Path | None = Field(None, description="A copy of the embedded base model, used in place of a download.")
    tier: Tier = Field("default", description="Which embedded model plans: default (0.5B) or better (1.5B).")
    adapter: Path | Literal["none"] | None = Field(
        None, description='A LoRA adapter in place of the one that ships; "none" for the untuned model.'
    )
    events_adapter: Path | Literal["none"] | None = Field(
        None, description="The same for the model that turns sentences into events."
    )
    threads: int | None = Field(
        None, ge=1, description="Threads of the model; one for each core that is free when it is loaded if not set."
    )
    context: int = Field(4096, ge=256, description="Tokens of the longest prompt with its answer.")
    hub_timeout_seconds: float = Field(5.0, gt=0, description="How long the Hugging Face hub may take to answer.")
    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path(PROGRAM), description="Where plans and sessions are kept."
    )


def load() -> Settings:
    """The settings in the environment and in the file. Raises SettingsError for a value that cannot be understood."""
    file = _load(None).data_dir / FILE_NAME
    return _load(file) if is_file(file) else _load(None)


def choose_tier(tier: Tier) -> bool:
    """Let `tier` plan from now on; whether the environment leaves it at that. Raises SettingsError, OutputError."""
    folder = _load(None).data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError("KITCHEN_DATA_DIR", str(folder), error.strerror or str(error)) from error
    file = folder / FILE_NAME
    kept = [line for line in _lines(file) if not line.strip().removeprefix("export ").startswith(_TIER)]
    write_whole(file, "\n".join([*kept, f"{_TIER}={tier}", ""]))
    return load().tier == tier


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if is_file(file) else []


def _load(file: Path | None) -> Settings:
    try:
        return Settings(_env_file=file)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(str(file), "", f"it cannot be read as UTF-8 text ({error})") from error
    except ValidationError as error:
        first = error.errors()[0]
        problem = plainly(first["msg"])
        where = f"{problem} (in the environment or in {file})" if file else problem
        raise SettingsError(f"KITCHEN_{first['loc'][0]}".upper(), str(first["input"]), where) from error
