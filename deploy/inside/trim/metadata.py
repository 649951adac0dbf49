"""The trim rule for .dist-info: what importlib.metadata answers from stays, and so do the licences."""

from __future__ import annotations

import configparser
import re
from typing import TYPE_CHECKING

from .. import headers
from ..files import dist_info

if TYPE_CHECKING:
    from email.message import Message

    from ..exchange import Recipe
    from ..files import Files, LayerFile

Change = dict[str, bytes | None]

# version() reads Name and Version, requires() reads Requires-Dist, and whoever asks under which terms a layer's
# content came finds the licence. The rest of METADATA is the project's page on a package index.
HEADERS = (
    "Metadata-Version",
    "Name",
    "Version",
    "License-Expression",
    "License",
    "License-File",
    "Requires-Python",
    "Requires-Dist",
    "Provides-Extra",
)
_LICENCE = re.compile(r"(^|/)(licen[cs]e|copying|notice|authors|copyright)", re.IGNORECASE)
INSTALLERS_GROUPS = {"console_scripts", "gui_scripts"}


def metadata(files: Files, recipe: Recipe) -> Change:
    """Cut METADATA to the headers that are asked for; drop what only installers read.

    Stay: RECORD, licences, the bills of materials of bundled libraries (PEP 770), entry points of groups that programs
    look up at run time, and the names of extension modules that lie in no package.
    """
    del recipe
    change: Change = {}
    for path, file in files.items():
        if not dist_info(path) or is_licence(path):
            continue
        inner = path.partition("/")[2]
        if inner == "METADATA":
            if (cut := _headers(file.content)) != file.content:
                change[path] = cut
        elif inner == "top_level.txt" and _tells_more(file, files):
            continue
        elif inner != "RECORD" and not _is_read(inner, file.content):
            change[path] = None
    return change


def _tells_more(top_level: LayerFile, files: Files) -> bool:
    """Tell whether top_level.txt names what `packages_distributions()` does not infer from the sources in RECORD."""
    own = {path for path, file in files.items() if file.owner == top_level.owner}
    there = {path.partition("/")[0].partition(".")[0] for path in own}
    inferred = {path.removesuffix(".py").partition("/")[0] for path in own if path.endswith(".py")}
    return bool(set(top_level.content.decode(errors="replace").split()) & there - inferred)


def _is_read(inner: str, content: bytes) -> bool:
    """Tell whether programs, and not only installers, read this file of .dist-info."""
    return inner.startswith("sboms/") or (inner == "entry_points.txt" and _looked_up(content))


def is_licence(path: str) -> bool:
    """Tell whether a file in .dist-info is a licence or a notice that has to travel with the code."""
    inner = path.partition("/")[2]
    return inner.startswith(("licenses/", "license_files/")) or bool(_LICENCE.search(inner))


def license_of(metadata: Message) -> str:
    """Return the licence that a distribution declares: an SPDX expression, or its own words."""
    if expression := metadata["License-Expression"]:
        return str(expression)
    classifiers = [each for each in metadata.get_all("Classifier", []) if each.startswith("License ::")]
    named = [each.rpartition(" :: ")[2] for each in classifiers]
    declared = str(metadata["License"] or "").strip()
    if not declared or "\n" in declared or declared == "UNKNOWN":
        return "; ".join(named)
    return f"{declared} ({'; '.join(named)})" if len(named) > 1 else declared


def _headers(content: bytes) -> bytes:
    """Cut METADATA; a licence that is a text of many lines is left to the licence files."""
    message = headers.parse(content)
    lines = [f"{name}: {value}" for name in HEADERS for value in message.get_all(name, []) if "\n" not in str(value)]
    return ("\n".join(lines) + "\n").encode()


def _looked_up(entry_points: bytes) -> bool:
    parser = configparser.ConfigParser(delimiters=("=",), strict=False, interpolation=None)
    parser.read_string(entry_points.decode())
    return bool(set(parser.sections()) - INSTALLERS_GROUPS)
