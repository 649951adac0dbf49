"""Try what was unpacked: import everything, load everything, and say where each thing came from.

Runs in a sandbox, with one argument, the plan, as JSON; prints one line of JSON. It judges nothing, so that a
failing import is a record like any other and not the end: deploy/layer/verify_imports.py makes faults of it.

Whatever may end the process, a crash of native code included, happens in a forked child.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import importlib.metadata
import importlib.util
import json
import marshal
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    Record = dict[str, Any]

END = {"kind": "end"}
STANDARD = Path(os.__file__).resolve().parent


def main() -> None:
    plan = json.loads(sys.argv[1])
    with _quiet_stdout() as answer:
        sys.path[:] = [path for path in sys.path if path]
        result = {
            "python": sys.version.split()[0],
            "glibc": (os.confstr("CS_GNU_LIBC_VERSION") or "").removeprefix("glibc "),
            "machine": os.uname().machine,
            "layer": both_ways(try_layer, plan),
            "functions": {each["key"]: both_ways(try_handler, plan, each) for each in plan["functions"]},
        }
        answer.write(json.dumps(result) + "\n")


@contextlib.contextmanager
def _quiet_stdout() -> Iterator[Any]:
    """Keep stdout for the answer alone: what imported code prints goes to stderr."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)
        yield answer


def both_ways(trial: Callable[..., Iterator[Record]], plan: Record, *arguments: Any) -> dict[str, list[Record]]:
    """Try as Lambda does; where that took modules from the runtime's own packages, try again without those."""
    usual = survive(trial, plan, *arguments)
    borrowed = any(record["kind"] == "borrowed" for record in usual)
    return {"usual": usual, "alone": survive(_alone, trial, plan, *arguments) if borrowed else []}


def survive(trial: Callable[..., Iterator[Record]], *arguments: Any) -> list[Record]:
    """Run a trial to its end: what kills the process becomes a record, and the rest is tried without it."""
    fatal: dict[str, Record] = {}
    while True:
        records, death = apart(trial, *arguments, frozenset(fatal))
        if not death:
            return [*records, *fatal.values()]
        begun = next((each for each in reversed(records) if each["kind"] == "begin"), {"what": "the probe"})
        last = {**begun, "kind": "import", "error": death, "at": ""}
        if last["what"] in fatal:
            return [*records, last]
        fatal[last["what"]] = last


def apart(trial: Callable[..., Iterator[Record]], *arguments: Any) -> tuple[list[Record], str]:
    """Run a generator of records in a forked child; return what it gave, and of what it died, if it did."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        _report(writable, trial(*arguments))
    os.close(writable)
    with os.fdopen(readable, encoding="utf-8") as pipe:
        records = [json.loads(line) for line in pipe if line.endswith("\n")]
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0:
        return records, f"the process died of {signal.Signals(-code).name}"
    if code or not records or records[-1] != END:  # os._exit(0) in an import must not pass for success
        return records, f"the process ended with exit code {code}"
    return records[:-1], ""


def _report(writable: int, records: Iterator[Record]) -> None:
    code = 70
    try:
        with os.fdopen(writable, "w", encoding="utf-8") as pipe:
            for record in records:
                pipe.write(json.dumps(record) + "\n")
                pipe.flush()
            pipe.write(json.dumps(END) + "\n")
        code = 0
    except BaseException:  # noqa: BLE001 - the child must not return into the parent's code, whatever happens
        traceback.print_exc()
    finally:
        os._exit(code)


def _alone(trial: Callable[..., Iterator[Record]], plan: Record, *arguments: Any) -> Iterator[Record]:
    """Try with nothing to import but the layer, the code and the standard library."""
    sys.path[:] = [path for path in sys.path if home(path, plan) != "runtime"]
    sys.path_importer_cache.clear()
    return trial(plan, *arguments)


def try_layer(plan: Record, skip: frozenset[str]) -> Iterator[Record]:
    compiled = watch_compiler()
    before = set(sys.modules)
    retry: list[tuple[str, str]] = []
    for distribution in plan["distributions"]:
        yield version(distribution, plan)
        for module in distribution["modules"]:
            if module in skip:
                continue
            yield {"kind": "begin", "what": module, "distribution": distribution["name"]}
            record = attempt(module, plan) | {"distribution": distribution["name"]}
            if record["error"]:
                retry.append((distribution["name"], module))
            else:
                yield record
        yield from borrowed(before, plan, distribution["name"])
    for name, module in retry:  # some modules can only be imported once another one is
        yield {"kind": "begin", "what": module, "distribution": name}
        yield attempt(module, plan) | {"distribution": name}
    for distribution in plan["distributions"]:
        yield from native(distribution, plan)
    yield from clients(plan)
    yield from bytecode(compiled, plan)


def try_handler(plan: Record, function: Record, _skip: frozenset[str]) -> Iterator[Record]:
    """Import a handler as the runtime interface client does, with the function's own environment."""
    os.environ.update(function["environment"])
    before = set(sys.modules)
    module, _, attribute = function["handler"].rpartition(".")
    module = module.replace("/", ".")
    yield {"kind": "begin", "what": module, "distribution": ""}
    record = attempt(module, plan) | {"distribution": ""}
    if not record["error"] and not callable(getattr(sys.modules[module], attribute, None)):
        has = "is not callable" if hasattr(sys.modules[module], attribute) else "does not exist"
        record["error"] = f"{module}.{attribute} {has}"
    yield record
    yield from borrowed(before, plan, "")


