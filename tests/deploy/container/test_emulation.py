"""Which programs of other architectures run, by a folder that looks as the kernel's does."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

import pytest

from deploy.container import emulation, install
from deploy.errors import EngineError
from tests.deploy.container.test_install import program, silent

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = "enabled\ninterpreter /usr/bin/qemu-aarch64-static\nflags: {flags}\noffset 0\nmagic 7f454c46\n"


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An x86_64 machine of root's with nothing registered, and no programs but those that a test puts beside it."""
    monkeypatch.setattr(install, "_ADMINISTRATORS", "")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    folder = tmp_path / "binfmt_misc"
    folder.mkdir()
    for name in ("register", "status"):
        (folder / name).write_text("enabled")
    monkeypatch.setattr(emulation, "REGISTERED", folder)
    monkeypatch.setattr(emulation, "_DESCRIBED", (tmp_path / "binfmt.d",))
    program(tmp_path, "qemu-aarch64-static", "")
    return folder


def test_what_runs_already_needs_nothing(kernel: Path, tmp_path: Path) -> None:
    (kernel / "qemu-aarch64").write_text(ENTRY.format(flags="POF"))
    assert emulation.emulated() == ["qemu-aarch64 POF"]
    (tmp_path / "qemu-aarch64-static").unlink()
    emulation.enable("arm64", {"PATH": str(tmp_path)}, pytest.fail)


def test_the_machines_own_architecture_needs_no_emulation(
    kernel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    emulation.enable("arm64", {"PATH": str(tmp_path)}, pytest.fail)
    assert emulation.emulated() == []
    assert (kernel / "register").read_text() == "enabled"


def test_an_interpreter_that_containers_cannot_reach_or_that_is_off_does_not_count(
    kernel: Path, tmp_path: Path
) -> None:
    (kernel / "qemu-aarch64").write_text(ENTRY.format(flags="OC"))
    assert emulation.emulated() == ["qemu-aarch64 OC"]
    (kernel / "qemu-arm").write_text(ENTRY.format(flags="F").replace("enabled", "disabled"))
    assert emulation.emulated() == ["qemu-aarch64 OC", "qemu-arm "]
    program(tmp_path, "update-binfmts", "")
    with pytest.raises(EngineError, match="programs for arm64: do not run in containers here"):
        emulation.enable("arm64", {"PATH": str(tmp_path)}, silent)


def test_what_a_package_describes_is_registered_as_it_is(kernel: Path, tmp_path: Path) -> None:
    program(tmp_path, "update-binfmts", "exit 1")
    (tmp_path / "binfmt.d").mkdir()
    (tmp_path / "binfmt.d" / "qemu-aarch64.conf").write_text(":qemu-aarch64:M::\\x7fELF::/usr/bin/qemu:POF\n")
    with pytest.raises(EngineError, match="lacks the flag F"):  # no kernel reads this
        emulation.enable("arm64", {"PATH": str(tmp_path)}, silent)
    assert (kernel / "register").read_text() == ":qemu-aarch64:M::\\x7fELF::/usr/bin/qemu:POF"


def test_binfmt_support_is_asked_where_no_package_describes_it(kernel: Path, tmp_path: Path) -> None:
    entry = ENTRY.format(flags="F").replace("\n", "\\n")
    program(tmp_path, "update-binfmts", f'[ "$1 $2" = "--enable qemu-aarch64" ] && printf "{entry}" > {kernel}/$2')
    said: list[str] = []
    emulation.enable("arm64", {"PATH": str(tmp_path)}, said.append)
    assert (said, emulation.emulated()) == (["registering QEMU for arm64"], ["qemu-aarch64 F"])


def test_the_file_system_is_mounted_where_it_is_not(kernel: Path, tmp_path: Path) -> None:
    (kernel / "register").unlink()
    program(tmp_path, "mount", f'echo "$@" > {tmp_path}/mounted')
    program(tmp_path, "update-binfmts", "echo no such binary format; exit 1")
    with pytest.raises(EngineError, match="failed with code 1"):
        emulation.enable("arm64", {"PATH": str(tmp_path)}, silent)
    assert (tmp_path / "mounted").read_text() == f"-t binfmt_misc binfmt_misc {kernel}\n"


def test_qemu_is_installed_where_it_is_missing(kernel: Path, tmp_path: Path) -> None:
    (tmp_path / "qemu-aarch64-static").unlink()
    program(tmp_path, "apt-get", f'echo "$@" >> {tmp_path}/log')
    program(tmp_path, "update-binfmts", f"echo enabled > {kernel}/$2; echo 'flags: F' >> {kernel}/$2")
    emulation.enable("arm64", {"PATH": str(tmp_path)}, silent)
    assert (tmp_path / "log").read_text().splitlines()[-1].endswith("qemu-user-static")
