"""The README is true: its commands exist, its files are there, its diagram is the graph's."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from kitchen_agent.cli import app
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


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z][a-z-]+)\b", README)).intersection(targets) >= {"dinner", "test", "bench-plan"}


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_every_variable_is_a_setting() -> None:
    named = set(re.findall(r"`KITCHEN_([A-Z_]+)`", README))
    assert named <= {field.upper() for field in Settings.model_fields}
