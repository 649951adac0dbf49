"""The package indexes of a project: one list, which locking, downloading and all that they start are given.

Where they stand, what comes first counts more: uv's variables, pip's variables, what the project's own files name
(`others.named_indexes`), `--index-url` and `--extra-index-url` of requirements files, uv's and pip's configuration. One
index is the default; the others are asked before it, so that nobody can put a package of the same name in front of an
own one.
Where no default is given, those that a uv.lock or pylock.toml names for its packages are asked too; where one is, such
as a mirror, it stands for them.

A folder of this machine (file:) is no index here: containers cannot reach it, nor can whoever locks elsewhere.
"""

from __future__ import annotations

import netrc
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from .. import pip_settings
from ..errors import ConfigError, Fault
from ..pip_settings import without_credentials
from . import plain_text
from .others import named_indexes
from .others.named_indexes import Index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..settings import Settings
    from .others.named_indexes import Taken

_OPTION = re.compile(r"^(?P<name>-i|--index-url|--extra-index-url)[=\s]\s*(?P<url>\S+)$")
_INCLUDED = re.compile(r"^(?:-r|--requirement|-c|--constraint)[=\s]*(?P<file>\S.*)$")
# `index = "…"` of a package in pylock.toml, `source = { registry = "…" }` of one in uv.lock.
_NAMED_INDEX = re.compile(r'^(?:index = |source = \{ registry = )"([^"]+)"', re.MULTILINE)
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_CREDENTIALS = ("UV_INDEX", "POETRY_HTTP_BASIC")  # of an index with a name
# What uv would add to the list by itself.
_UV = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL")


def environment(settings: Settings, given: Mapping[str, str], *, resolving: bool = False) -> dict[str, str]:
    """Return the environment with the project's indexes, and their credentials, in pip's two variables alone.

    Those that are for named packages alone are among them but for `resolving`, which takes these from `taken`: what is
    downloaded has a hash. Raises ConfigError or LockError where a file that may name one cannot be read.
    """
    indexes = list(_indexes(settings, given))
    if not any(each.is_default for each in indexes):
        indexes += [each for part in settings.parts for each in _of_lock(settings.project / part.requirements)]
    asked = (each for each in indexes if not _is_local(each.url) and not (resolving and each.is_explicit))
    found = [_with_credentials(each, given) for each in asked]
    default = next((each.url for each in found if each.is_default), "")
    others = dict.fromkeys(each.url for each in found if not each.is_default and each.url != default)
    kept = {name: value for name, value in given.items() if name not in {*_UV, "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"}}
    kept |= {"PIP_INDEX_URL": default} if default else {}
    # Said also where there is none: pip's configuration would be asked for it again.
    return kept | {"PIP_EXTRA_INDEX_URL": " ".join(others)}


def taken(settings: Settings, given: Mapping[str, str]) -> tuple[Taken, ...]:
    """Return what comes from one index alone, with its credentials; raises as `named_indexes.taken`."""
    found = named_indexes.taken(settings.project, given)
    return tuple(replace(each, index=_with_credentials(each.index, given)) for each in found)


def passed_over(settings: Settings, given: Mapping[str, str]) -> tuple[str, ...]:
    """Return the defaults of the project's files that are not asked, since the environment names another one."""
    asked = environment(settings, given)
    urls = without_credentials(f"{asked.get('PIP_INDEX_URL', '')} {asked.get('PIP_EXTRA_INDEX_URL', '')}").split()
    named = (without_credentials(each.url) for each in _of_files(settings, given) if not _is_local(each.url))
    return tuple(each for each in dict.fromkeys(named) if each not in urls)


def local(settings: Settings, given: Mapping[str, str]) -> tuple[str, ...]:
    """Return the indexes that are folders of this machine, and are not asked."""
    return tuple(dict.fromkeys(each.url for each in _indexes(settings, given) if _is_local(each.url)))


def shown(environment: Mapping[str, str]) -> str:
    """Name the indexes that are asked, without credentials, in the order in which they are."""
    pip = pip_settings.read(environment, "").environment
    urls = [*pip.get("PIP_EXTRA_INDEX_URL", "").split(), pip.get("PIP_INDEX_URL", "") or "the public index"]
    return ", ".join(map(without_credentials, urls))