def attempt(name: str, plan: Record) -> Record:
    """Import one module, and what lies in it where it is a namespace package; tell from where, or why not."""
    started = time.perf_counter()
    error = at = ""
    homes: list[str] = []
    try:
        module = importlib.import_module(name)
        for inner in _portions(name, module):
            importlib.import_module(inner)
        homes = sorted({home(path, plan) for path in _paths(module)})
    except BaseException as caught:  # noqa: BLE001 - an import may raise anything, SystemExit included
        error, at = _last_line(caught), _where(caught)
    spent = round((time.perf_counter() - started) * 1000, 1)
    return {"kind": "import", "what": name, "error": error, "at": at, "homes": homes, "ms": spent}


def _portions(name: str, module: ModuleType) -> Iterator[str]:
    """Yield what a namespace package holds; importing it proves nothing, for it has no code of its own."""
    if vars(module).get("__file__") or not hasattr(module, "__path__"):
        return
    for folder in list(module.__path__):
        for entry in sorted(Path(folder).iterdir()):
            stem = entry.name.partition(".")[0]
            importable = entry.is_dir() or entry.suffix in {".py", ".pyc", ".so"}
            if importable and stem.isidentifier() and stem != "__pycache__":
                yield f"{name}.{stem}"
                yield from _portions(f"{name}.{stem}", importlib.import_module(f"{name}.{stem}"))


def _paths(module: ModuleType) -> list[str]:
    file = vars(module).get("__file__")
    return [file] if file else list(vars(module).get("__path__", ()))


def home(path: str, plan: Record) -> str:
    """Tell to whom a path belongs: the layer, the code, the standard library, or the runtime's own packages."""
    real = Path(path).resolve()
    for owner in ("layer", "code"):
        if real.is_relative_to(Path(plan[owner]).resolve()):
            return owner
    if real.is_relative_to(STANDARD) and not {"site-packages", "dist-packages"} & set(real.parts):
        return "python"
    return "python" if real.suffix == ".zip" else "runtime"


def borrowed(before: set[str], plan: Record, distribution: str) -> Iterator[Record]:
    """Yield the packages that came from the runtime since the last call; remember them in `before`."""
    taken: set[str] = set()
    for name in sorted(set(sys.modules) - before):
        before.add(name)
        file = getattr(sys.modules[name], "__dict__", {}).get("__file__")
        if isinstance(file, str) and Path(file).is_absolute() and home(file, plan) == "runtime":
            taken.add(name.partition(".")[0])
    for name in sorted(taken):
        yield {"kind": "borrowed", "what": name, "distribution": distribution}


def version(distribution: Record, plan: Record) -> Record:
    record = {"kind": "version", "what": distribution["name"], "version": None, "home": None}
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        found = importlib.metadata.distribution(distribution["name"])
        record |= {"version": found.version, "home": home(str(found.locate_file("")), plan)}
    return record


