"""Programs of the other architecture: which the kernel lets run here, and how it is told to, on Debian and Ubuntu.

The kernel hands a program that it cannot run itself to an interpreter that was registered for such programs
(binfmt_misc, https://docs.kernel.org/admin-guide/binfmt-misc.html); QEMU's translates arm64 for x86_64. With the flag
F it is opened when it is registered, so that containers, which have no such file, run with it too.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..settings import Architecture

REGISTERED = Path("/proc/sys/fs/binfmt_misc")
# Where packages describe for systemd what is to be registered, as the kernel takes it: binfmt.d(5).
_DESCRIBED = (Path("/usr/lib/binfmt.d"),)
_SECONDS = 60


def emulated() -> list[str]:
    """Return what is registered on this machine, with its flags; nothing where there is no such file system."""
    return [f"{path.name} {_flags(path)}" for path in _entries()]


def enable(architecture: Architecture, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Let this machine run programs of an architecture, installing QEMU where it is missing.

    What is there is left alone. Raises EngineError where the kernel cannot, or this is not Debian's or Ubuntu's root.
    """
    import platform

    # It brings the engine's SDK, and a run without changes asks only what is registered.
    from ..settings import MACHINES
    from . import install

    machine = MACHINES[architecture]
    if platform.machine() == machine or _is_ready(machine):
        return
    install.install([f"qemu-{machine}-static"], environment, say)
    if not (REGISTERED / "register").exists():
        install.run(["mount", "-t", "binfmt_misc", "binfmt_misc", str(REGISTERED)], environment, _SECONDS)
    if not _is_ready(machine):
        say(f"registering QEMU for {architecture}")
        _register(machine, environment)
    if not _is_ready(machine):
        where = f"programs for {architecture}"
        cause = f"{REGISTERED}/qemu-{machine} is not there, is disabled, or lacks the flag F"
        raise EngineError.of(
            where, "do not run in containers here", cause=cause, cure="register it by hand: binfmt.d(5)"
        )


def _register(machine: str, environment: Mapping[str, str]) -> None:
    """Register what the installed package describes for systemd, or else has told to binfmt-support."""
    name = f"qemu-{machine}"
    described = [path for folder in _DESCRIBED for path in sorted(folder.glob(f"{name}*.conf"))]
    if described:
        (REGISTERED / "register").write_text(described[0].read_text(encoding="utf-8").strip(), encoding="utf-8")
    else:
        from . import install

        install.run(["update-binfmts", "--enable", name], environment, _SECONDS)


def _is_ready(machine: str) -> bool:
    return any(path.name.startswith(f"qemu-{machine}") and "F" in _flags(path) for path in _entries())


def _entries() -> Iterator[Path]:
    if REGISTERED.is_dir():
        yield from sorted(path for path in REGISTERED.iterdir() if path.name not in {"register", "status"})


def _flags(path: Path) -> str:
    """Return the flags of what is registered, "" where it is disabled."""
    text = path.read_text(encoding="utf-8")
    found = re.search(r"^flags: *(\w*)$", text, re.MULTILINE)
    return found[1] if found and text.startswith("enabled") else ""
