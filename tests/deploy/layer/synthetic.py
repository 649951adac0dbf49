"""Small layers made on the spot, right unless a test breaks them, and a host sandbox to try them in."""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from deploy.completed import Completed
from deploy.container.digest import RuntimeImage
from deploy.errors import VerificationError
from deploy.inside.exchange import Package, Pin, Report
from deploy.layer.audit.wheels import top_level
from deploy.layer.proof.reference import Reference
from deploy.layer.spec import LayerSpec
from deploy.layer.values import BuiltLayer, Sha256
from deploy.settings import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from deploy.layer.backend.protocol import Runtime

HASH = "a" * 64
YAML = Path(yaml.__file__).parent
HOST = RuntimeImage("host", "")
EXTENSION = next(YAML.glob("_yaml.cpython-311-*.so"))


@dataclass(frozen=True, kw_only=True)
class Made:
    """A distribution as a wheel would install it; `files` are texts and bytes by path below python/."""

    name: str = "tiny"
    version: str = "1.0"
    files: Mapping[str, str | bytes] = field(default_factory=lambda: {"tiny/__init__.py": "x = 1\n"})
    tags: tuple[str, ...] = ("py3-none-any",)
    sha256: str = HASH
    locked: str | None = None
    modules: tuple[str, ...] | None = None
    excluded: bool = False
    requires: tuple[str, ...] = ()

    @property
    def filename(self) -> str:
        return f"{self.name.replace('-', '_')}-{self.version}-{self.tags[0]}.whl"

    @property
    def wheel(self) -> bytes:
        """Return a wheel of the distribution."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for path, content in {**self.files, **_dist_info(self, self.files)}.items():
                archive.writestr(entry(path), content)
        return buffer.getvalue()

    @property
    def package(self) -> Package:
        found = dict.fromkeys(module for path in self.files if (module := top_level(f"python/{path}")))
        return Package(
            name=self.name,
            version=self.version,
            wheel=self.filename,
            sha256=self.sha256,
            tags=self.tags,
            license="MIT",
            license_files=("LICENSE",),
            modules=tuple(found) if self.modules is None else self.modules,
            extensions=tuple(path for path in self.files if ".so" in Path(path).name),
            excluded=self.excluded,
            unzipped=sum(map(len, self.files.values())),
            zipped=sum(map(len, self.files.values())) // 2,
        )


def real_yaml(**changes: Any) -> Made:
    """Make the PyYAML that is installed here, extension module and all, into a distribution of a layer."""
    files = {f"yaml/{path.name}": path.read_bytes() for path in YAML.iterdir() if path.suffix in {".py", ".so"}}
    machine = ("cp311-cp311-manylinux_2_17_x86_64",)
    return Made(**{"name": "pyyaml", "version": "6.0.3", "files": files, "tags": machine} | changes)


def installed(name: str, *, keep: Callable[[str], bool] = lambda _: True) -> Made:
    """Make a distribution that is installed here into one of a layer, of its files those that `keep` names."""
    found = importlib.metadata.distribution(name)
    wanted = (path for path in found.files or () if "__pycache__" not in path.parts and ".." not in path.parts)
    modules = [str(path) for path in wanted if not path.parts[0].endswith(".dist-info") and keep(str(path))]
    files = {path: Path(str(found.locate_file(path))).read_bytes() for path in modules}
    return Made(name=name, version=found.version, files=files)


def layer(
    folder: Path,
    *made: Made,
    settings: Layer | None = None,
    extra: Mapping[str, bytes] | None = None,
    lacking: Callable[[str], bool] = lambda _: False,
    spec: Mapping[str, Any] | None = None,
) -> BuiltLayer:
    """Zip distributions, bytecode included, then add `extra` files and leave out those that `lacking` names."""
    settings = settings or Layer(name="tiny-layer")
    folder.mkdir(parents=True, exist_ok=True)
    dockerfile = folder / "Dockerfile.layer"
    dockerfile.write_text("FROM scratch\n", encoding="utf-8")
    files = {
        f"python/{path}": content for each in made for path, content in _installed(each, settings.bytecode).items()
    }
    kept = {path: content for path, content in files.items() if not lacking(path)} | dict(extra or {})
    packages = tuple(each.package for each in made)
    target = folder / f"{settings.name}.zip"
    write_zip(target, kept)
    report = Report(
        python="3.11.9",
        glibc="2.26",
        packages=packages,
        savings=(),
        files=len(kept),
        zipped=target.stat().st_size,
        unzipped=sum(map(len, kept.values())),
    )
    pins = tuple(Pin(name=each.name, version=each.locked or each.version, hashes=(HASH,)) for each in made)
    given: dict[str, Any] = {
        "layer": settings,
        "runtime": "python3.11",
        "architecture": "x86_64",
        "image": HOST,
        "pins": pins,
        "dockerfile": dockerfile,
        "stem": settings.name,
    }
    for each in made:
        (folder / "wheels").mkdir(exist_ok=True)
        (folder / "wheels" / each.filename).write_bytes(each.wheel)
    digest = Sha256(hashlib.sha256(target.read_bytes()).hexdigest())
    return BuiltLayer(spec=LayerSpec(**given | dict(spec or {})), zip=target, sha256=digest, report=report)


def reference(runtime: Runtime, *layers: BuiltLayer) -> Reference:
    """Return what pip would install from the wheels of layers that `layer` made.

    In a folder, what was seen of the same wheels beside the same modules of the runtime is known from test to test.
    """
    paths = (path for each in layers for path in (each.zip.parent / "wheels").glob("*.whl"))
    kept = _memory(frozenset(runtime.own.items())) if isinstance(runtime, FolderRuntime) else Memory()
    return Reference({path.name: path.read_bytes() for path in paths}, runtime, kept)


@dataclass(frozen=True)
class Memory:
    """Keeps what was proven as long as a test runs."""

    kept: dict[str, str] = field(default_factory=dict)

    def checks(self, key: str) -> str | None:
        return self.kept.get(key)

    def keep_checks(self, key: str, passed: str) -> None:
        self.kept[key] = passed


@cache
def _memory(own: frozenset[tuple[str, str]]) -> Memory:
    """Return what is kept of a runtime with these modules of its own."""
    del own
    return Memory()


def write_zip(target: Path, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(entry(path), files[path])


def entry(path: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def compiled(path: str, source: bytes, *, mode: py_compile.PycInvalidationMode | None = None) -> bytes:
    """Compile a module of the layer as the build does: unchecked hash, file names below /opt."""
    with tempfile.TemporaryDirectory() as folder:
        file, target = Path(folder, "module.py"), Path(folder, "module.pyc")
        file.write_bytes(source)
        mode = mode or py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(file), str(target), f"/opt/{path}", doraise=True, invalidation_mode=mode)
        return target.read_bytes()


def cached(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/__pycache__/{name.removesuffix('.py')}.cpython-311.pyc"


def _dist_info(made: Made, files: Iterable[str]) -> dict[str, bytes]:
    """Write what a wheel says of itself; RECORD names these files."""
    lines = [f"Name: {made.name}", f"Version: {made.version}", *(f"Requires-Dist: {each}" for each in made.requires)]
    metadata = "\n".join(["Metadata-Version: 2.1", *lines, ""])
    folder = f"{made.name.replace('-', '_')}-{made.version}.dist-info"
    described = {
        f"{folder}/METADATA": metadata.encode(),
        f"{folder}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {made.tags[0]}\n".encode(),
    }
    recorded = [path for path in files if "__pycache__" not in path]
    rows = "".join(f"{path},,\n" for path in (*recorded, *described, f"{folder}/RECORD"))
    return {**described, f"{folder}/RECORD": rows.encode()}


def _installed(made: Made, bytecode: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for path, content in made.files.items():
        data = content.encode() if isinstance(content, str) else content
        if not path.endswith(".py"):
            files[path] = data
        elif bytecode == "sourceless":
            files[f"{path}c"] = compiled(f"python/{path}", data)
        else:
            files |= {path: data, cached(f"python/{path}").removeprefix("python/"): compiled(f"python/{path}", data)}
    return {**files, **_dist_info(made, files)}


@dataclass(frozen=True)
class FolderRuntime:
    """A runtime of this interpreter and two folders: no isolation, enough to try harmless layers.

    `own` are the modules that the runtime has itself, by path. `answer` stands for the Lambda runtime.
    """

    folder: Path
    own: Mapping[str, str] = field(default_factory=dict)
    answer: Callable[[Any], object] = lambda event: event
    image: RuntimeImage = HOST

    def fetch(self, spec: LayerSpec, requirements: str, into: Path) -> None:
        raise NotImplementedError

    def assemble(self, spec: LayerSpec, context: Mapping[str, bytes], *, use_cache: bool) -> dict[str, bytes]:
        raise NotImplementedError

    @contextmanager
    def sandbox(self, runtime: str, opt: Mapping[str, bytes], task: Mapping[str, bytes]) -> Iterator[FolderSandbox]:
        del runtime
        yield self.laid_out("zip", opt, task)

    @contextmanager
    def installed(self, runtime: str, wheels: Mapping[str, bytes]) -> Iterator[FolderSandbox]:
        """Unpack the wheels, which is what pip does with them besides comparing what the pipeline compared before."""
        del runtime
        files: dict[str, bytes] = {}
        for content in wheels.values():
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                files |= {f"python/{each}": archive.read(each) for each in archive.namelist()}
        yield self.laid_out("reference", files, {})

    def laid_out(self, name: str, opt: Mapping[str, bytes], task: Mapping[str, bytes]) -> FolderSandbox:
        roots = {part: self.folder / name / part for part in ("opt", "task", "runtime")}
        contents = {"opt": opt, "task": task, "runtime": {path: text.encode() for path, text in self.own.items()}}
        shutil.rmtree(self.folder / name, ignore_errors=True)
        for part, root in roots.items():
            for path, content in {".empty": b"", **contents[part]}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(content)
        return FolderSandbox(str(roots["opt"]), str(roots["task"]), str(roots["runtime"]), self.answer)


@dataclass(frozen=True)
class FolderSandbox:
    opt: str
    task: str
    runtime: str
    answer: Callable[[Any], object]
    own_users: bool = False
    is_emulated: bool = False

    def run(self, script: bytes, argument: str, environment: Mapping[str, str], timeout: float) -> Completed:
        path = f"{self.task}:{self.opt}/python:{self.runtime}"
        done = subprocess.run(  # -S: none of what is installed here
            [sys.executable, "-S", "-P", "-", argument],
            input=script,
            env={"PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath, **environment, "PYTHONPATH": path},
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return Completed(done.returncode, done.stdout.decode(), done.stderr.decode())

    def invoke(self, handler: str, environment: Mapping[str, str], event: object, timeout: float) -> object:
        del handler, environment, timeout
        answer = self.answer(event)
        if isinstance(answer, VerificationError):
            raise answer
        return answer
