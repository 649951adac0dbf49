"""The code zip: what becomes /var/task. The same sources give the same bytes on any machine.

It holds sources alone, unless `code.bytecode` asks for bytecode beside them or in their place.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..atomic import unreadable, write
from ..errors import BuildError, Fault
from ..executable import Executable
from . import bytecode, start, tree_digest
from .remembered import Remembered, RememberedZip, ZippedFiles
from .selection import Selection, select
from .sources import HERE, read_here

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..settings import Code, Function, Settings
    from .remembered import Memory
    from .sources import Python

NAME = "code.zip"
_HIDE = "move it, let git ignore it, or leave it out with code.exclude"
_LEVEL = 12  # libdeflate's best: 5 ms for so little, and smaller by 1 %


@dataclass(frozen=True, kw_only=True)
class CodeBundle:
    """The code zip and what is in it. `sha256` is hexadecimal, `size` the zip's bytes, `files` by path in /var/task.

    `tree_digest` is what a function that runs this code answers to the health question, `left_out` the paths in the
    project of what lies beside the code and does not ship.
    """

    zip: Path
    sha256: str
    files: Mapping[str, bytes]
    tree_digest: str
    size: int
    left_out: tuple[str, ...] = ()


def names(settings: Settings) -> dict[str, str]:
    """Return the name of each function's code zip, by its key: code.zip, or that of the first function that has it."""
    first: dict[Code, str] = {settings.code: NAME}
    for function in settings.functions.values():
        first.setdefault(settings.code_of(function), f"code-{function.name}.zip")
    return {function.key: first[settings.code_of(function)] for function in settings.functions.values()}


def bundles(
    settings: Settings, into: Path, *written: Path, python: Python | None = None, memory: Memory | None = None
) -> dict[str, CodeBundle]:
    """Make the code zip of each source; return them by function: those with the same code have the same zip.

    What lies below `written` and `into` is no code. `python` is the runtime's own; without it this process's takes its
    place, if it is of that version. `memory` knows which sources gave the zip that is there.
    Raises BuildError with every fault of every source.
    """
    groups: dict[str, list[Function]] = {}
    for key, name in names(settings).items():
        groups.setdefault(name, []).append(settings.functions[key])
    made: dict[str, CodeBundle] = {}
    faults: list[Fault] = []
    for name, functions in groups.items():
        code = settings.code_of(functions[0])
        own = replace(settings, code=code, functions={each.key: each for each in functions})
        key = "code" if code == settings.code else f"functions.{functions[0].key}.code"
        try:
            found = bundle(own, into, *written, name=name, key=key, python=python, memory=memory)
        except BuildError as error:
            faults += error.faults
        else:
            made |= dict.fromkeys((each.key for each in functions), found)
    if faults:
        raise BuildError(list(dict.fromkeys(faults)))
    return made


def bundle(  # noqa: PLR0913 - what, where to, and what there is to know of it
    settings: Settings,
    into: Path,
    *written: Path,
    name: str = NAME,
    key: str = "code",
    python: Python | None = None,
    memory: Memory | None = None,
) -> CodeBundle:
    """Collect the source folder and the included files, and write `into`/`name` where its bytes changed.

    `key` is what configures it; the rest is as in `bundles`. Raises BuildError with every file that cannot be
    shipped: links, secrets, what Python cannot compile.
    """
    faults: list[Fault] = []
    written = (into, *written)
    selection = select(settings, settings.project / settings.code.source, written)
    files = dict(_collected(settings, selection, written, key, faults))
    target = into / name
    remembered = Remembered.by(memory, target, settings, files, python) if memory and not faults else None
    if remembered and (known := remembered.find()):
        return _bundled(target, known, ZippedFiles(target), selection)
    modules = _read(settings, files, python, faults)
    faults += _without_module(settings, files)
    if faults:
        raise BuildError(faults)
    if not settings.code.documentation:
        files |= modules
    if settings.code.start.gc == "frozen":
        files |= start.entries(settings.functions.values(), files, settings.code.bytecode, key)
    files = bytecode.added(files, settings.code.bytecode, python.compiled if python else bytecode.here)
    content = _zipped(files)
    if not target.exists() or target.read_bytes() != content:
        write(target, content)
    made = RememberedZip(hashlib.sha256(content).hexdigest(), tree_digest.of_files(files))
    if remembered:
        remembered.keep(made)
    return _bundled(target, made, files, selection)


def _bundled(target: Path, made: RememberedZip, files: Mapping[str, bytes], selection: Selection) -> CodeBundle:
    return CodeBundle(
        zip=target,
        sha256=made.sha256,
        files=files,
        tree_digest=made.tree_digest,
        size=target.stat().st_size,
        left_out=selection.left_out,
    )


