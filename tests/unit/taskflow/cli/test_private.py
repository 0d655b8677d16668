"""Files with people's words in them, and what must never happen to a folder in their place."""

import stat
from pathlib import Path

import pytest

from taskflow.cli.private import write_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_its_owners_alone_also_one_that_was_open_to_all(tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text("a longer text that stood there before")
    file.chmod(0o644)

    write_private(file, "{}\n")

    assert (file.read_text(), mode(file)) == ("{}\n", 0o600)


def test_a_folder_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(IsADirectoryError):
        write_private(tmp_path, "{}\n")
    assert mode(tmp_path) == 0o755
