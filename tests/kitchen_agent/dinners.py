"""A data folder in which the answers for four dishes of the cookbook are kept, so that no model is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from kitchen_agent.answers import AnswerStore
from kitchen_agent.cli import main
from kitchen_agent.cookbook import Cookbook
from kitchen_agent.manifests import sha256_of
from kitchen_agent.planner_model import ModelChoice
from kitchen_agent.recipe import Recipe

ANSWERS = Path(__file__).with_name("answers")
MENU = "tomato soup, roast chicken with lemon, green beans, chocolate mousse"
OPTIONS = ("--guests", "4", "--serve", "2030-05-04 19:30", "--cook", "Ana:expert", "--cook", "Ben:novice")


@dataclass(frozen=True)
class Data:
    """A data folder and the model file under whose name the answers are kept; the file cannot be loaded."""

    folder: Path
    choice: ModelChoice

    def main(self, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
        """The exit status of the `kitchen` command, run in this process."""
        monkeypatch.setenv("KITCHEN_DATA_DIR", str(self.folder))
        monkeypatch.setattr(sys, "argv", ["kitchen", *arguments, "--model", str(self.choice.model_path)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    def kitchen(self, *arguments: str, timeout: float = 100) -> subprocess.CompletedProcess[str]:
        """The `kitchen` command as a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "kitchen_agent", *arguments, "--model", str(self.choice.model_path)],
            env={**os.environ, "KITCHEN_DATA_DIR": str(self.folder), "TZ": "UTC", "COLUMNS": "100"},
            capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip


def recipes() -> dict[str, Recipe]:
    """The recipes of the four dishes by key."""
    book = Cookbook.open()
    return {path.stem: book.find(path.stem.replace("-", " ")) for path in sorted(ANSWERS.glob("*.txt"))}


def make_data(folder: Path) -> Data:
    """A data folder with the kept answers."""
    model = folder / "no-model.gguf"
    model.write_bytes(b"not a model")
    choice = ModelChoice(model, sha256_of(model))
    store = AnswerStore(folder / "answers.sqlite")
    for key, recipe in recipes().items():
        store.put(recipe, choice.author, (ANSWERS / f"{key}.txt").read_text())
    return Data(folder, choice)
