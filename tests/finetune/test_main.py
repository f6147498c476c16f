"""What somebody sees who has not installed everything."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "arguments"),
    [("gguf", ["--help"]), ("scipy", ["prepare"]), ("torch", ["train", "qwen-0.5b-cpu"])],
)
def test_a_module_that_is_missing_is_one_clear_line(module: str, arguments: list[str]) -> None:
    program = f"import sys, runpy; sys.modules[{module!r}] = None; runpy.run_module('finetune', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"finetune: the module '{module}")
    assert done.stderr.endswith("is not installed. Install the finetune extra: pip install -e '.[finetune]'\n")
    assert done.stderr.count("\n") == 1
