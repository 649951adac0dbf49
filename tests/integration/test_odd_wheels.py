"""Wheels that bring what deserves a word, from the index to the manifest: kept, inert, and never refused for that."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.deploy.inside.synthetic import wheel
from tests.deploy.locking.index import File, Index
from tests.deploy.terminal.test_characters import obeyed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
NATIVE = "odd/native.so"
MACHINE = "cp311-cp311-manylinux_2_17_x86_64"


@pytest.fixture
def index() -> Iterator[Index]:
    with Index() as opened:
        yield opened


def native(folder: Path) -> bytes:
    """Compile a library that looks for others where it was built, and wants to run code on the stack."""
    if not (gcc := shutil.which("gcc")):
        pytest.skip("there is no gcc")
    source, made = folder / "a.c", folder / "a.so"
    source.write_text("int answer(void) { return 42; }\n")
    options = ["-shared", "-fPIC", "-Wl,-rpath,/home/builder/lib", "-z", "execstack"]
    subprocess.run([gcc, *options, "-o", str(made), str(source)], check=True)
    return made.read_bytes()


def layered(
    folder: Path, index: Index, files: Mapping[str, str | bytes], modes: Mapping[str, int]
) -> subprocess.CompletedProcess[str]:
    """Make a layer of a wheel that the index offers, on this host."""
    name, content = wheel("odd", files, tag=MACHINE, modes=modes)
    index.files[name] = File("odd", name, content, datetime.now(UTC))
    (folder / "config").mkdir()
    (folder / "config" / "pipeline.yaml").write_text("layers: {deps: {}}\n")
    digest = hashlib.sha256(content).hexdigest()
    (folder / "requirements.txt").write_text(f"odd==1.0 --hash=sha256:{digest}\n")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PIP_EXTRA_INDEX_URL": index.url,
        "CHANNELWRIGHT_CACHE": str(folder / "cache"),
    }
    command = [sys.executable, "-m", "deploy", "--project", str(folder), "layer", "--verify", "--backend", "host"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if "namespaces" in done.stderr and done.returncode:
        pytest.skip(done.stderr)
    return done


def test_each_oddity_of_a_wheel_gets_a_word_and_none_refuses_it(tmp_path: Path, index: Index) -> None:
    files: dict[str, str | bytes] = {
        "odd/__init__.py": "",
        NATIVE: native(tmp_path),
        "odd/pipe": "no pipe",
        "odd/disk": "no disk",
        "odd/link": "pipe",
        "odd/a\nerror: all is well.txt": "",
        "odd.pth": "import os; os._exit(9)\n",
        "awslambdaric/__init__.py": "",
        "bootstrap.py": "",
    }
    modes = {"odd/pipe": stat.S_IFIFO | 0o644, "odd/disk": stat.S_IFBLK | 0o644, "odd/link": stat.S_IFLNK | 0o777}
    done = layered(tmp_path, index, files, modes)
    assert done.returncode == 0, done.stdout + done.stderr
    manifest: dict[str, Any] = json.loads((tmp_path / "dist" / "deps.json").read_text())
    said = [*manifest["verification"]["remarks"], *done.stdout.splitlines()]
    for expected in (
        "'odd/pipe' says that it is a FIFO; it becomes a file",
        "'odd/disk' says that it is a block device; it becomes a file",
        "'odd/link' says that it is a symbolic link; it becomes a file",
        r"the name 'odd/a\nerror: all is well.txt' has characters that are not printed",
        "odd.pth does nothing in Lambda; in a site directory, its lines would run whenever Python starts",
        "module awslambdaric has the name of one of Lambda's own",
        "module bootstrap has the name of one of Lambda's own",
        "/home/builder/lib",
        "asks for a stack that can be executed",
    ):
        assert any(expected in line for line in said), (expected, said)
    assert "error: all is well" not in [line.strip() for line in done.stdout.splitlines()]


def test_nothing_that_a_package_prints_or_raises_is_a_command_to_a_runner(tmp_path: Path, index: Index) -> None:
    loud = "import os\nos.write(2, b'::stop-commands::x\\n  ::set-env name=PATH::/evil\\r\\n##[error]all is lost\\n')\n"
    source = f"{loud}raise OSError('##[add-mask]a\\n ::error::all is lost')\n"
    done = layered(tmp_path, index, {"odd/__init__.py": source, "odd/::error::a": ""}, {})
    assert done.returncode == 1
    assert "all is lost" in done.stderr
    assert obeyed(done.stdout) == obeyed(done.stderr) == []


def test_a_name_of_300_characters_is_refused_since_nothing_can_unpack_it(tmp_path: Path, index: Index) -> None:
    done = layered(tmp_path, index, {"odd/__init__.py": "", f"odd/{'x' * 300}.py": ""}, {})
    assert done.returncode == 1
    assert "holds a file name of 303 bytes" in done.stderr
