"""The indexes that a project's own files name in the words of uv, Poetry, PDM and Pipenv, and what comes from which.

https://docs.astral.sh/uv/concepts/indexes/, https://python-poetry.org/docs/repositories/,
https://pdm-project.org/latest/usage/config/#configure-the-package-indexes,
https://pipenv.pypa.io/en/latest/indexes.html. One rule for all: what a project names is asked, and before the public
index unless it stands for that; what it takes from one index is taken from no other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ... import pip_settings
from ...errors import ConfigError, Fault, suggest
from .. import pyproject
from ..uv import sources as uv_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..pyproject import Table

_UV_TOML = "uv.toml"
_PUBLIC = "pypi"  # how Poetry, PDM and Pipenv call the index that they ask where nothing else is said
_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")


@dataclass(frozen=True)
class Index:
    """An index: one `is_default`, and is asked last; one that `is_explicit` is asked for what names it alone."""

    url: str
    is_default: bool = False
    name: str = ""
    is_explicit: bool = False


@dataclass(frozen=True)
class Taken:
    """What comes from one index alone: a name, or a pattern of names, where `marker` holds."""

    package: str
    index: Index
    marker: str = ""


@dataclass(frozen=True)
class _Naming:
    """What one tool says: `wants` has package, index and marker, `faults` what cannot be obeyed."""

    where: str
    indexes: tuple[Index, ...] = ()
    wants: tuple[tuple[str, str, str], ...] = ()
    faults: tuple[Fault, ...] = ()


def of_project(project: Path, given: Mapping[str, str]) -> list[Index]:
    """Return the indexes of a project's files; raise LockError where one of these cannot be read."""
    return [each for naming in _namings(project, given) for each in naming.indexes if each.url]


def of_machine(given: Mapping[str, str]) -> list[Index]:
    """Return the indexes of uv's own configuration: https://docs.astral.sh/uv/concepts/configuration-files/."""
    home = Path(given.get("HOME", "/"))
    usual = [Path(given.get("XDG_CONFIG_HOME") or home / ".config", "uv", _UV_TOML), Path("/etc/uv", _UV_TOML)]
    chosen = [Path(given["UV_CONFIG_FILE"])] if given.get("UV_CONFIG_FILE") else usual
    found = [] if given.get("UV_NO_CONFIG") else chosen
    return [each for path in found for each in _of_settings(pyproject.uv_settings(path), ())]


def taken(project: Path, given: Mapping[str, str]) -> list[Taken]:
    """Return what a project takes from one index alone.

    Raises ConfigError for an index that is named and nowhere, and for what cannot be obeyed.
    """
    found: list[Taken] = []
    faults: list[Fault] = []
    for naming in _namings(project, given):
        faults += naming.faults
        known = {each.name.lower(): each for each in naming.indexes if each.name}
        for package, name, marker in naming.wants:
            if name.lower() in known:
                found += [Taken(package, known[name.lower()], marker)] if known[name.lower()].url else []
            elif name.lower() != _PUBLIC:
                what = f"is to come from an index that is not there: {name}"
                cure = suggest(name, known) if known else "name it there with its address, or take this out"
                faults.append(Fault(f"{naming.where}: {package}", what, cure=cure))
    if faults:
        raise ConfigError(faults)
    return found


def _namings(project: Path, given: Mapping[str, str]) -> Iterator[_Naming]:
    document = pyproject.read(project / pyproject.NAME)
    tool = document.get("tool", {})
    yield _of_uv(project, tool.get("uv", {}))
    yield _of_poetry(project, tool.get("poetry", {}))
    yield _of_pdm(project, tool.get("pdm", {}), given)
    yield _of_pipfile(project / "Pipfile", given)


def _of_uv(project: Path, uv: Table) -> _Naming:
    """Read [tool.uv], in place of which uv takes uv.toml, and the root of the workspace where it says nothing."""
    wants = [
        (package, each["index"], each.get("marker", ""))
        for package, source in uv.get("sources", {}).items()
        for each in (source if isinstance(source, list) else [source])
        if "index" in each
    ]
    used = [index for _, index, _ in wants]
    of_file = (project / _UV_TOML).is_file()
    path = project / (_UV_TOML if of_file else pyproject.NAME)
    settings = pyproject.uv_settings(path) if of_file else uv
    indexes = list(_of_settings(settings, used))
    if not indexes and (root := _root(project)):
        of_root = pyproject.read(root / pyproject.NAME).get("tool", {}).get("uv", {})
        indexes = list(_of_settings(pyproject.uv_settings(root / _UV_TOML) or of_root, used))
    flat = [each["url"] for each in settings.get("index", ()) if each.get("format") == "flat"]
    places = [*flat, *settings.get("find-links", ())]
    faults = tuple(_no_index(f"{path}: {pip_settings.without_credentials(each)}") for each in places)
    return _Naming(f"{project / pyproject.NAME}: tool.uv.sources", tuple(indexes), tuple(wants), faults)


