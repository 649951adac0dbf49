"""Why an import probably failed, and what to do: the error's text, looked up; and what the assembly refused."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import BuildError, Fault
from ..inside import refusal
from ..invocation import advised
from ..locking.lockfile import adding, normalised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .spec import LayerSpec

_CAUSE_LINE, _CURE_LINE = "    cause: ", "    do:    "
# An error and the distribution that met it, to the likely cause and what to do.
Explain = Callable[[str, str], tuple[str, str]]

_BRING = (
    "bring it: `files: {lib/: FOLDER}` of the layer, one of the project's folders; or lock a wheel that has its own, "
    "which a newer `runtime` may fit"
)
# What libraries raise that look for another by its name: ctypes.util.find_library answers None where there is none.
_NOT_FOUND = r"(?i)\b(?:find|found|locate|load)\b.*\b(?:lib[a-z][\w.+-]*|library)\b|\blibrary\b.*\bfound\b"
_STEP_FAILED = "The command "  # as an engine begins what it says of a step
_DOCKERFILE = (
    "mend it: it starts `ARG RUNTIME_IMAGE` and `FROM ${RUNTIME_IMAGE}`, and what deploy.inside.assemble makes is in "
    "/out; or go without it: the pipeline has its own"
)
_RELOCK = f"lock a wheel that fits the runtime: {advised('lock')}"
_VERSIONS = f"lock versions that fit each other: {advised('lock', '--upgrade')}"
_EITHER = f"narrow the trim rule in config/pipeline.yaml, or lock other versions: {advised('lock', '--upgrade')}"
_TRIM = "keep it: narrow the trim rule in config/pipeline.yaml"
_FIND = adding("the distribution that brings the module")
_EXTRA = re.compile(r"(?P<name>[A-Za-z0-9._-]+).*extra\s*==\s*['\"](?P<extra>[^'\"]+)['\"].*")
OTHER_VERSION = "see the line that raised; lock another version, or leave the file out with the trim rule `exclude`"
"""What helps against a module that fails, where nothing better is known."""

# The first pattern that is found in the error's text decides; {0} is what its group matched.
_CAUSES: Sequence[tuple[str, str, str]] = (
    (r"(?:GLIBC|GLIBCXX|CXXABI|GCC)_[0-9.]+. not found", "a wheel for a newer Linux was locked", _RELOCK),
    (
        r"invalid ELF header|wrong ELF class|ELF file's|file too short",
        "a wheel for another system or a broken file",
        _RELOCK,
    ),
    (r"(lib\S+): cannot open shared object file", "it needs {0}, which neither layer nor runtime has", _BRING),
    (r"undefined symbol: (\S+)", "it was built for a library that has {0}, and meets another", _VERSIONS),
    (r"does not define module export function", "the file is a library or is named for another module", _RELOCK),
    (
        r"the process (?:used more than|ran|wrote) [0-9,]+|still ran after",
        "a package may take no more while it is imported; docs/explanation/security-model.md says how much",
        OTHER_VERSION,
    ),
    (
        r"Too many open files|can't start new thread|Resource temporarily unavailable|File too large|No space left",
        "it passed a bound that a package has while it is imported: 1,024 open files, 512 processes, 512 MiB of /tmp",
        OTHER_VERSION,
    ),
    (r"died of (SIG\w+)", "native code crashed while it was loaded ({0})", OTHER_VERSION),
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
        OTHER_VERSION,
    ),
    (
        r"Name or service not known|Network is unreachable|Temporary failure in name|URLError",
        "it calls the network when it is imported",
        OTHER_VERSION,
    ),
    (r"cannot import name", "two distributions do not fit each other, or a trim rule took part of one", _EITHER),
    (
        r"KeyError: '([A-Z][A-Z0-9_]+)'",
        "the template gives the function no variable {0}",
        "add it to the function's Environment",
    ),
    (_NOT_FOUND, "it looks for a library by itself, and neither layer nor runtime has it", _BRING),
    (r"SystemExit|exit code", "it is a script and ends the process when it is imported", OTHER_VERSION),
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


@dataclass(frozen=True, kw_only=True)
class LockedImports:
    """What is known of the locked distributions: by import name who brings it, and by name what each requires.

    `present` are the import names that the layers have; a name that is brought and not present was taken out.
    """

    brought: Mapping[str, str]
    present: frozenset[str]
    requires: Mapping[str, Sequence[str]]

    def explain(self, error: str, distribution: str) -> tuple[str, str]:
        """Return the likely cause of an error that a distribution meets, "" for a function, and what to do about it."""
        match = _ABSENT.search(error)
        return self._absent(match[1], distribution) if match else _known(error)

    def _absent(self, name: str, distribution: str) -> tuple[str, str]:
        if name in self.present:
            return "part of a distribution is not in the layer; a trim rule may have taken it", _TRIM
        if owner := self.brought.get(name):
            return f"the trim policy took {name}, of {owner}", _TRIM
        if name in sys.stdlib_module_names:
            cause = f"{name} is of the standard library, and the runtime's Python comes without it"
            return cause, "lock another distribution, which does not need it"
        if extra := self._extra(name, distribution):
            return (
                f"it comes with the extra {extra}, which nobody asked for",
                adding(f"{distribution}[{extra}]"),
            )
        if not distribution:
            return _unattached(name)
        return f"no locked distribution brings the module {name}", _FIND

    def _extra(self, name: str, distribution: str) -> str:
        """Return the extra of a distribution whose requirement is named like a module; "" where there is none."""
        wanted = normalised(name)
        for line in self.requires.get(distribution, ()):
            match = _EXTRA.fullmatch(line)
            if match and normalised(match["name"]).startswith(wanted):
                return match["extra"]
        return ""


def lacks_library(error: str) -> bool:
    """Tell whether an error is about a native library: the loader's own, or of who looks for one by its name."""
    return bool(re.search(rf"\.so\b|{_NOT_FOUND[len('(?i)') :]}", error, re.IGNORECASE))


