"""The trim rules that only look at paths."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ..files import dist_info, is_shared_object, normalised
from ..refusal import Refused, fault, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..exchange import Recipe
    from ..files import Files

Change = dict[str, bytes | None]

_LEFTOVERS = {"INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "RECORD.jws", "RECORD.p7s"}
_STUBS = (".pyi", ".pyx", ".pxd", ".pxi", ".h", ".hpp")
_CA_BUNDLE = "botocore/cacert.pem"
_ZONE_DATA = "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz"
# mypyc puts what the extension modules of a distribution share into one more, named by a hash.
_MYPYC = re.compile(r"^[0-9a-f]+__mypyc\.")


def bytecode(files: Files, recipe: Recipe) -> Change:
    """Take bytecode that wheels bring, except where it is all there is of a module."""
    del recipe
    stale = (path for path in files if path.endswith(".pyc"))
    return _gone(path for path in stale if "__pycache__" in path.split("/") or path[:-1] in files)


def leftovers(files: Files, recipe: Recipe) -> Change:
    """Take what installers leave for themselves, and signatures of a RECORD, which is written anew."""
    del recipe
    return _gone(path for path in files if dist_info(path) and path.partition("/")[2] in _LEFTOVERS)


def _near(pattern: str, files: Files) -> str:
    """Say which of the folders and files at a layer's top was probably meant, or which there are."""
    top = sorted({path.partition("/")[0] for path in files})
    first = suggestion(pattern.partition("/")[0], top)
    return first or f"remove or correct it; the layer holds {', '.join(top[:8])}{' …' if top[8:] else ''}"


def exclude(files: Files, recipe: Recipe) -> Change:
    """Take what the patterns match; a pattern that matches nothing is a mistake, or outlived its reason."""
    taken: set[str] = set()
    faults = []
    for pattern in recipe.trim.exclude:
        matches = pattern_to_regex(pattern).match
        matching = [path for path in files if matches(path)]
        if not matching:
            folder = any(path.startswith(f"{pattern.rstrip('/')}/") for path in files)
            cure = f"write {pattern.rstrip('/')}/** for all in that folder" if folder else _near(pattern, files)
            faults.append(fault(f"trim.exclude {pattern!r}", "matches no file of the layer", cure=cure))
        taken.update(matching)
    if faults:
        raise Refused(faults)
    return _gone(sorted(taken))


def pattern_to_regex(pattern: str) -> re.Pattern[str]:
    """Translate a path pattern: * and ? stay within a folder, ** also crosses folders."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meaning = {"**/": "(?:.+/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts) + r"\Z")


def stubs(files: Files, recipe: Recipe) -> Change:
    del recipe
    return _gone(
        path
        for path, file in files.items()
        if file.origin == "headers" or path.endswith(_STUBS) or path.rpartition("/")[2] == "py.typed"
    )


def scripts(files: Files, recipe: Recipe) -> Change:
    """Take the scripts that the interpreter runs; programs of another kind are what a package was installed for."""
    first = f"#!{recipe.interpreter}\n".encode()
    return _gone(path for path, file in files.items() if file.origin == "scripts" and file.content.startswith(first))


def ca_bundle(files: Files, recipe: Recipe) -> Change:
    """Take botocore's CA bundle where certifi is in this layer: botocore.httpsession asks certifi first."""
    certifi = "certifi/cacert.pem" in files and any(pin.name == "certifi" for pin in recipe.pins)
    return _gone([_CA_BUNDLE] if certifi and _CA_BUNDLE in files else [])


def zone_data(files: Files, recipe: Recipe) -> Change:
    """Take dateutil's zones: dateutil.tz reads the system's, which the runtime has."""
    del recipe
    return _gone([_ZONE_DATA] if _ZONE_DATA in files else [])


def compiled_twins(files: Files, recipe: Recipe) -> Change:
    """Take the extension modules of the named distributions; each must have a Python module of the same name."""
    names = {pin.name for pin in recipe.pins}
    wanted = [normalised(name) for name in recipe.trim.compiled_twins]
    faults = [
        fault("trim.compiled-twins", f"{name} is not in this layer", cure=suggestion(name, names))
        for name in wanted
        if name not in names
    ]
    extensions = [path for path, file in files.items() if file.owner in wanted and _is_extension(path, files)]
    faults += _alone(extensions, files)
    if faults:
        raise Refused(faults)
    return _gone(extensions)


def _is_extension(path: str, files: Files) -> bool:
    return path.endswith(".so") and is_shared_object(path, files[path]) and ".libs/" not in path


def _alone(extensions: Iterable[str], files: Files) -> Iterator[str]:
    for path in extensions:
        module = PurePosixPath(path).with_name(PurePosixPath(path).name.partition(".")[0])
        if f"{module}.py" not in files and f"{module}/__init__.py" not in files and not _MYPYC.match(path):
            what = "has no Python module of the same name, which would take its place"
            yield fault(f"trim.compiled-twins {files[path].owner}", f"{path} {what}", cure="take the name off the list")


def _gone(paths: Iterable[str]) -> Change:
    return dict.fromkeys(paths)
