"""What is to be locked: a requirements file as pip reads it, https://pip.pypa.io/en/stable/reference/requirements-file-format/.

Every option of it is obeyed or refused by name; what would be built from source is told apart.
"""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ..errors import Fault, LockError
from . import plain_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

_FILES = {"-r": False, "--requirement": False, "-c": True, "--constraint": True}
_INDEXES = {"-i": "--index-url", "--index-url": "--index-url", "--extra-index-url": "--extra-index-url"}
_INDEXES |= {"--pypi-url": "--index-url", "--trusted-host": "--trusted-host"}
# What every lock and build does anyway.
_OBEYED = ("--only-binary", "--prefer-binary", "--require-hashes")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_NAMED = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^]]*\])?\s*@\s*\S")
_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A requirement that no index has: `place` is a path or an address, `where` the file and line."""

    place: str
    where: str
    folder: Path
    name: str = ""
    extras: tuple[str, ...] = ()
    marker: str = ""
    editable: bool = False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The requirements in uv's words: `indexes` are pip's options of that kind, each with its value."""

    lines: tuple[str, ...]
    limits: tuple[str, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    indexes: tuple[tuple[str, str], ...] = ()
    prerelease: bool = False


@dataclass
class _Reading:
    environment: Mapping[str, str]
    built: Collection[str]
    lines: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    indexes: list[tuple[str, str]] = field(default_factory=list)
    prerelease: bool = False
    faults: list[Fault] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)

    def file(self, path: Path, *, limits: bool, named_by: str = "") -> None:
        real = os.path.realpath(path)
        if real in self.opened:
            return
        self.opened.add(real)
        try:
            text = plain_text.read(path, cure=f"write it, or correct {named_by}, which names it" if named_by else "")
        except LockError as error:
            self.faults += error.faults
            return
        for number, line in plain_text.logical_lines(text):
            self.line(_VARIABLE.sub(self.value, line), path, f"{path}:{number}", limits=limits)

    def line(self, line: str, path: Path, where: str, *, limits: bool) -> None:
        if line.startswith("-"):
            self.option(line, path, where)
            return
        requirement, *options = re.split(r"\s+(?=--[a-z])", line)
        if options:
            names = ", ".join(dict.fromkeys(re.split(r"[=\s]", each)[0] for each in options))
            cure = "take it out here; the lock has the hashes" if "--hash" in names else "take it out here"
            self.faults.append(Fault(where, f"{names} is for installing, and this says what is wanted", cure=cure))
        elif _is_elsewhere(requirement, path.parent):
            self._add_elsewhere(requirement, path, where)
        else:
            self._add(requirement, where, limits=limits)

    def option(self, line: str, path: Path, where: str) -> None:
        name, _, value = re.sub(r"^(--[a-z-]+|-[a-z])\s*=?\s*", r"\1 ", line).partition(" ")
        if name in {"-e", "--editable"}:
            self._add_editable(value, path, where)
            return
        value = " ".join(shlex.split(value))
        if name in _FILES:
            self._include(value, path, where, limits=_FILES[name])
        elif name in _INDEXES:
            self.indexes.append((_INDEXES[name], value))
        elif name == "--pre":
            self.prerelease = True
        elif name == "--no-binary":
            self._no_binary(value, where)
        elif name not in _OBEYED:
            self.faults.append(Fault(where, f"{name} is not obeyed by `lock`", cure="take it out"))

    def _include(self, value: str, path: Path, where: str, *, limits: bool) -> None:
        if _ADDRESS.match(value):
            self.faults.append(Fault(where, f"{value} is not read: what an address holds may change", cure="copy it"))
        else:
            self.file(path.parent / value, limits=limits, named_by=where)

    def _no_binary(self, value: str, where: str) -> None:
        missing = [name for name in value.split(",") if canonicalize_name(name) not in self.built]
        if missing and value != ":none:":
            key = f"`build-from-source: {{{missing[0]}: WHY}}` in config/pipeline.yaml"
            cure = f"take it out; if it is pure Python, {key} has its wheel built"
            what = f"--no-binary {', '.join(missing)} is refused: layers are made of wheels"
            self.faults.append(Fault(where, what, "native code would be compiled for another machine", cure))

    def _add(self, text: str, where: str, *, limits: bool) -> None:
        try:
            (self.limits if limits else self.lines).append(str(Requirement(text)))
        except InvalidRequirement as error:
            cure = "write NAME, NAME==VERSION or NAME>=VERSION, one a line"
            self.faults.append(Fault(where, f"is no requirement: {text}", str(error).splitlines()[0], cure))

    def _add_editable(self, text: str, path: Path, where: str) -> None:
        """Take what a shell would, but for the marker, whose quotes are its own."""
        place, semicolon, marker = text.partition(" ;")
        self._add_elsewhere(f"{' '.join(shlex.split(place))}{semicolon}{marker}", path, where, editable=True)

    def _add_elsewhere(self, text: str, path: Path, where: str, *, editable: bool = False) -> None:
        place, _, marker = text.partition(" ;") if " ;" in text else (text, "", "")
        if why := _no_marker(marker):
            cure = "write one as in `python_version >= '3.11'`, or take it out"
            self.faults.append(Fault(where, f"not a marker that can be read: {marker.strip()}", why, cure))
            return
        name, extras = "", ""
        if _NAMED.match(place):
            left, _, place = place.partition("@")
            name, _, extras = left.strip().rstrip("]").partition("[")
        elif match := re.fullmatch(r"(?P<place>[^\[]+)\[(?P<extras>[^]]*)\]", place.strip()):
            place, extras = match["place"], match["extras"]
        try:
            urlsplit(place.strip())
        except ValueError as error:
            cure = "correct it; a folder is named by its path, such as ./own"
            self.faults.append(Fault(where, f"no address that can be read: {place.strip()}", str(error), cure))
            return
        self.elsewhere.append(
            Elsewhere(
                place=place.strip(),
                where=where,
                folder=path.parent,
                name=canonicalize_name(name.strip()) if name else "",
                extras=tuple(each.strip() for each in extras.split(",") if each.strip()),
                marker=marker.strip(),
                editable=editable,
            )
        )

    def value(self, match: re.Match[str]) -> str:
        return self.environment.get(match[1], match[0])


