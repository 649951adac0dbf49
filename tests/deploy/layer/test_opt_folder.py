from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from deploy.executable import Executable, mode
from deploy.layer.opt_folder import unpacked
from tests.deploy.layer.synthetic import entry

if TYPE_CHECKING:
    from pathlib import Path


def packed(path: Path, files: dict[str, tuple[bytes, int]]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, (content, permissions) in files.items():
            archive.writestr(entry(name, 0o100000 | permissions), content)
    return path


def test_the_last_layer_wins_on_the_same_path(tmp_path: Path) -> None:
    first = packed(tmp_path / "a.zip", {"python/a.py": (b"1", 0o644), "python/b.py": (b"1", 0o644)})
    second = packed(tmp_path / "b.zip", {"python/b.py": (b"2", 0o644)})
    assert unpacked([first, second]) == {"python/a.py": b"1", "python/b.py": b"2"}


def test_what_may_be_run_in_the_zip_may_be_run_when_it_is_unpacked(tmp_path: Path) -> None:
    files = unpacked([packed(tmp_path / "a.zip", {"python/bin/run": (b"1", 0o755), "python/a.py": (b"1", 0o644)})])
    assert {path: mode(content) for path, content in files.items()} == {"python/bin/run": 0o755, "python/a.py": 0o644}
    assert isinstance(files["python/bin/run"], Executable)
