"""What a base may be named as: a GGUF file, a model of the application, a model folder or a name on the hub."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kitchen_agent import settings
from kitchen_agent.modelfiles import served_model
from kitchen_agent.settings import Tier

EMBEDDED: Final[Mapping[str, Tier]] = {"embedded": "default", "embedded-better": "better"}
"""The bases that stand for a model file of the application, as it is served."""


def base_file(base: str) -> Path | None:
    """The GGUF file that `base` stands for, or None when it is a model folder or a name on the hub.

    A file of the application is fetched and made if need be.
    """
    if base in EMBEDDED:
        return served_model(settings.load().model_copy(update={"tier": EMBEDDED[base]})).path
    return Path(base) if Path(base).suffix == ".gguf" else None


def on_hub(base: str) -> bool:
    """Whether `base` is the name of a model on the hub, and not a file or folder of this computer."""
    return base not in EMBEDDED and Path(base).suffix != ".gguf" and not Path(base).is_dir()
