"""The README is true: its commands run, its files are there, its diagram is the graph's, its dinner was planned."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from kitchen_agent.cli import app
from kitchen_agent.cookbook import Cookbook
from kitchen_agent.graph import build_graph
from kitchen_agent.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
COMMANDS = sorted({line.removeprefix("$ ") for line in README.splitlines() if re.match(r"(\$ )?kitchen ", line)})


def test_the_diagram_is_that_of_the_graph() -> None:
    diagram = build_graph(None).get_graph(xray=True).draw_mermaid()
    assert f"```mermaid\n{diagram.strip()}\n```" in README


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_understood(line: str) -> None:
    _, *words = shlex.split(line.partition(">")[0], comments=True)
    kitchen = get_command(app)
    assert isinstance(kitchen, TyperGroup)
    with kitchen.make_context("kitchen", list(words)) as context:
        name, command, rest = kitchen.resolve_command(context, words)
        assert command is not None
        command.make_context(name, rest).close()


def test_the_dinner_is_the_one_that_was_planned() -> None:
    dinner = (ROOT / "docs" / "dinner.txt").read_text()
    assert runpy.run_path(str(ROOT / "docs" / "embed.py"))["embedded"](README, dinner) == README


class Shell:
    """Runs lines of the README in a folder of its own, on a morning, and keeps what they said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        hours_west = (datetime.now(UTC).hour - 8 + 12) % 24 - 12
        self.zone = f"Etc/GMT{hours_west:+}"
        self.said = ""

    def run(self, line: str) -> str:
        """What the line prints to stdout. Raises AssertionError with what it prints to stderr when it fails."""
        command = line.replace("kitchen ", f"{shlex.quote(sys.executable)} -m kitchen_agent ", 1)
        done = subprocess.run(
            command, shell=True, cwd=self.folder, env=self._environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        self.said = done.stderr
        return done.stdout

    def serve(self, line: str) -> str:
        """What a server says first; it is ended then."""
        command = [sys.executable, "-m", "kitchen_agent", *shlex.split(line)[1:]]
        with subprocess.Popen(
            command, cwd=self.folder, env=self._environment(), stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            said = server.stdout.readline()
            server.terminate()
        return said

    def _environment(self) -> dict[str, str]:
        environment = {**os.environ, "KITCHEN_DATA_DIR": str(self.folder / "data"), "TZ": self.zone}
        return {**environment, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A folder with the examples and a file of recipes."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "examples").symlink_to(ROOT / "examples")
    recipe = Cookbook.open().find("green beans")
    (folder / "RECIPES.jsonl").write_text(recipe.model_dump_json() + "\n")
    return Shell(folder)


@pytest.mark.gguf
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_command_runs(shell: Shell) -> None:
    """In the order of the README; a simulation is not watched in real time, and placeholders get real values."""
    soon = datetime.now(ZoneInfo(shell.zone)) + timedelta(minutes=25)
    values = {"RUN": "", "SESSION": ""}
    lines = [line.removeprefix("$ ") for line in README.splitlines() if re.match(r"(\$ )?kitchen ", line)]
    for line in lines:
        text = re.sub(r"\b(RUN|SESSION)\b", lambda found: values[found[0]], line).partition(" #")[0]
        if text.startswith("kitchen serve"):
            assert shell.serve(f"{text.rstrip()} --port 0").startswith("The kitchen is at http://")
            continue
        text = text.replace("--speed 60", "--speed 0").replace("--serve 19:58", f"--serve {soon:%H:%M}")
        output = shell.run(text.replace("cook plan.json", "cook plan.json --yes"))
        if found := re.search(r"Run (\w+);", shell.said):
            values["RUN"] = found[1]
        if found := re.search(r"Session (\w+);", shell.said):
            values["SESSION"] = found[1]
        if "19:58" in line:
            assert re.search(r"It does not fit: .* late in all\.\nRepair: ", shell.said)
        elif line.startswith("kitchen plan") and "--out" not in line:
            assert re.search(r"^Timeline$.*^At the table$.*^Bottleneck: ", output, re.MULTILINE | re.DOTALL)
    assert (shell.folder / "GRAPHS.jsonl").read_text().startswith('{"key":"')


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)\b", README, re.MULTILINE))
    assert {"dinner", "test", "bench-plan"} <= named <= targets


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_every_variable_is_a_setting() -> None:
    named = set(re.findall(r"`KITCHEN_([A-Z_]+)`", README))
    assert named <= {field.upper() for field in Settings.model_fields}
