"""Every byte of a layer follows from named inputs: what is none of them is changed, all at once, and nothing shows.

What decides a layer is the lock's meaning, the policy, the image and the pipeline; tests/deploy/inside/test_assemble.py
changes what is around the assembly itself, inside of the image.
"""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.integration.small_project import ROOT, Run, cache_with_wheels, locked, make_project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.container, pytest.mark.timeout(300)]

CONFIG = "layers: {tiny: {}}\n"
NAMES = ("idna", "pyyaml", "six")
# Gives the files of folders in the opposite order: which one a file system gives is nobody's promise.
OTHER_WAY_ROUND = textwrap.dedent("""\
    import os

    class Reversed:
        def __init__(self, entries):
            with entries:
                self.entries = sorted(entries, key=lambda each: each.name)  # taken from the end
        def __enter__(self): return self
        def __exit__(self, *_): self.close()
        def close(self): self.entries.clear()
        def __iter__(self): return self
        def __next__(self):
            if not self.entries:
                raise StopIteration
            return self.entries.pop()

    scan, names = os.scandir, os.listdir
    os.scandir = lambda *each: Reversed(scan(*each))
    os.listdir = lambda *each: sorted(names(*each), reverse=True)
""")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    return cache_with_wheels(tmp_path_factory.mktemp("layers") / "cache", shared)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> bytes:
    project = written(tmp_path_factory.mktemp("usual") / "project", "".join(map(locked, NAMES)))
    Run(project, cache, "--no-cache").must()
    return zipped(project)


def written(folder: Path, lock: str) -> Path:
    project = make_project(folder)
    (project / "config/pipeline.yaml").write_text(CONFIG, encoding="utf-8")
    (project / "requirements.txt").write_bytes(lock.encode())
    return project


def zipped(project: Path) -> bytes:
    return (project / "dist/tiny.zip").read_bytes()


def otherwise(text: str) -> str:
    """Return the lines of a lock as another tool writes them: names in capitals, hashes turned round, comments."""
    requirement, *hashes = text.replace("\\\n", " ").split("--hash=")
    name, _, version = requirement.strip().partition("==")
    kept = [each.split()[0] for each in hashes]
    lines = [
        f'{name.upper()}=={version.strip()} ; python_version >= "3.8"',
        *(f"    --hash={each}" for each in kept[::-1]),
    ]
    return "# written by another tool\n\n" + " \\\n".join(lines) + "  # a comment\n"


def test_nothing_but_the_named_inputs_shows_in_a_layer(tmp_path: Path, cache: Path, usual: bytes) -> None:
    lock = "".join(otherwise(locked(name)) for name in reversed(NAMES)).replace("\n", "\r\n")
    project = written(tmp_path / "another place, with spaces", lock)
    for number, path in enumerate(sorted(project.rglob("*"))):
        os.utime(path, (86_400 * number, 86_400 * number))
    (tmp_path / "python").mkdir()
    (tmp_path / "python/sitecustomize.py").write_text(OTHER_WAY_ROUND, encoding="utf-8")
    (tmp_path / "home").mkdir()
    home, proxies = tmp_path / "home", ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    elsewhere = dict.fromkeys(("HOME", "TMPDIR"), str(home)) | dict.fromkeys(proxies, "http://127.0.0.1:9")
    elsewhere |= {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7"}
    elsewhere |= {"SOURCE_DATE_EPOCH": "1", "PYTHONOPTIMIZE": "1", "PYTHONPATH": f"{tmp_path / 'python'}:{ROOT}"}
    before = os.umask(0o077)
    try:
        run = Run(project, cache, "--no-cache", **elsewhere)
    finally:
        os.umask(before)
    run.must()
    assert zipped(project) == usual
