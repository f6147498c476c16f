"""Files that are whole or absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from finetune.errors import InputError
from finetune.files import make_folder, replacing, write_text


def write_half(path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_text("ne")
        raise ValueError("half")


def test_after_an_error_the_old_file_is_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    write_text(path, "old")
    with pytest.raises(ValueError, match="half"):
        write_half(path)
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_place_where_nothing_can_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file: no folder can be made there \(.*Name another place"):
        write_text(tmp_path / "file" / "below", "text")
    with pytest.raises(InputError, match="no folder can be made there"):
        make_folder(tmp_path / "file")
    with pytest.raises(InputError, match=r"not writable \(.*Name another place"):
        write_text(tmp_path / ("long" * 100), "text")
