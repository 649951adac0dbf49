"""What runs on the user's machine runs on Linux and macOS, with Python 3.11 to 3.14, as typeshed knows them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import imports

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parents[2]
# Written for Python 3.11, which the types of every day are checked with: this is the other end.
NEWEST = "3.14"
# They run on a Linux host alone, and say so; nothing else leads to what they load.
ELSEWHERE = frozenset({"deploy.layer.backend.host", "deploy.local.on_host"})
# Loaded for what lies beside it; what of Linux alone is in their functions, which the image runs.
RUN_IN_THE_IMAGE = {"deploy/inside/look/ending.py", "deploy/inside/trim/botocore.py"}
_ERROR = re.compile(r"^(?P<path>[^:\n]+):\d+: error: (?P<what>.*)$", re.MULTILINE)


def on_the_users_machine() -> set[str]:
    """Return the files that the commands load there, at the start or later."""
    every = imports.modules("deploy")
    waiting = ["deploy.__main__", *(name for name in every if name.startswith("deploy.commands."))]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen | ELSEWHERE:
            seen.add(name)
            waiting += imports.imported(name, "deploy")
    return {str(every[name].relative_to(ROOT)) for name in seen}


def test_nothing_that_is_loaded_needs_linux_or_one_python(tmp_path: Path) -> None:
    options = ["--platform", "darwin", "--python-version", NEWEST, "--cache-dir", str(tmp_path), "--no-error-summary"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--no-pretty", "deploy"],
        cwd=ROOT, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = {(each["path"], each["what"]) for each in _ERROR.finditer(done.stdout)}
    here = on_the_users_machine()
    assert {path for path, _ in found} & {"deploy/inside/look/child.py"}, "it does not look as on macOS"
    assert {"deploy/__main__.py", "deploy/code/bundle.py", "deploy/inside/archive.py"} <= here
    assert [f"{path}: {what}" for path, what in sorted(found) if path in here - RUN_IN_THE_IMAGE] == []