def _indexes(settings: Settings, given: Mapping[str, str]) -> Iterator[Index]:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        yield from (_named(each, is_default=True) for each in given.get(name, "").split())
    for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        yield from (_named(each, is_default=False) for each in given.get(name, "").split())
    yield from _of_files(settings, given)
    yield from named_indexes.of_machine(given)
    files = {name: value for name, value in given.items() if name not in {"PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"}}
    configured = pip_settings.indexes(files)
    yield from (Index(each, is_default=True) for each in configured.get("index-url", "").split())
    yield from (Index(each) for each in configured.get("extra-index-url", "").split())


def _of_files(settings: Settings, given: Mapping[str, str]) -> Iterator[Index]:
    """Yield the indexes that files of the project name."""
    yield from named_indexes.of_project(settings.project, given)
    for lock in (settings.project / part.requirements for part in settings.parts):
        for path in (lock, lock.with_suffix(".in")):
            if path.is_file() and path.suffix in {".txt", ".in"}:
                yield from _of_requirements(path, given)


def _named(text: str, *, is_default: bool) -> Index:
    """Read uv's NAME=URL, or a URL."""
    name, equals, url = text.partition("=")
    return Index(url, is_default, name) if equals and "/" not in name else Index(text, is_default)


def _of_requirements(path: Path, given: Mapping[str, str], above: frozenset[str] = frozenset()) -> Iterator[Index]:
    """Yield what a requirements file names, and what each that it includes names; a circle ends where it closes."""
    within = above | {os.path.realpath(path)}
    for _, line in plain_text.logical_lines(plain_text.read(path)):
        if match := _OPTION.match(line):
            url = _VARIABLE.sub(lambda each: given.get(each[1], each[0]), match["url"])
            yield Index(url, is_default=match["name"] != "--extra-index-url")
        elif match := _INCLUDED.match(line):
            other = path.parent / match["file"].strip("'\"")
            if other.is_file() and os.path.realpath(other) not in within:
                yield from _of_requirements(other, given, within)


def _of_lock(path: Path) -> Iterator[Index]:
    """Yield the indexes that a lock in TOML names, in its order."""
    if path.is_file() and (path.suffix == ".toml" or path.name == "uv.lock"):
        text = plain_text.read(path)
        yield from (Index(url) for url in dict.fromkeys(_NAMED_INDEX.findall(text)))


def _is_local(url: str) -> bool:
    """Tell a folder of this machine; raise ConfigError for an address that no index can have, without its password."""
    scheme = pip_settings.address(url).scheme
    if url.startswith((".", "/", "~")) or scheme in {"file", "http", "https"}:
        return scheme in {"", "file"}
    place = url.rpartition("@")[2]
    cure = f"write https://{place.partition('://')[2] or place}; or ./PATH, where it is a folder"
    raise ConfigError([Fault(place, "is no address of a package index", "it begins with no https://", cure)])


def _with_credentials(index: Index, given: Mapping[str, str]) -> Index:
    """Put into an address what uv's variables or ~/.netrc know of it: a container has neither."""
    parts = pip_settings.address(index.url)
    if not parts.hostname or "@" in parts.netloc:
        return index
    user, password = _of_variables(index.name, given) if index.name else ("", "")
    if not user and not password:
        user, password = _netrc(parts.hostname, given)
    if not user and not password:
        return index
    netloc = f"{quote(user, safe='')}:{quote(password, safe='')}@{parts.netloc}"
    return replace(index, url=parts._replace(netloc=netloc).geturl())


def _of_variables(name: str, given: Mapping[str, str]) -> tuple[str, str]:
    """Return user and password of an index by its name, as uv and Poetry take them from the environment."""
    spelled = re.sub("[^A-Z0-9]", "_", name.upper())
    pairs = ((f"{prefix}_{spelled}_USERNAME", f"{prefix}_{spelled}_PASSWORD") for prefix in _CREDENTIALS)
    found = ((given.get(user, ""), given.get(password, "")) for user, password in pairs)
    return next((each for each in found if any(each)), ("", ""))


def _netrc(host: str, given: Mapping[str, str]) -> tuple[str, str]:
    path = Path(given.get("NETRC") or Path(given.get("HOME", "/"), ".netrc"))
    if not path.is_file():
        return "", ""
    try:
        found = netrc.netrc(str(path)).authenticators(host)
    except netrc.NetrcParseError as error:
        raise ConfigError([Fault(str(path), f"cannot be read: {error.msg}", f"line {error.lineno}")]) from error
    return (found[0] or "", found[2] or "") if found else ("", "")
