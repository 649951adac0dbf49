"""The code zip by its bytes: the native files in it, and the names in it that hide those of others.

/var/task comes first on Python's path, before the layers, the runtime's own packages and the standard library:
https://docs.aws.amazon.com/lambda/latest/dg/python-package.html.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import Fault
from ...executable import Executable
from ...runtimes.table import BASES
from . import bytecode, elf
from .audit import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...settings import Target
    from ..evidence import FunctionUnderTest
    from ..values import BuiltLayer

WHERE = "code"
_IMPORTED = re.compile(r"(?P<name>[^\W\d]\w*)(?:/__init__\.pyc?|\.pyc?|\.(?:cpython-\w+-[\w-]+\.|abi3\.)?so)")
_IN_LAYER = re.compile(r"python/(?:lib/python3\.[0-9]+/site-packages/)?(?P<below>.+)")
# Where the audit of bytecode looks for it.
_AS_IN_A_LAYER = "python/code/"
_CAUSE = "it was built for another machine than Lambda's, or for another system"
_CURE = "build it for Lambda, in the runtime image for one, let a layer bring it, or leave it out with code.exclude"


def faults(
    task: Mapping[str, bytes], layers: Sequence[BuiltLayer], target: Target, *, is_whole: bool = True
) -> Iterator[Fault]:
    """Yield what of the code, files by path in /var/task, cannot work on this target or hides something.

    Where not all layers are at hand, `is_whole` is False, and one of them may have a library that nobody else has.
    """
    beside = {path.rpartition("/")[2] for path in (*task, *(path for layer in layers for path in names(layer)))}
    base = BASES[target.runtime]
    for path, content in task.items():
        if not (elf.is_candidate(path, content) or elf.is_foreign(content)):
            continue
        found = elf.read(path, content)
        if isinstance(found, Fault):
            misfits = [found]
        else:
            misfits = [*elf.unfit(found, base, target.architecture, "the code")]
            misfits += elf.lacking(found, base, beside, "the code") if is_whole and not misfits else ()
        for fault in misfits:
            yield replace(fault, where=f"{WHERE}: {path}", cause=_CAUSE, cure=_CURE)
    yield from _hiding(task, layers)


def stale(task: Mapping[str, bytes], function: FunctionUnderTest) -> Iterator[Fault]:
    """Yield each module whose bytecode Python would not use at once; what may be run as a program needs none."""
    if function.bytecode == "none":
        return
    modules = {f"{_AS_IN_A_LAYER}{path}": each for path, each in task.items() if not isinstance(each, Executable)}
    runtime, kind, read = function.target.runtime, function.bytecode, modules.__getitem__
    for fault in (
        *bytecode.faults(runtime, lambda _: kind, modules, read),
        *bytecode.alien(runtime, modules, read),
    ):
        where = f"{WHERE}: {fault.where.removeprefix(_AS_IN_A_LAYER)}"
        yield replace(fault, where=where, cure="report it: the pipeline made the bytecode")


def remarks(task: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the programs that nobody may run as they are."""
    for path, content in task.items():
        if content.startswith(elf.MAGIC) and not isinstance(content, Executable):
            found = elf.read(path, content)
            if isinstance(found, elf.SharedObject) and found.is_program:
                yield f"{WHERE}: {path} is a program, and its mode lets nobody run it"


def _hiding(task: Mapping[str, bytes], layers: Sequence[BuiltLayer]) -> Iterator[Fault]:
    theirs = {name: (layer, path) for layer in layers for path in sorted(names(layer)) if (name := _of_layer(path))}
    for path in sorted(task):
        match = _IMPORTED.fullmatch(path)
        if match is None:
            continue
        name = match["name"]
        if name in sys.stdlib_module_names:
            what = f"has the name of Python's own {name}"
            cause = "an import finds one of the two, and everything that wants the other fails"
            yield Fault(f"{WHERE}: {path}", what, cause, "rename it")
        elif name in theirs:
            layer, there = theirs[name]
            what = f"hides {there} of the layer {layer.spec.layer.name}"
            cure = "rename it, or take it out of the code or of the layer"
            yield Fault(f"{WHERE}: {path}", what, "the code comes before the layers on Python's path", cure)


def _of_layer(path: str) -> str:
    """Return the top-level name that a file of a layer is imported by, or nothing."""
    below = _IN_LAYER.fullmatch(path)
    match = _IMPORTED.fullmatch(below["below"]) if below else None
    return match["name"] if match else ""
