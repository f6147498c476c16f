"""Fixtures: small models that llama.cpp really loads."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kitchen_agent.language_model import LanguageModel
from tests.kitchen_agent.model.tiny_gguf import write_adapter, write_model


@pytest.fixture(scope="session")
def tiny_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model's file."""
    return write_model(tmp_path_factory.mktemp("tiny") / "tiny.gguf")


@pytest.fixture(scope="session")
def tiny_adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter for it."""
    return write_adapter(tmp_path_factory.mktemp("tiny") / "adapter.gguf")


@pytest.fixture(scope="module")
def tiny(tiny_path: Path) -> Iterator[LanguageModel]:
    """The small model, open."""
    with LanguageModel.open(tiny_path, threads=1, context=1024) as model:
        yield model
