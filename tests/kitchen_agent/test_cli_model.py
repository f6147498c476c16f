"""What `kitchen model verify` makes of the files that are there."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kitchen_agent import cli_model, modelfiles
from kitchen_agent.modelfiles import FileState, State


@pytest.mark.parametrize(
    ("base", "served", "status"),
    [
        ("good", "good", 0),
        ("missing", "good", 0),  # it was made from a copy that KITCHEN_MODEL_PATH named
        ("missing", "missing", 1),
        ("good", "missing", 1),
        ("good", "damaged", 1),
        ("damaged", "good", 1),
    ],
)
def test_what_is_served_must_be_there_and_nothing_damaged(
    base: State, served: State, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [FileState("base", Path("base"), base, 0, ""), FileState("served", Path("served"), served, 0, "")]
    monkeypatch.setattr(modelfiles, "inspect", lambda settings, *, read: states)
    result = CliRunner().invoke(cli_model.app, ["verify"])
    assert result.exit_code == status
    assert ("kitchen model fetch" in result.stderr) == bool(status)
