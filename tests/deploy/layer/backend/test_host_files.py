"""What a sandbox of this host is filled with: folders as deep as a file system takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.inside.look import removal
from deploy.layer.backend.host_files import write_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that is gone afterwards: what tidies up after tests calls itself for each folder in a folder."""
    yield tmp_path / "opt"
    removal.remove(str(tmp_path / "opt"))


def test_folders_may_be_nested_deeper_than_python_calls_itself(place: Path) -> None:
    name = f"{'a/' * 1500}module.py"
    write_files(place, {name: b"x = 1\n", "b/c.py": b""})
    assert (place / name).read_bytes() == b"x = 1\n"
