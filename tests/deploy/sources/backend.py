"""A build backend of the tests' own, as a wheel on the index on loopback: nothing of the world is needed to build.

What it makes differs each time in what a wheel must not depend on: times, modes, order.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile, ZipInfo

from tests.deploy.locking.index import File, wheel

if TYPE_CHECKING:
    from tests.deploy.locking.index import Index

_BACKEND = """\
import os, random, socket, sys, time, tomllib, zipfile

def _project():
    with open("pyproject.toml", "rb") as file:
        return tomllib.load(file)

def get_requires_for_build_wheel(config_settings=None):
    return _project().get("tool", {}).get("tiny", {}).get("more", [])

def build_wheel(into, config_settings=None, metadata_directory=None):
    project, tool = _project()["project"], _project().get("tool", {}).get("tiny", {})
    exec(tool.get("run", ""))
    stem = f'{project["name"].replace("-", "_")}-{project["version"]}'
    needs = "".join(f"Requires-Dist: {each}\\n" for each in project.get("dependencies", []))
    for extra, each in project.get("optional-dependencies", {}).items():
        needs += f"Provides-Extra: {extra}\\n" + "".join(f"Requires-Dist: {one}; extra == '{extra}'\\n" for one in each)
    info, tag = f"{stem}.dist-info", tool.get("tag", "py3-none-any")
    files = {
             f"{info}/METADATA": f'Metadata-Version: 2.1\\nName: {project["name"]}\\n'
             f'Version: {project["version"]}\\n{needs}\\n',
             f"{info}/WHEEL": f"Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: {tag}\\n"}
    for folder, _, names in os.walk("."):
        for name in names:
            if name.endswith((".py", ".sh", ".so")):
                path = os.path.join(folder, name)
                with open(path) as file:
                    files[os.path.relpath(path, ".")] = file.read()
    names = list(files)
    random.shuffle(names)
    record = "".join(f"{each},,\\n" for each in [*names, f"{info}/RECORD"])
    with zipfile.ZipFile(os.path.join(into, f"{stem}-{tag}.whl"), "w") as archive:
        for each in [*names, f"{info}/RECORD"]:
            entry = zipfile.ZipInfo(each, time.localtime(time.time() - random.randrange(10**8))[:6])
            mode = os.stat(each).st_mode if os.path.exists(each) else 0o644
            entry.external_attr = (mode & 0o777 | random.choice([0, 0o022])) << 16
            archive.writestr(entry, files.get(each, record))
    return f"{stem}-{tag}.whl"
"""


def text() -> str:
    """Return the backend's one module, for a source that brings it."""
    return _BACKEND


def publish(index: Index, version: str = "1.0") -> None:
    """Put the backend, and `tiny-more` for those who ask for more, on an index."""
    plain = wheel("tiny-backend", version, "py3-none-any")
    buffer = BytesIO()
    with ZipFile(BytesIO(plain)) as old, ZipFile(buffer, "w") as archive:
        for name in old.namelist():
            text = _BACKEND if name == "tiny_backend.py" else _unrecorded(old.read(name).decode())
            archive.writestr(ZipInfo(name), text)
    uploaded = datetime.now(UTC) - timedelta(days=100)
    name = f"tiny_backend-{version}-py3-none-any.whl"
    index.files[name] = File("tiny-backend", name, buffer.getvalue(), uploaded)
    index.add("tiny-more", "1.0")


def _unrecorded(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("tiny_backend.py,")) + "\n"


def pyproject(name: str, version: str = "1.0", *dependencies: str, tool: str = "", tail: str = "") -> str:
    """Return what makes a folder a project that the backend builds; `tool` are its own keys."""
    return (
        f'[project]\nname = "{name}"\nversion = "{version}"\ndependencies = {list(dependencies)!r}\n{tail}'
        '[build-system]\nrequires = ["tiny-backend"]\nbuild-backend = "tiny_backend"\n'
        f"[tool.tiny]\n{tool}\n"
    )