def of_message(error: str) -> tuple[str, str]:
    """Return the likely cause of an import error and what to do, by nothing but its text."""
    match = _ABSENT.search(error)
    if match is None:
        return _known(error)
    return _unattached(match[1])


def _unattached(name: str) -> tuple[str, str]:
    return f"no layer that is attached brings {name}", f"attach the layer that does, or {_FIND}"


def _known(error: str) -> tuple[str, str]:
    for pattern, cause, cure in _CAUSES:
        if match := re.search(pattern, error):
            return cause.format(*match.groups()), cure
    return "the module itself raised it", OTHER_VERSION


def raise_heard(spec: LayerSpec, log: str) -> None:
    """Raise BuildError with every fault that the assembly of a layer told in its output; none, and nothing happens."""
    if told := refusal.heard(log):
        raise BuildError(_heard(spec, each) for each in told)


def _heard(spec: LayerSpec, text: str) -> Fault:
    first, *others = text.splitlines()
    where, _, what = first.partition(": ")
    return Fault(
        f"layers.{spec.layer.name}.{where}" if where.startswith("trim.") else where,
        what,
        " ".join(_lines_of(others, _CAUSE_LINE)),
        " ".join(_lines_of(others, _CURE_LINE)),
    )


def _lines_of(lines: list[str], begin: str) -> Iterator[str]:
    return (line.removeprefix(begin) for line in lines if line.startswith(begin))


@contextmanager
def of_dockerfile(spec: LayerSpec) -> Iterator[None]:
    """Name the project's own Dockerfile where assembling by it fails for no reason that is known better."""
    try:
        yield
    except BuildError as error:
        if not spec.has_own_dockerfile or any(each.cure or each.cause for each in error.faults):
            raise
        faults = [Fault(str(spec.dockerfile), each.what, _of_step(each.what), _DOCKERFILE) for each in error.faults]
        raise BuildError(faults, log=error.log) from error


def _of_step(what: str) -> str:
    return "that step failed, in the words above; steps have no network" if what.startswith(_STEP_FAILED) else ""