def _collected(
    settings: Settings, selection: Selection, written: Sequence[Path], key: str, faults: list[Fault]
) -> Iterator[tuple[str, bytes]]:
    """Yield what ships by its path in the zip; note in `faults` what must not."""
    seen: set[str] = set()
    for path, name in [*selection.files, *_included(settings, written, key, faults)]:
        shown = str(path.relative_to(settings.project))
        if fault := _refusal(path, shown):
            faults.append(fault)
        elif name in seen:
            faults.append(Fault(shown, f"would become {name}, and so would a file in {settings.code.source}"))
        else:
            seen.add(name)
            try:
                content = path.read_bytes()
            except OSError as error:
                faults.append(unreadable(Path(shown), error))
                continue
            yield name, Executable(content) if path.stat().st_mode & 0o100 else content
    if not seen and not faults:
        is_there = (settings.project / settings.code.source).is_dir()
        what = "holds nothing to ship" if is_there else "there is no such folder"
        faults.append(Fault(str(settings.code.source), what, cure=f"set {key}.source"))


def _included(settings: Settings, written: Sequence[Path], key: str, faults: list[Fault]) -> Iterator[tuple[Path, str]]:
    for include in settings.code.include:
        if include.is_absolute() or ".." in include.parts:
            faults.append(
                Fault(f"{key}.include: {include}", "is not inside the project", cure="copy it in, or take it out")
            )
        elif (path := settings.project / include).is_dir() and not path.is_symlink():
            yield from ((file, f"{include.as_posix()}/{name}") for file, name in select(settings, path, written).files)
        else:
            yield path, include.as_posix()


def _secret(name: str) -> bool:
    return name == ".env" or (name.startswith(".env.") and name != ".env.example")


def _refusal(path: Path, shown: str) -> Fault | None:
    if not shown.isprintable():
        name = shown.encode("unicode_escape").decode()
        is_text = shown == shown.encode(errors="replace").decode()
        cause = "nothing can show it" if is_text else "the names in a zip are UTF-8 on every machine"
        return Fault("code", f"{name} is not a name that can be shipped", cause, "rename it, or code.exclude it")
    if _secret(path.name):
        return Fault(
            shown,
            "holds secrets, and would lie in every function",
            cure="move it, let git ignore it, or code.exclude it",
        )
    if path.is_symlink():
        return Fault(shown, "is a link, and a zip would hold something else on each machine", cure="put the file here")
    if not path.exists():
        return Fault(shown, "no such file", cure="add it, or take it out of code.include")
    if not path.is_file():
        return Fault(shown, "is not a file", "it is a folder, a pipe, a socket or a device", "code.exclude it")
    return None


def _read(
    settings: Settings, files: Mapping[str, bytes], python: Python | None, faults: list[Fault]
) -> dict[str, bytes]:
    """Return the modules as they ship; note in `faults` each that the runtime's Python cannot compile."""
    if python is None and settings.runtime != HERE:
        what, cure = f"is {settings.runtime}, and this is {HERE}, which reads sources differently", "use its own Python"
        faults.append(Fault("runtime", what, cure=cure))
        return {}
    modules: dict[str, bytes] = {}
    for name, each in (python.read if python else read_here)(
        {name: each for name, each in files.items() if name.endswith(".py")}
    ).items():
        if isinstance(each, bytes):
            modules[name] = Executable(each) if isinstance(files[name], Executable) else each
            continue
        shown = name if Path(name) in settings.code.include else f"{settings.code.source}/{name}"
        where = f"{shown}:{each.line}" if each.line else shown
        faults.append(Fault(where, each.message, _line(files[name], each.line), "correct it, or code.exclude it"))
    return modules


def _line(content: bytes, number: int) -> str:
    """Return a line of what ships; SyntaxError.text would be of whatever file has this name where Python runs."""
    return b"".join(content.splitlines()[max(number - 1, 0) : number]).decode(errors="replace").strip()


def _without_module(settings: Settings, files: Mapping[str, bytes]) -> Iterator[Fault]:
    for function in settings.functions.values():
        module = function.handler.rpartition(".")[0].replace(".", "/")
        if not {f"{module}.py", f"{module}/__init__.py"} & set(files):
            where = f"functions.{function.key}.handler"
            what = f"{function.handler} needs {module}.py in {settings.code.source}"
            yield Fault(where, what, cure="correct the handler, or `code.source`")


def _zipped(files: Mapping[str, bytes]) -> bytes:
    import deflate

    from ..inside import archive
    from ..inside.archive import ArchiveEntry

    entries = {name: ArchiveEntry(content, isinstance(content, Executable)) for name, content in files.items()}
    return archive.write(entries, lambda content: bytes(deflate.deflate_compress(content, _LEVEL))).content
