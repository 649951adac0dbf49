"""Containers, volumes and unnamed images of a run that was killed: found by their label, their age and their owner."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..temporary.folders import DAY
from ..temporary.owner import Owner
from .failures import AbsentError, InUseError, translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from docker import APIClient

OWNER = "channelwright.owner"
BUILD = "channelwright.build"
_PATIENCE_SECONDS, _QUIET_SECONDS = 15.0, 0.8
"""How long the engine may go on with a build that was broken off, and how long nothing new tells that it does not."""
_FROM = re.compile(rb"^\s*FROM\s.*$", re.MULTILINE | re.IGNORECASE)


def labels(kind: str) -> dict[str, str]:
    """Return what everything is labelled with that is to go with the run that makes it."""
    return {"channelwright": kind, OWNER: str(Owner.mine())}


def owned(dockerfile: bytes, build: str) -> bytes:
    r"""Return a Dockerfile of which each step leaves an image that says whose it is, and of which build.

    >>> owned(b"FROM a AS b\nRUN c", "1").splitlines()[::2]
    [b'FROM a AS b', b'RUN c']
    """
    label = f"LABEL {OWNER}={Owner.mine()} {BUILD}={build}".encode()
    return _FROM.sub(lambda found: found[0] + b"\n" + label, dockerfile)


def end(client: APIClient, build: str) -> None:
    """Remove all of a build that was broken off: the engine ends the step that it is in, and may begin another one."""
    api: Any = client
    mine = {"label": f"{BUILD}={build}"}
    deadline = time.monotonic() + _PATIENCE_SECONDS
    quiet_since = time.monotonic()
    while (now := time.monotonic()) < deadline and now - quiet_since < _QUIET_SECONDS:
        with translated("looking for what a broken build left"):
            containers = [each["Id"] for each in api.containers(all=True, filters=mine)]
            images = [each["Id"] for each in api.images(all=True, filters=mine)]
        left: list[tuple[str, Any]] = []
        left += [(each, lambda name: api.remove_container(name, force=True, v=True)) for each in containers]
        left += [(each, lambda name: api.remove_image(name, noprune=True)) for each in images]
        tuple(_removed(left))
        if containers or images:
            quiet_since = time.monotonic()
        time.sleep(0.1)


def remove(client: APIClient) -> tuple[str, ...]:
    """Remove what nobody is left to remove, containers first, as volumes and images are in use by them.

    That is what a process of this user made here that has ended; what was made elsewhere, by another boot or in
    another container, once it is a day old and does not run. Somebody else's is never touched. Return the names.
    """
    api: Any = client
    mine = {"label": OWNER}
    with translated("looking for what a killed run left"):
        containers = [
            (each["Id"], lambda name: api.remove_container(name, force=True, v=True))
            for each in api.containers(all=True, filters=mine)
            if _is_left(each["Labels"], each["Created"], runs=each["State"] == "running")
        ]
    removed = list(_removed(containers))
    with translated("looking for what a killed run left"):
        others = [
            (each["Name"], api.remove_volume)
            for each in api.volumes(filters=mine)["Volumes"] or ()
            if _is_left(each["Labels"], _seconds(each.get("CreatedAt", "")))
        ]
        others += [
            (each["Id"], api.remove_image)
            for each in api.images(filters={**mine, "dangling": True})
            if _is_left(each["Labels"], each["Created"])
        ]
    return (*removed, *_removed(others))


def _removed(left: list[tuple[str, Any]]) -> Iterator[str]:
    for name, remove_it in left:
        with suppress(AbsentError, InUseError), translated(f"removing {name}"):
            remove_it(name)
            yield name


def _is_left(labelled: Mapping[str, str], made: float, *, runs: bool = False) -> bool:
    owner = Owner.of(labelled[OWNER])
    if owner is None:
        return False
    old = made < time.time() - DAY and not runs
    return owner.is_gone or (not owner.is_here and owner.user == Owner.mine().user and old)


def _seconds(text: str) -> float:
    """Read when a volume was made; what gives no time was made just now."""
    with suppress(ValueError):
        return datetime.fromisoformat(text).timestamp()
    return time.time()