def read(path: Path, environment: Mapping[str, str], built: Collection[str] = ()) -> Wanted:
    """Read a requirements file and all that it names; raise LockError with every line that cannot be obeyed.

    `built` are the distributions that may be built from source, which `--no-binary` may name.
    """
    reading = _Reading(environment, built)
    reading.file(path, limits=False)
    return _wanted(reading)


def of_lines(path: Path, lines: Iterable[str], built: Collection[str] = ()) -> Wanted:
    """Read the requirements of another file, such as pyproject.toml; paths are relative to its folder.

    That is ${PROJECT_ROOT} for PDM, {root} and {root:uri} for Hatch.
    """
    root = path.parent.resolve()
    reading = _Reading({"PROJECT_ROOT": root.as_posix()}, built)
    for line in lines:
        spelled = line.replace("{root:uri}", root.as_uri()).replace("{root}", root.as_posix())
        reading.line(_VARIABLE.sub(reading.value, spelled), path, str(path), limits=False)
    return _wanted(reading)


def _wanted(reading: _Reading) -> Wanted:
    if reading.faults:
        raise LockError(reading.faults)
    return Wanted(
        lines=tuple(reading.lines),
        limits=tuple(reading.limits),
        elsewhere=tuple(reading.elsewhere),
        indexes=tuple(reading.indexes),
        prerelease=reading.prerelease,
    )


def _no_marker(text: str) -> str:
    """Say why a text is no marker; nothing where it is one, or empty."""
    if not text.strip():
        return ""
    from packaging.markers import InvalidMarker, Marker

    try:
        Marker(text.strip())
    except InvalidMarker as error:
        return str(error).splitlines()[0]
    return ""


def _is_elsewhere(text: str, folder: Path) -> bool:
    """Tell a path or an address from a name, as pip does: a path has a slash, or is that of an archive."""
    place = text.partition(";")[0].partition("[")[0].strip()
    if _NAMED.match(text) or _ADDRESS.match(place):
        return True
    return (
        place.startswith((".", "/", "~"))
        or place.endswith((".whl", ".zip", ".tar.gz"))
        or ("/" in place and (folder / place).exists())
    )
