"""A project with one function, for which the command `layer` is run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CONFIG = """
layers:
  tiny: {trim: {debug-symbols: true}}
functions:
  hello: {name: hello, handler: app.handler, layers: [tiny]}
"""
HANDLER = """
import yaml

def handler(event, context):
    return yaml.safe_load("answer: 42")
"""


def make_project(folder: Path) -> Path:
    for path, text in {
        "config/pipeline.yaml": CONFIG,
        "requirements.txt": locked("pyyaml"),
        "Dockerfile.layer": (ROOT / "Dockerfile.layer").read_text(encoding="utf-8"),
        "src/app.py": HANDLER,
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def locked(name: str) -> str:
    """Return the lines of this project's lock that lock one distribution."""
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{name}==.*?(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)
    assert found
    return found[0]


def cache_with_wheels(folder: Path, shared: Path) -> Path:
    """Make a cache that knows nothing but the wheels which the tests of this run fetched, each by its sha256."""
    for part in ("wheels", "chosen"):
        (shared / "fetched" / part).mkdir(parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True)
        (folder / part).symlink_to(shared / "fetched" / part)
    return folder


class Run:
    """One run of the command, in a process of its own."""

    def __init__(self, project: Path, cache: Path, *arguments: str, **environment: str) -> None:
        self.done = subprocess.run(
            [sys.executable, "-m", "deploy", "--project", str(project), "layer", *arguments],
            env={**os.environ, "CHANNELWRIGHT_CACHE": str(cache), "PYTHONPATH": str(ROOT), **environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        self.out, self.err, self.code = self.done.stdout, self.done.stderr, self.done.returncode

    def must(self, code: int = 0) -> Run:
        assert self.code == code, f"{self.code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.err
        return self


def manifest(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project / "dist" / "tiny.json").read_text(encoding="utf-8"))
    return found
