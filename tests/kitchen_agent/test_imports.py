"""What importing a module may load: the contract is light, and arrows between the packages point one way."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVING = ("starlette", "uvicorn")
HEAVY = ("torch", "transformers", "langgraph", "langchain_core", "ortools", "llama_cpp", "textual", *SERVING)
FORBIDDEN = {"scheduler": ("kitchen_agent", "finetune"), "kitchen_agent": ("finetune",)}


def _imported(path: Path) -> set[str]:
    """The top-level packages that a file imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def _files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("module", ["taskgraph", "recipe", "draft", "lineformat", "prompt", "planner", "cli", "menu"])
def test_light_modules_load_nothing_heavy(module: str) -> None:
    program = f"import sys, kitchen_agent.{module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_finetune_loads_torch_only_where_it_trains() -> None:
    program = "import sys, finetune.__main__; print([m for m in ('torch', 'transformers') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_import_points_backwards(package: str) -> None:
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in _files(package)
        if (found := _imported(path).intersection(FORBIDDEN[package]))
    }
    assert not wrong


def test_llama_cpp_has_one_adapter() -> None:
    users = {str(path.relative_to(ROOT)) for path in _files("kitchen_agent") if "llama_cpp" in _imported(path)}
    assert users == {"kitchen_agent/llama.py", "kitchen_agent/llama_library.py"}


@pytest.mark.parametrize("library", SERVING)
def test_the_web_has_one_package(library: str) -> None:
    users = {path.parent.relative_to(ROOT) for path in _files("kitchen_agent") if library in _imported(path)}
    assert users == {Path("kitchen_agent/web")}


def test_only_the_command_imports_the_web() -> None:
    web = ROOT / "kitchen_agent" / "web"
    outside = [path for path in _files("kitchen_agent") if web not in path.parents]
    users = [
        path.name for path in outside if "kitchen_agent.web" in path.read_text() or "import web" in path.read_text()
    ]
    assert users == ["cli_serve.py"]


def test_torch_is_only_for_training() -> None:
    packages = ("kitchen_agent", "scheduler")
    assert not [path for package in packages for path in _files(package) if "torch" in _imported(path)]
