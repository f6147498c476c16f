"""What can be set from outside: environment variables that begin with KITCHEN_."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kitchen_agent.errors import SettingsError

PROGRAM = "kitchen-agent"
Tier = Literal["default", "better"]


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
    """The settings in the environment. Raises SettingsError for a value that cannot be understood."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"KITCHEN_{first['loc'][0]}".upper(), str(first["input"]), first["msg"]) from error
