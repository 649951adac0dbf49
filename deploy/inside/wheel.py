"""Reads a wheel into memory and maps it as `pip install --target` would.

The format is https://packaging.python.org/en/latest/specifications/binary-distribution-format/. Nothing is run and
nothing is left out. That these are the bytes that were locked is known from the hash of the whole wheel: what its own
RECORD says of its files is not compared with them, as pip does not either.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING

from . import headers, unpack
from .files import Files, Later, LayerFile, Origin, importable, normalised
from .programs import console_scripts
from .refusal import Refused, fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import Message

_NAME = re.compile(
    r"^(?P<name>[^-]+)-(?P<version>[^-]+)(-(?P<build>\d[^-]*))?-(?P<python>[^-]+)-(?P<abi>[^-]+)-(?P<platform>[^-]+)\.whl$"
)
_PRE = {"alpha": "a", "a": "a", "beta": "b", "b": "b", "preview": "rc", "pre": "rc", "rc": "rc", "c": "rc"}


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """One distribution: `files` are by path below python/, `dist_info` is the name of its metadata folder."""

    filename: str
    sha256: str
    name: str
    version: str
    tags: tuple[str, ...]
    dist_info: str
    metadata: Message
    files: Files


@dataclass(frozen=True, slots=True)
class _Member:
    """A file of the archive; `mode` is Unix's."""

    held: Later
    mode: int


@dataclass(frozen=True)
class WheelName:
    name: str
    version: str
    tags: tuple[str, ...]

    @classmethod
    def parse(cls, filename: str) -> WheelName:
        """Take a wheel's file name apart; raise Refused where it is none."""
        match = _NAME.match(filename)
        if match is None:
            raise Refused([fault(filename, "is not a wheel; only wheels are installed, nothing is built from source")])
        parts = (match[part].split(".") for part in ("python", "abi", "platform"))
        return cls(normalised(match["name"]), match["version"], tuple("-".join(tag) for tag in product(*parts)))


def read(filename: str, content: bytes, sha256: str, *, interpreter: str) -> Wheel:
    """Read a wheel; `sha256` is its own, `interpreter` the absolute path that its scripts are to be run by.

    Raises Refused with every file of it that has no place in a layer.
    """
    named = WheelName.parse(filename)
    members = _members(filename, content)
    folder, metadata = _dist_info(filename, named, members)
    if faults := [problem for path in members if (problem := _unsafe(path))]:
        raise Refused(fault(filename, each) for each in faults)
    return Wheel(
        filename=filename,
        sha256=sha256,
        name=named.name,
        version=str(metadata["Version"]),
        tags=named.tags,
        dist_info=folder,
        metadata=metadata,
        files=_scripts(filename, named.name, folder, members, interpreter)
        | dict(_placed(named.name, members, interpreter)),
    )


def canonical(version: str) -> str:
    """Return the one spelling of a version, so that 1.0-rc.01 and 1.0rc1 are the same.

    https://packaging.python.org/en/latest/specifications/version-specifiers/#normalization
    """
    text = version.lower().removeprefix("v").replace("_", "-")
    text = re.sub(r"[-.]?(alpha|a|beta|b|preview|pre|rc|c)[-.]?(?=\d|$)", lambda found: _PRE[found[1]], text)
    text = re.sub(r"[-.]?(post|rev|r)[-.]?(?=\d|$)", ".post", text)
    text = re.sub(r"[-.]?dev[-.]?(?=\d|$)", ".dev", text)
    return re.sub(r"\d+", lambda found: str(int(found[0])), re.sub(r"^([^+]*\d)-(\d+)", r"\1.post\2", text))


def _members(filename: str, content: bytes) -> dict[str, _Member]:
    """Return every file in the archive; each is unpacked when it is asked for."""
    members: dict[str, _Member] = {}
    with _read_as_zip(filename):
        archive = zipfile.ZipFile(BytesIO(content))
    for info in archive.infolist():
        if info.filename in members:
            raise Refused([fault(filename, f"holds {info.filename} twice")])
        if not info.is_dir():
            read = partial(_unpacked, filename, archive, info)
            members[info.filename] = _Member(Later(info.file_size, read), info.external_attr >> 16)
    return members


def _unpacked(filename: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with _read_as_zip(filename):
        return unpack.content(archive, info)


@contextmanager
def _read_as_zip(filename: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise Refused([fault(filename, "cannot be read as a zip file", cause=str(error))]) from error


def _dist_info(filename: str, named: WheelName, members: Mapping[str, _Member]) -> tuple[str, Message]:
    """Return the name of the one metadata folder, and what it says; name and version are those of the file name."""
    folders = sorted({path.split("/")[0] for path in members if path.split("/")[0].endswith(".dist-info")})
    needed = {f"{folder}/{name}" for folder in folders for name in ("METADATA", "WHEEL", "RECORD")}
    if len(folders) != 1 or not needed <= set(members):
        raise Refused([fault(filename, "does not hold exactly one .dist-info with METADATA, WHEEL and RECORD")])
    metadata = headers.parse(members[f"{folders[0]}/METADATA"].held.content)
    name, version = normalised(str(metadata["Name"])), str(metadata["Version"])
    if name != named.name or canonical(version) != canonical(named.version):
        raise Refused([fault(filename, f"says in its metadata that it is {name} {version}")])
    return folders[0], metadata


def _scripts(filename: str, owner: str, folder: str, members: Mapping[str, _Member], interpreter: str) -> Files:
    """Return the scripts that an installer makes of entry points; one that the wheel brings itself comes first."""
    found = members.get(f"{folder}/entry_points.txt")
    made = console_scripts(filename, found.held.content if found else b"", interpreter)
    return {f"bin/{name}": LayerFile(text, owner, "scripts", executable=True) for name, text in made}


def _unsafe(path: str) -> str:
    if path.startswith("/") or "\\" in path or "\0" in path or not {"", ".", ".."}.isdisjoint(path.split("/")):
        return f"{path!r} would be written outside of the layer"
    return ""


def _placed(owner: str, members: Mapping[str, _Member], interpreter: str) -> Iterator[tuple[str, LayerFile]]:
    for member, each in members.items():
        path, origin = place(owner, member)
        executable = origin == "scripts" or bool(each.mode & 0o111)
        held = _script(each.held.content, interpreter) if origin == "scripts" else each.held
        yield path, LayerFile(held, owner, origin, executable)


def _script(content: bytes, interpreter: str) -> bytes:
    return re.sub(rb"\A#!pythonw?\b", b"#!" + interpreter.encode(), content)


def place(owner: str, member: str) -> tuple[str, Origin]:
    """Return where `pip install --target` puts a file: the folders of .data are those of the home scheme."""
    top, _, inner = member.partition("/")
    if not top.endswith(".data"):
        return member, "root"
    scheme, _, rest = inner.partition("/")
    match scheme:
        case "purelib" | "platlib":
            return rest, "root"
        case "scripts":
            return f"bin/{rest}", "scripts"
        case "headers":
            return f"include/python/{owner}/{rest}", "headers"
        case "data":
            return rest, "data" if importable(rest) == rest else "root"
        case _:
            raise Refused([fault(member, f"there is no place for {scheme!r} in an installation")])
