"""What `kitchen model verify` makes of the files that are there, and which tier `kitchen model use` chooses."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kitchen_agent import cli_model, modelfiles, settings
from kitchen_agent.errors import SettingsError
from kitchen_agent.modelfiles import FileState, ModelFile, State


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


@pytest.fixture
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the choice is kept; the model file is taken as fetched."""
    monkeypatch.setenv("KITCHEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("KITCHEN_TIER", raising=False)
    monkeypatch.setattr(modelfiles, "served_model", lambda settings, report: ModelFile(Path(settings.tier), "0" * 64))
    return tmp_path / "data" / settings.FILE_NAME


def test_the_tier_that_is_chosen_plans_from_then_on(settings_file: Path) -> None:
    for tier in ("better", "default", "better"):
        result = CliRunner().invoke(cli_model.app, ["use", tier])
        assert (result.exit_code, result.stdout, result.stderr) == (0, f"{tier} plans from now on\n", "")
        assert settings.load().tier == tier
    assert settings_file.read_text() == "KITCHEN_TIER=better\n"


def test_choosing_a_tier_keeps_the_other_lines_of_the_file(settings_file: Path) -> None:
    settings_file.parent.mkdir()
    settings_file.write_text("# a slow computer\nKITCHEN_THREADS=1\nexport KITCHEN_TIER=default\n")
    assert settings.choose_tier("better")
    assert settings_file.read_text() == "# a slow computer\nKITCHEN_THREADS=1\nKITCHEN_TIER=better\n"
    assert (settings.load().threads, settings.load().tier) == (1, "better")


def test_the_environment_goes_before_the_file_and_that_is_said(
    settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITCHEN_TIER", "default")
    result = CliRunner().invoke(cli_model.app, ["use", "better"])
    assert result.exit_code == 0
    assert "KITCHEN_TIER" in result.stderr
    assert settings.load().tier == "default"


@pytest.mark.parametrize("content", [b"KITCHEN_TIER=best\n", b"KITCHEN_TIER=\xff\n"])
def test_a_file_of_settings_that_cannot_be_understood_is_named(settings_file: Path, content: bytes) -> None:
    settings_file.parent.mkdir()
    settings_file.write_bytes(content)
    with pytest.raises(SettingsError, match=settings.FILE_NAME):
        settings.load()


def test_a_data_folder_that_cannot_be_made_is_named(settings_file: Path) -> None:
    settings_file.parent.write_text("a file")
    with pytest.raises(SettingsError, match="KITCHEN_DATA_DIR"):
        settings.choose_tier("better")
