"""The Python that answers uv as the runtime's own would."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import uv

from deploy.locking.uv.interpreter import interpreter
from deploy.settings import Target

if TYPE_CHECKING:
    from pathlib import Path


def test_uv_asks_it_once_and_keeps_the_answer(tmp_path: Path) -> None:
    python = interpreter(Target("python3.11", "arm64"), {"python3.11": "3.11.14"}).executable(tmp_path)
    (tmp_path / "wanted.txt").write_text("")
    command = [uv.find_uv_bin(), "pip", "compile", "wanted.txt", "--python", str(python), "--offline"]
    environment = {"UV_CACHE_DIR": str(tmp_path / "uv"), "RUST_LOG": "uv_python=trace"}
    first, second = (
        subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stderr
        for _ in range(2)
    )
    assert "Querying interpreter executable" in first
    assert "Found cached interpreter info for Python 3.11.14" in second
