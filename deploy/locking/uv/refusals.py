"""What uv's words mean where it refuses, and what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

UNHEARD = "an index did not give what was asked for"
"""What is wrong where no versions were compared; another runtime would be of no help."""

UNFIT = "no set of versions fits"
"""What is wrong where only the log says of which package."""

# The first sign that is in uv's words decides: what happened, why, and what helps.
_CAUSES = (
    (
        "missing an upload date",
        UNFIT,
        "an index without upload dates cannot say what is within the cooldown",
        "`lock: {undated: WHY}` in config/pipeline.yaml takes what has no date, and names it; or use another index",
    ),
    ("exclude-newer", UNFIT, "the cooldown leaves no version", "wait, or give the package an entry in lock.overrides"),
    (
        "UnknownIssuer",
        UNHEARD,
        "the certificate of a package index is of a CA that is not known here",
        "name a file of CA certificates that has it in PIP_CERT",
    ),
    ("401 Unauthorized", UNHEARD, "401: a package index does not know who asks", "correct its user and password"),
    ("403 Forbidden", UNHEARD, "403: a package index does not let this user in", "correct its user and password"),
    (
        "error sending request",
        UNHEARD,
        "the package index cannot be reached",
        "check the network, the proxy and PIP_INDEX_URL",
    ),
    (
        "Failed to fetch",
        UNHEARD,
        "the package index did not give what it lists",
        "check PIP_INDEX_URL and its credentials",
    ),
    *(
        (sign, UNHEARD, "what answers there is no package index, but a page or a proxy", "check PIP_INDEX_URL")
        for sign in ("Received some unexpected", "Missing `Content-Type` header")
    ),
    ("network was disabled", UNHEARD, "uv is offline", "unset UV_OFFLINE"),
)
_ABSENT = re.compile(r"(\S+) was not found in the package registry")
_NO_VERSION = re.compile(r"there are no versions of (\S+) and")
_WITHOUT_WHEELS = re.compile(r"Wheels are required for `([^`]+)`")
_NO_WHEEL = "no version that is wanted has a wheel for the runtime"


def refusal(source: str, log: str, asked: str) -> list[Fault]:
    """Return what is wrong with the requirements of `source`, from what uv wrote; `asked` names the indexes."""
    words = " ".join(log.split())
    for sign, what, cause, cure in _CAUSES:
        if sign in words:
            return [Fault(source, what, f"{cause} (asked: {asked})", cure)]
    if absent := " and no ".join(dict.fromkeys(_ABSENT.findall(words))):
        cure = "check its spelling, or name the index that has it, as in PIP_EXTRA_INDEX_URL"
        return [Fault(source, UNFIT, f"there is no package {absent} (asked: {asked})", cure)]
    if unbuilt := list(dict.fromkeys(_WITHOUT_WHEELS.findall(words))):
        return list(_unbuilt(source, unbuilt))
    return [_of_versions(source, words, asked)]


def _of_versions(source: str, words: str, asked: str) -> Fault:
    if "no wheels with a matching" in words or "have no usable wheels" in words:
        return Fault(source, UNFIT, _NO_WHEEL, "use another package or version")
    if "current Python version" in words and "does not satisfy Python" in words:
        what = "what is required needs another Python than the runtime's"
        return Fault(source, UNFIT, what, "use another version, or another `runtime`")
    if found := _NO_VERSION.search(words):
        cause = f"an index knows {found[1]}, and lists no file of it (asked: {asked})"
        return Fault(source, UNFIT, cause, "check its name, and PIP_INDEX_URL: it may answer with a page for people")
    if "unsatisfiable" in words:
        return Fault(source, UNFIT, "the requirements contradict each other", "loosen the one that uv names last")
    return Fault(source, "no set of versions was found", "uv failed, in the words above", "mend what they name")


def _unbuilt(source: str, names: list[str]) -> Iterator[Fault]:
    for name in names:
        key = f"`build-from-source: {{{name}: WHY}}` in config/pipeline.yaml"
        cure = f"use another package or version; if {name} is pure Python, {key} has its wheel built"
        yield Fault(f"{source}: {name}", _NO_WHEEL, "it is published as source alone, or for other runtimes", cure)
