"""Which wheels make the layer: exactly one for each pin, each with a hash that the lock allows."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .refusal import Refused, fault
from .wheel import Wheel, WheelName, canonical, read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from .exchange import Pin
    from .files import Files, LayerFile

_CURE = "lock the wheels that are wanted, and build again"
_APART = "leave it out with the trim rule `exclude`, lock only one of them, or give each a layer of its own"


def tool_hashes(requirements: str) -> frozenset[str]:
    """Return every sha256 in a hash-locked requirements file."""
    return frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", requirements))


def select(
    offered: Mapping[str, bytes], pins: Sequence[Pin], tools: Collection[str], *, interpreter: str
) -> tuple[Wheel, ...]:
    """Read the wheel of every pin, sorted by name; raise Refused with every fault of the set and of each wheel.

    `offered` is content by file name. Wheels that are only tools are left out.
    """
    digests = {filename: hashlib.sha256(offered[filename]).hexdigest() for filename in sorted(offered)}
    allowed = {digest: pin for pin in pins for digest in pin.hashes}
    chosen = {filename: allowed[digest] for filename, digest in digests.items() if digest in allowed}
    faults = [
        *_strangers(name for name, digest in digests.items() if digest not in allowed and digest not in tools),
        *_counted(pins, chosen),
    ]
    wheels = []
    for filename, pin in chosen.items():
        try:
            wheels.append(_matching(read(filename, offered[filename], digests[filename], interpreter=interpreter), pin))
        except Refused as refused:
            faults += refused.faults
    if faults:
        raise Refused(faults)
    return tuple(sorted(wheels, key=lambda wheel: wheel.name))


def _strangers(filenames: Iterable[str]) -> Iterator[str]:
    for filename in filenames:
        try:
            WheelName.parse(filename)
        except Refused as refused:
            yield from refused.faults
        else:
            yield fault(filename, "its sha256 is not in the lock", cause="another file than was locked", cure=_CURE)


def _counted(pins: Sequence[Pin], chosen: Mapping[str, Pin]) -> Iterator[str]:
    for pin in pins:
        wheels = [filename for filename, of in chosen.items() if of is pin]
        if not wheels:
            yield fault(f"{pin.name}=={pin.version}", "is in the lock and has no wheel here", cure=_CURE)
        elif len(wheels) > 1:
            yield fault(f"{pin.name}=={pin.version}", f"has {len(wheels)} wheels here: {', '.join(wheels)}")


def _matching(wheel: Wheel, pin: Pin) -> Wheel:
    if (wheel.name, canonical(wheel.version)) != (pin.name, canonical(pin.version)):
        what = f"is {wheel.name} {wheel.version}, and the lock has its hash under {pin.name}=={pin.version}"
        raise Refused([fault(wheel.filename, what, cure=_CURE)])
    return wheel


@dataclass(frozen=True)
class Merged:
    """The files of all wheels in one tree, and what each path is that two of them fill differently.

    The first wheel's file stands for both: of two that are left out in the end, it matters little whose it was.
    """

    files: Files
    contested: Mapping[str, str]

    def faults(self, files: Files) -> list[str]:
        """Return what two wheels still disagree about where these files are left."""
        return [*(what for path, what in self.contested.items() if path in files), *_blocked(files)]


def merge(wheels: Sequence[Wheel]) -> Merged:
    """Lay the files of all wheels into one tree.

    The same file twice is fine: the __init__ of a namespace package that several distributions share is one. So is a
    path that no layer keeps, such as the tests that many install beside their package.
    """
    files: Files = {}
    contested = {}
    for wheel in wheels:
        for path, file in wheel.files.items():
            other = files.setdefault(path, file)
            if other is not file and other.content != file.content:
                what = f"{other.owner} and {file.owner} both write it, and not the same"
                contested[path] = fault(path, what, cure=_APART)
    return Merged(files, contested)


def _blocked(files: Files) -> Iterator[str]:
    below: dict[str, LayerFile] = {}
    for path, file in files.items():
        folder = path.rpartition("/")[0]
        while folder and folder not in below:
            below[folder] = file
            folder = folder.rpartition("/")[0]
    for folder, file in below.items():
        if other := files.get(folder):
            yield fault(folder, f"{other.owner} has a file there, and {file.owner} a folder", cure=_APART)
