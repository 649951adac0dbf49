"""Which bytes an image's name stands for, asked without the docker SDK.

Importing that takes longer than a run in which nothing changed may take as a whole.
"""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..errors import EngineError
from .address import address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..settings import Architecture

_PINNED = re.compile(r"(?:^|@)(sha256:[0-9a-f]{64})$")
PLATFORMS: dict[Architecture, str] = {"x86_64": "amd64", "arm64": "arm64"}
"""Lambda's names of the instruction sets, and those that images have."""
_PATIENCE = 2.0


@dataclass(frozen=True)
class RuntimeImage:
    """The image as it is named, and the digest that says which bytes that name stood for.

    `digest` is the registry's where the engine knows it, else the image's own id; for a build without containers
    it is empty and `reference` is "host".

    Where nothing of the layer's architecture runs, `architecture` is that of the image, or host, that takes its
    place, and `lack` says why: the layer is assembled there and cannot be tried.
    """

    reference: str
    digest: str
    architecture: Architecture | None = None
    lack: str = ""

    @property
    def is_host(self) -> bool:
        return self.reference == "host"

    @property
    def key(self) -> str:
        """Name the image by what decides its bytes; a host has no digest."""
        stands_in = f" for {self.architecture}" if self.architecture else ""
        return f"{self.reference if self.is_host else ''}{self.digest}{stands_in}"


def is_pinned(reference: str) -> bool:
    """Tell whether a reference says which bytes it stands for.

    >>> is_pinned("python:3.11"), is_pinned(f"python@sha256:{'0' * 64}")
    (False, True)
    """
    return _PINNED.search(reference) is not None


def names(reference: str, architecture: Architecture) -> tuple[str, ...]:
    """Return the names under which an engine may have the image of this architecture; one that is an id has no other.

    >>> names("a:1", "arm64"), names(f"sha256:{'0' * 64}", "arm64")[1:]
    (('a:1', 'a:1-arm64'), ())
    """
    return (reference,) if _PINNED.match(reference) else (reference, own_name(reference, architecture))


def own_name(reference: str, architecture: Architecture) -> str:
    """Return the name under which an image of one architecture is kept beside that of another, as AWS names its own.

    An engine has one image to a name, whatever its architecture: without this one each pull would take the other away.

    >>> own_name("public.ecr.aws/lambda/python:3.11", "arm64"), own_name("localhost:5000/python", "arm64")
    ('public.ecr.aws/lambda/python:3.11-arm64', 'localhost:5000/python:latest-arm64')
    """
    name, pinned, digest = reference.partition("@")
    if pinned:
        return f"{repository(name)}:{digest.replace(':', '-')}-{architecture}"
    tagged = name if repository(name) != name else f"{name}:latest"
    return f"{tagged}-{architecture}"


def image_digest(
    reference: str, environment: Mapping[str, str], architecture: Architecture | None = None
) -> RuntimeImage | None:
    """Return the image with the digest that Engine.resolve would give, or None where only that can tell.

    A reference pinned by digest, or an image id, is its own answer. Else a local engine is asked over its socket;
    None means that there is none, that it is remote, or that no image of that architecture is there yet. Without an
    architecture it is the image that has this very name, whichever its own.
    """
    if pinned := _PINNED.search(reference):
        return RuntimeImage(reference, pinned[1])
    try:
        listening = address(environment).socket
    except EngineError:  # told where an engine is needed
        return None
    if listening is None:
        return None
    for name in names(reference, architecture) if architecture else (reference,):
        try:
            found = _get(str(listening), f"/images/{quote(name, safe='/:@')}/json")
        except (OSError, ValueError):
            return None
        if found and (architecture is None or found["Architecture"] == PLATFORMS[architecture]):
            return RuntimeImage(name, digest_of(name, found))
    return None


def digest_of(reference: str, inspected: Mapping[str, Any]) -> str:
    """Return the registry's digest if the engine knows one for this repository, else the image's own id.

    `inspected` is the engine's answer to GET /images/{name}/json.
    """
    if pinned := _PINNED.search(reference):
        return pinned[1]
    known = dict(each.split("@", 1) for each in inspected.get("RepoDigests") or ())
    digest: str = known.get(repository(reference)) or inspected["Id"]
    return digest


def repository(reference: str) -> str:
    """Return the reference without its tag or digest.

    >>> repository("localhost:5000/lambda/python:3.11"), repository("localhost:5000/python@sha256:12")
    ('localhost:5000/lambda/python', 'localhost:5000/python')
    """
    name = reference.split("@", 1)[0]
    return re.sub(r":[^/:]*$", "", name)


def _get(path: str, resource: str) -> dict[str, object] | None:
    """Ask over a Unix socket, in HTTP 1.0 so that the answer simply ends; None unless it is 200."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_PATIENCE)
        connection.connect(path)
        connection.sendall(f"GET {resource} HTTP/1.0\r\nHost: engine\r\n\r\n".encode())
        with connection.makefile("rb") as stream:
            head, _, body = stream.read().partition(b"\r\n\r\n")
    if head.split(b" ", 2)[1:2] != [b"200"]:
        return None
    answer: dict[str, object] = json.loads(body)
    return answer
