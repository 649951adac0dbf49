"""The size of this project's own code, and what making it takes."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.code.bundle import bundle
from deploy.configuration import load

if TYPE_CHECKING:
    from pathlib import Path


from tests.deploy.code.bundles import PROJECT

pytestmark = pytest.mark.programs


def test_the_project_s_own_code_fits_into_96_kib_and_each_language_into_16_more(tmp_path: Path) -> None:
    """A language is data: a start opens none, and a worker the one of the person whom it answers."""
    settings = load(PROJECT, {})
    shipped = bundle(replace(settings, code=replace(settings.code, bytecode="none")), tmp_path)
    with zipfile.ZipFile(shipped.zip) as file:
        sizes = {each.filename: each.compress_size for each in file.infolist()}
    languages = {name: size for name, size in sizes.items() if name.startswith("channelwright/locales/")}
    assert languages
    assert max(languages.values()) <= 16 * 1024
    assert shipped.size - sum(languages.values()) <= 96 * 1024
    assert {"bot.py", "worker.py", "config/campaign_channels.yaml"} < shipped.files.keys()


def test_the_project_s_own_code_grows_by_less_than_150_kb_for_its_bytecode(tmp_path: Path) -> None:
    settings = load(PROJECT, {})
    plain = bundle(replace(settings, code=replace(settings.code, bytecode="none")), tmp_path).size
    shipped = bundle(settings, tmp_path)
    assert shipped.size - plain <= 150_000
    assert {"bot.pyc", "worker.pyc", "config/campaign_channels.yaml"} < shipped.files.keys()


def test_documentation_stays_behind_where_the_configuration_says_so(tmp_path: Path) -> None:
    settings = load(PROJECT, {})
    settings = replace(settings, code=replace(settings.code, bytecode="none"))
    assert b"entry point" not in bundle(settings, tmp_path).files["bot.py"]
    documented = replace(settings, code=replace(settings.code, documentation=True))
    assert b"entry point" in bundle(documented, tmp_path).files["bot.py"]


def test_a_process_that_has_imported_much_makes_the_same_zip(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from deploy.code.bundle import bundle
from deploy.configuration import load
print(bundle(load(Path({str(PROJECT)!r}), {{}}), Path({str(tmp_path)!r})).sha256)
"""
    fresh = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert bundle(load(PROJECT, {}), tmp_path).sha256 == fresh.stdout.strip()


def test_making_it_imports_nothing_slow(tmp_path: Path) -> None:
    """`nox -s bench` holds how long it takes as a process; none of the slow imports may come back."""
    script = f"""
import sys
from pathlib import Path
from deploy.code.bundle import bundle
from deploy.code.sources import Python, read_here
from deploy.configuration import load
runtimes = Python(read_here, lambda sources: {{f"{{name}}c": b"" for name in sources}})  # compiles elsewhere
bundle(load(Path({str(PROJECT)!r}), {{}}), Path({str(tmp_path)!r}), python=runtimes)
print([name for name in ("boto3", "docker", "rich", "elftools", "cyclonedx") if name in sys.modules])
print(len(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    slow, modules = done.stdout.splitlines()
    assert slow == "[]"
    assert int(modules) < 230, "it was 222, the interpreter's own among them; boto3 alone brings over 300"
