"""Sources that cannot be locked or built, each refused with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from deploy.errors import BuildError, LockError, PipelineError
from deploy.locking import locked
from tests.deploy.sources.conftest import library
from tests.deploy.sources.locked_sources import X86, provided, refusal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs


def test_a_tampered_build_requirement_is_not_used(
    sources: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources.wants("../shared")
    sources.run()
    needed = sources.folder / "requirements.build.txt"
    needed.write_text(needed.read_text().replace("sha256:", "sha256:0000", 1)[:-5] + "\n")
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "another"))
    with pytest.raises(PipelineError):
        provided(sources)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("../absent", "../absent is not there"),
        ("../shared/shared_lib.py", "is no folder, wheel or source archive"),
        ("..", "holds no Python project"),
        ("own @ http://127.0.0.1:9/own-1.0-py3-none-any.whl", "what an address holds may change"),
        ("own @ file://[bad/own", "no address that can be read: file://[bad/own"),
        ("-e file://[bad/own", "no address that can be read: file://[bad/own"),
        ("--extra-index-url http://me:secret@[bad/simple", "[bad/simple: is no address of a package index"),
        ("own @ hg+http://127.0.0.1:9/own", "git's alone are read"),
        ("other-name @ ../shared", "is shared-lib, and other-name is asked for"),
        ("other-name @ ./own-1.0-py3-none-any.whl", "is own, and other-name is asked for"),
    ],
)
def test_a_source_that_cannot_be_locked_is_refused_with_its_line(
    sources: Project, index: Index, line: str, told: str
) -> None:
    wheel = index.add("own", "1.0")[0]
    (sources.folder / wheel.filename).write_bytes(wheel.content)
    sources.wants(line)
    assert told in refusal(sources, PipelineError)


def test_a_source_of_another_name_is_refused_also_where_it_was_built_before(sources: Project) -> None:
    sources.wants("../shared")
    assert sources.run() == 0
    sources.wants("other-name @ ../shared")
    assert "is shared-lib, and other-name is asked for" in refusal(sources, BuildError)


def test_every_source_that_cannot_be_had_is_told_at_once(sources: Project) -> None:
    sources.wants("../absent", "demo", "../missing")
    told = refusal(sources)
    assert "requirements.in:1: ../absent is not there" in told
    assert "requirements.in:3: ../missing is not there" in told


@pytest.mark.parametrize(
    ("tool", "told"),
    [
        ('tag = "cp311-cp311-linux_x86_64"', "it is for linux_x86_64: native code would be compiled"),
        ("run = 'raise SystemExit(\"the reason\")'", "cannot be built, for the reason above"),
        ("run = 'sys.stderr.write(\"setuptools-scm was unable\"); raise SystemExit(1)'", "comes from git's history"),
        ('more = ["absent-from-every-index"]', "there is no package absent-from-every-index (asked: "),
    ],
)
def test_what_is_not_pure_or_cannot_be_built_is_refused_with_the_reason(
    sources: Project, tmp_path: Path, tool: str, told: str
) -> None:
    library(tmp_path / "shared", "shared-lib", tool=tool)
    sources.wants("../shared")
    assert told in refusal(sources, PipelineError)
    assert not sources.lock.exists()


def test_a_shared_object_in_a_wheel_that_calls_itself_pure_is_refused(sources: Project, tmp_path: Path) -> None:
    (tmp_path / "shared/native.so").write_text("ELF")
    sources.wants("../shared")
    assert "it holds native.so" in refusal(sources, BuildError)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"name = own\n", "setup.cfg: cannot be read"),
        (b"[metadata]\nname = a\nname = b\n", "setup.cfg: cannot be read"),
        (b"[metadata]\nname = \xff\n", "setup.cfg: is not UTF-8"),
    ],
)
def test_a_setup_cfg_that_cannot_be_read_is_named_where_an_export_names_its_folder_alone(
    sources: Project, content: bytes, told: str
) -> None:
    own = sources.folder / "own"
    own.mkdir()
    (own / "setup.cfg").write_bytes(content)
    (sources.folder / "requirements.txt").write_text("-e ./own\n", encoding="utf-8")
    with pytest.raises(LockError, match=told):
        locked.read(load(sources.folder, {}), X86)