def _of_settings(uv: Table, used: Iterable[str]) -> Iterator[Index]:
    """Yield the indexes of uv's settings, those of `uv pip` among them, which locks are made like."""
    for each in uv.get("index", ()):
        explicit = bool(each.get("explicit"))
        if each.get("format") != "flat" and (not explicit or each.get("name") in used):
            yield Index(each["url"], bool(each.get("default")), each.get("name", ""), explicit)
    for table in (uv, uv.get("pip", {})):
        yield from (Index(each) for each in table.get("extra-index-url", ()))
        yield from (Index(each, is_default=True) for each in [table.get("index-url", "")] if each)


def _root(project: Path) -> Path | None:
    """Return the root of the workspace that a project is a member of."""
    if not (project / pyproject.NAME).is_file():
        return None
    own = project.resolve()
    return next((each for each in own.parents if own in uv_sources.members(each)), None)


def _of_poetry(project: Path, poetry: Table) -> _Naming:
    """Read [[tool.poetry.source]]: a primary one stands for the public index, unless that is named beside it."""
    where = f"{project / pyproject.NAME}: tool.poetry"
    by_priority: dict[str, list[Index]] = {}
    for each in poetry.get("source", ()):
        priority = each.get("priority", "primary")
        index = Index(each.get("url", ""), name=each["name"], is_explicit=priority == "explicit")
        by_priority.setdefault(priority, []).append(index)
    first = [*by_priority.get("default", ()), *by_priority.get("primary", ())]
    later = [*by_priority.get("secondary", ()), *by_priority.get("supplemental", ())]
    ordered = [*first, *later]
    # The last one is asked last, as the public index would be; where another default counts, it is asked all the same.
    stands = [replace(ordered[-1], is_default=True)] if first and all(each.url for each in ordered) else []
    groups = [poetry.get("dependencies", {}), poetry.get("dev-dependencies", {})]
    groups += [each.get("dependencies", {}) for each in poetry.get("group", {}).values()]
    return _Naming(where, (*ordered, *by_priority.get("explicit", ()), *stands), tuple(_wanted(groups, "source")))


def _of_pdm(project: Path, pdm: Table, given: Mapping[str, str]) -> _Naming:
    """Read [[tool.pdm.source]]: one named pypi stands for the public index."""
    where = f"{project / pyproject.NAME}: tool.pdm.source"
    indexes: list[Index] = []
    wants: list[tuple[str, str, str]] = []
    faults: list[Fault] = []
    for each in pdm.get("source", ()):
        name, url = each.get("name", ""), _filled(each.get("url", ""), given)
        include_packages, exclude_packages = each.get("include_packages", ()), each.get("exclude_packages", ())
        wants += [(package, name, "") for package in include_packages]
        if each.get("type") == "find_links":
            faults.append(_no_index(f"{where}: {name}"))
        else:
            indexes.append(Index(url, is_default=name == _PUBLIC, name=name))
        faults += [_no_exclusion(f"{where}: {name}")] if exclude_packages else []
    return _Naming(where, tuple(indexes), tuple(wants), tuple(faults))


def _of_pipfile(path: Path, given: Mapping[str, str]) -> _Naming:
    """Read [[source]]: the first one stands for the public index, the others are for what names them."""
    document = pyproject.pipfile(path)
    found = [
        Index(_filled(each.get("url", ""), given), name=each.get("name", ""), is_explicit=number > 0)
        for number, each in enumerate(document.get("source", ()))
    ]
    if found:
        default = replace(found[0], is_default=True)
        found = [*([] if default.name == _PUBLIC else found[:1]), *found[1:], default]
    groups = [each for each in document.values() if isinstance(each, dict)]
    return _Naming(str(path), tuple(found), tuple(_wanted(groups, "index")))


def _wanted(groups: Iterable[Table], key: str) -> Iterator[tuple[str, str, str]]:
    """Yield what comes from an index by name; of several entries for a package, each with its marker."""
    for group in groups:
        for package, source in group.items():
            for each in source if isinstance(source, list) else [source]:
                if isinstance(each, dict) and isinstance(name := each.get(key), str):
                    marker = each.get("markers", "")
                    yield package, name, marker if isinstance(marker, str) else ""


def _filled(url: str, given: Mapping[str, str]) -> str:
    """Fill in variables of the environment, as PDM and Pipenv do; one that is not set stays as it is."""
    return _VARIABLE.sub(lambda each: given.get(each[1], each[0]), url)


def _no_index(where: str) -> Fault:
    cure = "name an index that has its files; or write each wheel as ./PATH.whl among the requirements"
    return Fault(where, "is a list of files, of which `lock` asks none", "a build elsewhere asks indexes alone", cure)


def _no_exclusion(where: str) -> Fault:
    cure = "say with include_packages what it is for"
    return Fault(where, "exclude_packages is not obeyed", "what it excludes would be taken from it", cure)
