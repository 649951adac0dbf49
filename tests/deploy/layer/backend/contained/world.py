"""What lies around the place where strangers' code is tried, put up by a test: what it could reach."""

from __future__ import annotations

import ctypes
import os
import secrets
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "CANARY"
_SECRETS = (".aws/credentials", ".ssh/id_ed25519", ".bashrc", "project/secret.env", "project/cache/layer.zip")
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class World:
    """A home with secrets, a project, servers, and another process, all of the user who runs the pipeline."""

    home: Path
    user: int
    mark: str
    unix: socket.socket
    abstract: socket.socket
    tcp: socket.socket
    udp: socket.socket
    victim: subprocess.Popen[bytes]
    memory_key: int

    @property
    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.home), "PATH": os.defpath, CANARY: self.mark}

    def module(self) -> str:
        """Return what an attempt knows of all this, as the source of a module."""
        known = {
            "HOME": str(self.home),
            "PROJECT": f"{self.home}/project",
            "UNIX": self.unix.getsockname(),
            "ABSTRACT": self.mark,
            "TCP": self.tcp.getsockname()[1],
            "UDP": self.udp.getsockname()[1],
            "VICTIM": f"victim-{self.mark}",
            "VICTIM_PID": self.victim.pid,
            "SHM_KEY": self.memory_key,
            "LEFT": f"left-{self.mark}",
        }
        return "".join(f"{name} = {value!r}\n" for name, value in known.items())

    def harm(self) -> Iterator[str]:
        """Yield what was done to any of it."""
        for name in _SECRETS:
            path = self.home / name
            if not path.exists() or path.read_text(encoding="utf-8") != self.mark:
                yield f"{name} was changed"
        if (self.home / ".local").exists():
            yield "something was planted in ~/.local"
        for name, server in {"unix": self.unix, "abstract": self.abstract, "tcp": self.tcp}.items():
            with suppress(BlockingIOError):
                server.accept()[0].close()
                yield f"{name}: somebody connected"
        with suppress(BlockingIOError):
            self.udp.recv(64)
            yield "udp: somebody sent"
        if self.victim.poll() is not None:
            yield f"another process was ended: {self.victim.returncode}"
        if left := list(self._left()):
            yield f"still running: {left}"

    def _left(self) -> Iterator[str]:
        """Yield the processes that an attempt left, a second after its end."""
        deadline = time.monotonic() + 1
        while found := [each.name for each in Path("/proc").iterdir() if each.name.isdigit() and self._is_left(each)]:
            if time.monotonic() > deadline:
                yield from found
                return
            time.sleep(0.05)

    def _is_left(self, process: Path) -> bool:
        with suppress(OSError):
            return f"left-{self.mark}" in (process / "cmdline").read_text(encoding="utf-8", errors="replace")
        return False


@contextmanager
def put_up(home: Path, user: int) -> Iterator[World]:
    """Put all of it up below a folder that is not there yet, as this user."""
    mark = secrets.token_hex(8)
    for name in _SECRETS:
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(mark, encoding="utf-8")
    with ExitStack() as stack:
        key, identifier = _shared_memory()
        stack.callback(_libc.shmctl, identifier, 0, None)
        unix = stack.enter_context(_listening(socket.AF_UNIX, f"{home}/socket"))
        Path(home, "socket").chmod(0o777)
        for path in [home, *home.rglob("*")]:
            os.chown(path, user, user)
        victim = subprocess.Popen(
            [f"victim-{mark}", "900"],
            executable="/bin/sleep",
            env={CANARY: mark},
            start_new_session=True,
            user=None if user == os.geteuid() else user,
        )
        stack.callback(_end, victim)
        yield World(
            home=home,
            user=user,
            mark=mark,
            unix=unix,
            abstract=stack.enter_context(_listening(socket.AF_UNIX, f"\0{mark}")),
            tcp=stack.enter_context(_listening(socket.AF_INET, ("127.0.0.1", 0))),
            udp=stack.enter_context(_bound()),
            victim=victim,
            memory_key=key,
        )


def _end(victim: subprocess.Popen[bytes]) -> None:
    victim.kill()
    victim.wait()


def _shared_memory() -> tuple[int, int]:
    """Make a segment that everybody of this IPC namespace may attach: shmget(2)."""
    key = secrets.randbelow(1 << 30) + 1
    identifier = _libc.shmget(key, 4096, 0o1000 | 0o666)
    assert identifier >= 0
    return key, identifier


def _listening(family: socket.AddressFamily, address: object) -> socket.socket:
    made = socket.socket(family)
    made.bind(address)  # type: ignore[arg-type] # each family has its own
    made.listen()
    made.setblocking(False)
    return made


def _bound() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.setblocking(False)
    return made
