"""Assembling that is counted: what it writes and says is what it writes and says uncounted."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from deploy import inside
from deploy.bench.counting_runtime import CountingRuntime
from deploy.layer.backend.scripts import ASSEMBLE
from tests.deploy.inside.assembling import ONE, TOOL, TWO, folder
from tests.deploy.inside.synthetic import recipe

if TYPE_CHECKING:
    from deploy.inside.exchange import Recipe

LAYER = recipe(ONE, TWO)


def assembled(script: str, path: Path, wanted: Recipe) -> subprocess.CompletedProcess[str]:
    """Assemble in a process of its own, with the tool that this machine has."""
    folder(path, wanted, [ONE, TWO])
    package = path / "deploy/inside"
    shutil.copytree(Path(inside.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package.parent / "__init__.py").touch()
    (package / "tools.txt").write_text(f"deflate==1 --hash=sha256:{hashlib.sha256(TOOL[1]).hexdigest()}\n", "utf-8")
    command = [sys.executable, "-I", "-S", "-B", "-c", script, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_a_counted_assembly_took_lies_beside_what_it_made(tmp_path: Path) -> None:
    done = assembled(CountingRuntime.assembling, tmp_path / "counted", LAYER)
    assert (done.returncode, done.stderr) == (0, "")
    assert assembled(ASSEMBLE, tmp_path / "plain", LAYER).returncode == 0
    out, plain = tmp_path / "counted/out", tmp_path / "plain/out"
    assert 0.01 < float((out / "processor-seconds").read_text("utf-8")) < 60
    assert (out / "layer.zip").read_bytes() == (plain / "layer.zip").read_bytes()


def test_a_refusal_that_is_counted_says_what_it_says_uncounted(tmp_path: Path) -> None:
    other = replace(LAYER, runtime="python2.7")
    counted, plain = (
        assembled(script, tmp_path / name, other)
        for name, script in (("counted", CountingRuntime.assembling), ("plain", ASSEMBLE))
    )
    assert "is for python2.7" in plain.stderr
    assert (counted.returncode, counted.stderr) == (plain.returncode, plain.stderr)
