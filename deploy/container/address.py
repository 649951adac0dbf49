"""Where the container engine is, in docker's own order, then at Podman's usual places.

DOCKER_HOST, else the context that DOCKER_CONTEXT or `docker context use` chose, else Docker's socket
(https://docs.docker.com/engine/manage-resources/contexts/). Colima, Rancher Desktop and Docker Desktop make contexts.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EngineError, Fault, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOCKET = "unix:///var/run/docker.sock"
_SCHEMES = ("unix://", "tcp://", "http://", "https://", "ssh://", "fd://", "npipe://")
_USUAL = "default"


@dataclass(frozen=True)
class Address:
    """Where an engine is, `named_by` whom, in words; `certificates` is the folder of a context's own."""

    url: str
    named_by: str
    certificates: Path | None = None

    @property
    def socket(self) -> Path | None:
        """The Unix socket; None where it is reached in another way."""
        return Path(self.url.removeprefix("unix://")) if self.url.startswith("unix://") else None

    def refuse_ssh(self) -> None:
        """Raise EngineError for an engine behind SSH, with the command that brings its socket here.

        Files travel over the engine's own connection, both ways at once, which the SDK's tunnel does not carry.
        """
        if self.url.startswith("ssh://"):
            there = self.url.removeprefix("ssh://").rstrip("/")
            cure = (
                f"bring its socket here: ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock {there}, and in another "
                "terminal set DOCKER_HOST=unix:///tmp/engine.sock"
            )
            cause = f"{self.url} ({self.named_by})"
            raise EngineError([Fault("", "a container engine cannot be reached over SSH from here", cause, cure)])


def address(environment: Mapping[str, str]) -> Address:
    """Find the engine's address; raise EngineError for one that is none, and for a context that there is not."""
    if host := environment.get("DOCKER_HOST"):
        return Address(_url(host), "DOCKER_HOST names it")
    folder = Path(environment.get("DOCKER_CONFIG") or Path(environment.get("HOME") or Path.home(), ".docker"))
    if chosen := environment.get("DOCKER_CONTEXT"):
        return _context(folder, chosen, f"DOCKER_CONTEXT={chosen} names it")
    if current := _json(folder / "config.json").get("currentContext"):
        return _context(folder, str(current), f"it is docker's current context, {current}")
    usual = Address(SOCKET, "Docker's usual place")
    if not Path("/var/run/docker.sock").exists():
        return next((each for each in _podman(environment) if each.socket and each.socket.exists()), usual)
    return usual


def _url(host: str) -> str:
    """Return an address with its scheme; a path alone is a Unix socket."""
    if host.startswith("/"):
        return f"unix://{host}"
    if not host.startswith(_SCHEMES):
        cure = "write unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST"
        raise EngineError([Fault(f"DOCKER_HOST={host}", "is no address of a container engine", cure=cure)])
    return host


def _context(folder: Path, name: str, named_by: str) -> Address:
    if name == _USUAL:
        return Address(SOCKET, named_by)
    key = hashlib.sha256(name.encode()).hexdigest()
    endpoint = _json(folder / "contexts/meta" / key / "meta.json").get("Endpoints", {}).get("docker", {})
    if not endpoint.get("Host"):
        known = [str(each["Name"]) for each in map(_json, folder.glob("contexts/meta/*/meta.json")) if "Name" in each]
        what = "docker has no such context"
        raise EngineError([Fault(f"context {name}", what, named_by, cure=suggest(name, [*known, _USUAL]))])
    certificates = folder / "contexts/tls" / key / "docker"
    return Address(_url(endpoint["Host"]), named_by, certificates if certificates.is_dir() else None)


def _json(path: Path) -> dict[str, Any]:
    """Read what docker keeps; nothing where there is nothing, or nothing that docker would read."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _podman(environment: Mapping[str, str]) -> Iterator[Address]:
    """Yield where Podman listens: https://docs.podman.io/en/latest/markdown/podman-system-service.1.html."""
    if host := environment.get("CONTAINER_HOST"):
        yield Address(_url(host), "CONTAINER_HOST names it")
    runtime = environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    for path in (f"{runtime}/podman/podman.sock", "/run/podman/podman.sock"):
        yield Address(f"unix://{path}", "Podman's usual place")
