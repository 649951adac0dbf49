"""Builds a wheel inside the runtime, from sources that it is given, with what is installed there: PEP 517.

It runs as a script with one argument, JSON: `files` (content in base64, by path), `executable` (the paths that may be
run), `backend`, `backend_path` and `subdirectory`. It prints JSON: `requires` (what the backend needs besides), and
where nothing is missing `name` and `wheel`; or `failed`. It imports the standard library alone.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

_NOBODY = 40000
_TIMEOUT = 900
_TAIL = 20000
# https://reproducible-builds.org/specs/source-date-epoch/: the first moment that a zip can name.
_FIXED = {"SOURCE_DATE_EPOCH": "315532800", "PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
_HOOK = """\
import importlib, json, os, sys
plan = json.loads(sys.argv[1])
sys.path[:0] = [os.path.join(os.getcwd(), each) for each in plan["backend_path"]]
module, _, attributes = plan["backend"].partition(":")
backend = importlib.import_module(module)
for each in filter(None, attributes.split(".")):
    backend = getattr(backend, each)
if plan["hook"] == "requires":
    found = getattr(backend, "get_requires_for_build_wheel", lambda *_: [])()
else:
    found = backend.build_wheel(plan["into"])
with open(plan["answer"], "w") as file:
    json.dump(found, file)
"""


class _FailedError(Exception):
    pass


def main(argument: str) -> None:
    """Build, and print what came of it."""
    if os.getuid() == 0:
        os.setgroups([])  # an engine may give root's
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    os.umask(0o022)
    plan = json.loads(argument)
    with tempfile.TemporaryDirectory() as folder:
        try:
            answer = _built(plan, _place(Path(folder)))
        except _FailedError as error:
            answer = {"failed": str(error)}
    print(json.dumps(answer))


def _place(folder: Path) -> Path:
    """Return a folder whose path is always the same, where it is free: some backends write it into what they make."""
    fixed = Path(tempfile.gettempdir(), "channelwright-build")
    try:
        fixed.mkdir()
    except FileExistsError:
        return folder
    return fixed


def _built(plan: dict, folder: Path) -> dict:  # type: ignore[type-arg]
    source = folder / "source"
    for name, content in plan["files"].items():
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))
        path.chmod(0o755 if name in plan["executable"] else 0o644)
    into = folder / "wheel"
    into.mkdir()
    wanted = _hook(plan, "requires", folder)
    if missing := [each for each in wanted if not _is_there(each)]:
        return {"requires": missing}
    name = _hook(plan, "build", folder)
    return {"requires": [], "name": name, "wheel": base64.b64encode((into / name).read_bytes()).decode()}


def _hook(plan: dict, hook: str, folder: Path):  # type: ignore[no-untyped-def, type-arg] # noqa: ANN202 - JSON
    """Call a hook of the backend in a process of its own, as PEP 517 asks for; return what it returned."""
    answer = folder / f"{hook}.json"
    asked = {**plan, "files": {}, "hook": hook, "into": str(folder / "wheel"), "answer": str(answer)}
    installed = os.pathsep.join(each for each in sys.path if each.endswith("/opt/python"))
    environment = {
        **os.environ,
        **_FIXED,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PYTHONPATH": installed,
        "PATH": f"{installed}/bin:{os.path.dirname(sys.executable)}:{os.defpath}",  # noqa: PTH120
    }
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-s", "-c", _HOOK, json.dumps(asked)],
            cwd=folder / "source" / plan["subdirectory"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _FailedError(f"it still ran after {_TIMEOUT} s") from error
    if done.returncode:
        raise _FailedError(done.stdout[-_TAIL:].decode(errors="replace"))
    return json.loads(answer.read_text())


def _is_there(requirement: str) -> bool:
    """Tell whether a requirement is installed, in whatever version: which one was decided when it was locked."""
    name = requirement
    for sign in ("[", ";", "<", ">", "=", "!", "~", " ", "@", "("):
        name = name.partition(sign)[0]
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return ";" in requirement
    return True


if __name__ == "__main__":
    main(sys.argv[1])