def native(distribution: Record, plan: Record) -> Iterator[Record]:
    for kind, load in (("extensions", extension), ("libraries", library)):
        for path in distribution[kind]:
            records, death = apart(load, path, plan)
            outcome = records[-1] if records else {"error": "gave no answer"}
            error = death or outcome["error"]
            yield {"kind": "native", "what": path, "distribution": distribution["name"], "error": error}


def extension(path: str, plan: Record) -> Iterator[Record]:
    """Load an extension module under its own name: as an import does it, else from its file alone."""
    full = f"{plan['layer']}/python/{path}"
    suffix = next((each for each in importlib.machinery.EXTENSION_SUFFIXES if path.endswith(each)), "")
    name = path.removesuffix(suffix).replace("/", ".")
    if not suffix:
        yield {"error": "no import finds this file name: it is for another Python"}
        return
    try:
        module = importlib.import_module(name)
        if module.__spec__ and module.__spec__.origin == full:
            yield {"error": ""}
            return
        error = f"an import of {name} finds {module.__spec__ and module.__spec__.origin}"
    except BaseException as caught:  # noqa: BLE001 - as above
        error = _last_line(caught)
    with contextlib.suppress(BaseException):  # the import's own error says more than the loader's
        loader = importlib.machinery.ExtensionFileLoader(name, full)
        spec = importlib.machinery.ModuleSpec(name, loader, origin=full)
        loader.exec_module(importlib.util.module_from_spec(spec))
        error = ""
    yield {"error": error}


def library(path: str, plan: Record) -> Iterator[Record]:
    import ctypes  # only layers with plain libraries need it

    try:
        ctypes.CDLL(f"{plan['layer']}/python/{path}")
    except OSError as caught:
        yield {"error": _last_line(caught)}
    else:
        yield {"error": ""}


def clients(plan: Record) -> Iterator[Record]:
    """Make a client of each kept AWS service, and resolve its endpoint; nothing is sent."""
    for service in plan["services"]:
        error, endpoint = "", ""
        try:
            session = importlib.import_module("botocore.session").get_session()
            keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
            endpoint = session.create_client(service, region_name=plan["region"], **keys).meta.endpoint_url
        except BaseException as caught:  # noqa: BLE001 - as above
            error = _last_line(caught)
        yield {"kind": "client", "what": service, "error": error, "endpoint": endpoint}


def watch_compiler() -> list[str]:
    """Note every source that an import compiles from now on, because it found no bytecode that it could use."""
    compiled: list[str] = []
    loader: Any = importlib.machinery.SourceFileLoader
    original = loader.source_to_code

    def noting(self: Any, data: bytes, path: str, **options: Any) -> Any:
        compiled.append(str(path))
        return original(self, data, path, **options)

    loader.source_to_code = noting
    return compiled


def bytecode(compiled: list[str], plan: Record) -> Iterator[Record]:
    """Yield the layer's modules that were compiled, and those whose bytecode names a file elsewhere than in /opt."""
    for path in compiled:
        if home(path, plan) == "layer":
            yield {"kind": "compiled", "what": path}
    used = 0
    for module in list(sys.modules.values()):
        spec = getattr(module, "__dict__", {}).get("__spec__")
        cached = Path(getattr(spec, "cached", None) or os.devnull)
        if cached.suffix == ".pyc" and home(str(cached), plan) == "layer" and cached.exists():
            used += str(getattr(spec, "origin", "")) not in compiled
            name = marshal.loads(cached.read_bytes()[16:]).co_filename  # noqa: S302 - Python just ran this file
            if not name.startswith("/opt/python/"):
                yield {"kind": "misnamed", "what": str(cached), "name": name}
    yield {"kind": "bytecode", "used": used}


def _last_line(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)).strip().splitlines()[-1][:500]


def _where(error: BaseException) -> str:
    """Name the line that raised: the innermost one that is a file's."""
    files = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    frames = [frame for frame in files if frame.filename not in {importlib.__file__, "script"}]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


if __name__ == "__main__":
    main()
