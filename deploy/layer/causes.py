"""Why an import probably failed, and what to do: the error's last line, looked up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from deploy.errors import Fault
from deploy.invocation import advised

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from deploy.layer.values import BuiltLayer

_RELOCK = f"lock a wheel that fits the runtime: {advised('lock')}"
_VERSIONS = f"lock versions that fit each other: {advised('lock', '--upgrade')}"
_EITHER = f"narrow the trim rule in config/pipeline.yaml, or lock other versions: {advised('lock', '--upgrade')}"
_TRIM = "keep it: narrow the trim rule in config/pipeline.yaml"
_REPORT = "see the line that raised; lock another version, or leave the file out with the trim rule `exclude`"

# The first pattern that is found in the error's last line decides; {0} is what its group matched.
_CAUSES: Sequence[tuple[str, str, str]] = (
    (r"(?:GLIBC|GLIBCXX|CXXABI|GCC)_[0-9.]+. not found", "a wheel for a newer Linux was locked", _RELOCK),
    (
        r"invalid ELF header|wrong ELF class|ELF file's|file too short",
        "a wheel for another system or a broken file",
        _RELOCK,
    ),
    (r"(lib\S+): cannot open shared object file", "it needs {0}, which neither layer nor runtime has", _RELOCK),
    (r"undefined symbol: (\S+)", "it was built for a library that has {0}, and meets another", _VERSIONS),
    (r"does not define module export function", "the file is a library or is named for another module", _RELOCK),
    (r"died of (SIG\w+)", "native code crashed while it was loaded ({0})", _REPORT),
    (
        r"UnknownServiceError|DataNotFoundError|UnknownEndpoint|NoRegionError",
        "the trim policy took data that botocore needs",
        _TRIM,
    ),
    (
        r"No such file or directory|FileNotFoundError",
        "a file it reads is not in the layer; a trim rule may have taken it",
        _TRIM,
    ),
    (
        r"Read-only file system|PermissionError",
        "it writes when it is imported; only /tmp can be written in Lambda",
        _REPORT,
    ),
    (
        r"Name or service not known|Network is unreachable|Temporary failure in name|URLError",
        "it calls the network when it is imported",
        _REPORT,
    ),
    (r"cannot import name", "two distributions do not fit each other, or a trim rule took part of one", _EITHER),
    (
        r"KeyError: '([A-Z][A-Z0-9_]+)'",
        "the template gives the function no variable {0}",
        "add it to the function's Environment",
    ),
    (r"SystemExit|exit code", "it is a script and ends the process when it is imported", _REPORT),
    (
        r"UserCodeSyntaxError",
        "the function's own code is not Python that the runtime reads",
        f"correct it; {advised('layer')} tries it before it ships",
    ),
    (r"SyntaxError", "it is written for another Python", _RELOCK),
    (
        r"does not exist|is not callable|missing on module|Bad handler",
        "the function's `handler` names something else",
        "correct it in config/pipeline.yaml",
    ),
)
_ABSENT = re.compile(r"No module named '([^'.]+)")


def explain(layers: Sequence[BuiltLayer]) -> Callable[[Mapping[str, Any]], Fault]:
    """Return what turns a failed record of the probe into a fault; the layers tell what was left out of them."""
    excluded = {package.name for layer in layers for package in layer.report.packages if package.excluded}
    present = {module for layer in layers for package in layer.report.packages for module in package.modules}

    def fault(record: Mapping[str, Any]) -> Fault:
        error = record["error"]
        cause, cure = _absent(error, excluded, present) or _known(error)
        where = f"{record.get('distribution') or 'botocore'}: {record['what']}"
        at = f" ({record['at']})" if record.get("at") else ""
        return Fault(where, f"{error}{at}", cause, cure)

    return fault


def of_message(error: str) -> tuple[str, str]:
    """Return the likely cause of an import error and what to do, by nothing but its text."""
    return _absent(error, set(), set()) or _known(error)


def _absent(error: str, excluded: set[str], present: set[str]) -> tuple[str, str] | None:
    match = _ABSENT.search(error)
    if match is None:
        return None
    name = match[1]
    if name in present:
        return "part of a distribution is not in the layer; a trim rule may have taken it", _TRIM
    if name.replace("_", "-").lower() in excluded:
        return f"the trim policy took {name}", _TRIM
    cure = f"attach the layer that does, or add it to requirements.in and lock it: {advised('lock')}"
    return f"no layer that is attached brings {name}", cure


def _known(error: str) -> tuple[str, str]:
    for pattern, cause, cure in _CAUSES:
        if match := re.search(pattern, error):
            return cause.format(*match.groups()), cure
    return "the module itself raised it", _REPORT
