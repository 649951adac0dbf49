"""Own sources that are locked, built, or refused."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.configuration import load
from deploy.errors import LockError, PipelineError
from deploy.locking import locked, lockfile
from deploy.settings import Target
from deploy.sources.opening import Building, archives_of
from deploy.sources.provide import provide

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.deploy.locking.conftest import Project

X86 = Target("python3.11", "x86_64")


def versions(project: Project) -> dict[str, str]:
    return {pin.name: pin.version for pin in lockfile.read(project.lock, X86)}


def provided(project: Project, environment: Mapping[str, str] | None = None, *, only: str = "") -> dict[str, Path]:
    """Return the wheels of the project's own sources, or of one of them, as a build gets them."""
    given = dict(environment or os.environ)
    settings = load(project.folder, given)
    lock = locked.read(settings, X86)
    lock = replace(lock, sources=tuple(each for each in lock.sources if only in {"", each.name}))
    with ExitStack() as stack:
        builder = Building(settings, given, lambda _: None, on_host=True).builder(stack, archives_of(settings, given))
        pins = {pin.name: pin for pin in provide(settings, X86, lock, builder)}
        found = {each.name: builder.shelf.find(pins[each.name].hashes) for each in lock.sources}
    return {name: wheel.path for name, wheel in found.items() if wheel}


def refusal(project: Project, kind: type[PipelineError] = LockError) -> str:
    with pytest.raises(kind) as caught:
        project.run()
    return str(caught.value)


def git(folder: Path, *arguments: str) -> str:
    identity = [option for key in ("name", "email") for option in ("-c", f"user.{key}=a@b.invalid")]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
