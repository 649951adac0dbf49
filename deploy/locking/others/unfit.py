"""What is locked and has no wheel that a target can use, why that is, and what would help."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from ...errors import Fault
from ...runtimes.table import BASES
from ...runtimes.wheel_tags import wheel_tags
from ...settings import MACHINES
from ..passed_over import newer_runtimes
from ..wheels import fitting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...settings import Target

_GLIBC = re.compile(r"manylinux_2_(?P<minor>\d+)_(?P<machine>\w+)")
_AS_OLD_AS_ANY = 17  # a glibc 2.x that every runtime has


@dataclass(frozen=True, kw_only=True)
class Unfit:
    """A version that is locked, with the file names of its wheels, of which the target can use none.

    `why` says more than these do, where something does.
    """

    name: str
    version: str
    wheels: tuple[str, ...]
    target: Target
    why: str = ""

    def fault(self, where: str, cure: str) -> Fault:
        """Say it as a fault; `cure` is what can be done besides what is known here."""
        cures = [cure, f"{self.offer} has one"] if self.offer else [cure]
        return Fault(f"{where}: {self}", f"has no wheel for {self.target}", self.cause, "; or ".join(cures))

    @property
    def cause(self) -> str:
        if self.why:
            return self.why
        if not self.wheels:
            return "it is published as source alone, which is built where that is asked for"
        minor = newer_glibc(self.wheels, self.target)
        if minor is None:
            return "its wheels are for other versions of Python, other machines or other systems"
        glibc = BASES[self.target.runtime].versions["GLIBC"]
        return f"its wheels for that need glibc 2.{minor} or newer, and {self.target.runtime} has {glibc}"

    @property
    def offer(self) -> str:
        """Name the key with the next runtime that can use one of its wheels, empty where none can."""
        for runtime in newer_runtimes(self.target.runtime):
            if any(fitting(each, replace(self.target, runtime=runtime)) for each in self.wheels):
                return f"`runtime: {runtime}` in config/pipeline.yaml"
        return ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".rstrip()


def built(name: str) -> str:
    """Say how a wheel of a pure package is built, where it is published as source."""
    return f"`build-from-source: {{{name}: WHY}}` in config/pipeline.yaml has its wheel built, if it is pure Python"


def newer_glibc(wheels: Sequence[str], target: Target) -> int | None:
    """Return the x of the oldest glibc 2.x of wheels that fit but for that; None where none does.

    >>> from deploy.settings import Target
    >>> newer_glibc(["native-1-cp311-cp311-manylinux_2_28_x86_64.whl"], Target("python3.11", "x86_64"))
    28
    """
    return min((minor for each in wheels for minor in _minors(each, target)), default=None)


def _minors(wheel: str, target: Target) -> Iterator[int]:
    try:
        _, _, _, tags = parse_wheel_filename(wheel)
    except InvalidWheelFilename:
        return
    machine = MACHINES[target.architecture]
    for tag in tags:
        found = _GLIBC.fullmatch(tag.platform)
        old = Tag(tag.interpreter, tag.abi, f"manylinux_2_{_AS_OLD_AS_ANY}_{machine}")
        if found and found["machine"] == machine and old in wheel_tags(target):
            yield int(found["minor"])
