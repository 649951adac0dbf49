"""The code zip: what becomes /var/task. The same sources give the same bytes on any machine.

It holds sources alone, no bytecode, by measurement: compiling this project's modules takes 4 ms of a start-up of
174 ms, in the phase in which Lambda gives a function a whole processor, while bytecode beside the sources makes
the zip 2.7 times as large (bytecode in place of them 1.7 times). What a function imports for the most part comes
from its layers, which do bring their bytecode.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import deflate

from deploy.atomic import write
from deploy.code import tree_digest
from deploy.code.strip_docstrings import undocumented
from deploy.errors import BuildError, Fault
from deploy.inside import archive
from deploy.inside.archive import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deploy.settings import Settings

NAME = "code.zip"
_LEVEL = 12  # libdeflate's best: 5 ms for so little, and smaller by 1 %
# Left out silently: what editors, interpreters and desktops leave behind. Hidden files are left out as well.
DROPPINGS = ("__pycache__", "*.pyc", "*.pyo", "*~", "*.swp", "*.swo", "*.bak", "*.orig", "*.rej", "#*#", "Thumbs.db")


@dataclass(frozen=True, kw_only=True)
class CodeBundle:
    """The code zip and what is in it. `sha256` is hexadecimal, `size` the zip's bytes, `files` by path in /var/task.

    `tree_digest` is what a function that runs this code answers to the health question.
    """

    zip: Path
    sha256: str
    files: Mapping[str, bytes]
    tree_digest: str
    size: int


def bundle(settings: Settings, into: Path) -> CodeBundle:
    """Collect the source folder and the included files, and write `into`/code.zip where its bytes changed.

    Raises BuildError with every file that cannot be shipped: links, secrets, what Python cannot compile.
    """
    faults: list[Fault] = []
    files = dict(_collected(settings, faults))
    faults += _uncompilable(settings, files)
    faults += _without_module(settings, files)
    if faults:
        raise BuildError(faults)
    if not settings.code.documentation:
        files = {name: undocumented(content) if name.endswith(".py") else content for name, content in files.items()}
    content = _zipped(files)
    target = into / NAME
    if not target.exists() or target.read_bytes() != content:
        write(target, content)
    return CodeBundle(
        zip=target,
        sha256=hashlib.sha256(content).hexdigest(),
        files=files,
        tree_digest=tree_digest.of_files(files),
        size=len(content),
    )


def _collected(settings: Settings, faults: list[Fault]) -> Iterator[tuple[str, bytes]]:
    """Yield what ships by its path in the zip; note in `faults` what must not."""
    source = settings.project / settings.code.source
    seen: set[str] = set()
    for path, name in [*_source(source), *_included(settings, faults)]:
        shown = str(path.relative_to(settings.project))
        if fault := _refusal(path, shown):
            faults.append(fault)
        elif name in seen:
            faults.append(Fault(shown, f"would become {name}, and so would a file in {settings.code.source}"))
        else:
            seen.add(name)
            yield name, path.read_bytes()
    if not seen and not faults:
        faults.append(Fault(str(settings.code.source), "holds nothing to ship", cure="set code.source"))


def _source(source: Path) -> Iterator[tuple[Path, str]]:
    for folder, folders, names in os.walk(source):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = sorted(name for name in folders if _wanted(name) and name not in links)
        for name in sorted([*names, *links]):
            if _wanted(name) or _secret(name):
                path = Path(folder, name)
                yield path, path.relative_to(source).as_posix()


def _included(settings: Settings, faults: list[Fault]) -> Iterator[tuple[Path, str]]:
    for include in settings.code.include:
        if include.is_absolute() or ".." in include.parts:
            faults.append(Fault(f"code.include: {include}", "is not inside the project"))
        else:
            yield settings.project / include, include.as_posix()


def _wanted(name: str) -> bool:
    return not name.startswith(".") and not any(fnmatch.fnmatchcase(name, pattern) for pattern in DROPPINGS)


def _secret(name: str) -> bool:
    return name == ".env" or (name.startswith(".env.") and name != ".env.example")


def _refusal(path: Path, shown: str) -> Fault | None:
    if _secret(path.name):
        return Fault(shown, "holds secrets, and would lie in every function", cure="keep it out of the source folder")
    if path.is_symlink():
        return Fault(shown, "is a link, and a zip would hold something else on each machine", cure="put the file here")
    if not path.exists():
        return Fault(shown, "no such file", cure="add it, or take it out of code.include")
    if not path.is_file():
        return Fault(shown, "is not a file")
    return None


def _uncompilable(settings: Settings, files: Mapping[str, bytes]) -> Iterator[Fault]:
    """Yield a fault for each module that Python cannot compile; the pipeline runs on the runtime's own version."""
    if settings.runtime != (here := f"python{sys.version_info.major}.{sys.version_info.minor}"):
        cure = f"put {here} first in `runtimes`, where the functions' own is, or deploy the layers without functions"
        yield Fault("runtime", f"is {settings.runtime}, and this is {here}, which reads sources differently", cure=cure)
        return
    for name, content in files.items():
        if name.endswith(".py"):
            shown = name if Path(name) in settings.code.include else f"{settings.code.source}/{name}"
            try:
                compile(content, shown, "exec", dont_inherit=True)
            except SyntaxError as error:
                line = f":{error.lineno}" if error.lineno else ""
                yield Fault(f"{shown}{line}", error.msg, cause=_line(content, error.lineno or 0))
            except ValueError as error:  # a null byte, before Python 3.11.4
                yield Fault(shown, str(error))


def _line(content: bytes, number: int) -> str:
    """Return a line of what ships; SyntaxError.text would be of whatever file has this name where Python runs."""
    return b"".join(content.splitlines()[number - 1 : number]).decode(errors="replace").strip()


def _without_module(settings: Settings, files: Mapping[str, bytes]) -> Iterator[Fault]:
    for function in settings.functions.values():
        module = function.handler.rpartition(".")[0].replace(".", "/")
        if not {f"{module}.py", f"{module}/__init__.py"} & set(files):
            where = f"functions.{function.key}.handler"
            yield Fault(where, f"{function.handler} needs {module}.py in {settings.code.source}")


def _zipped(files: Mapping[str, bytes]) -> bytes:
    entries = {name: Entry(content) for name, content in files.items()}
    return archive.write(entries, lambda content: bytes(deflate.deflate_compress(content, _LEVEL))).content
