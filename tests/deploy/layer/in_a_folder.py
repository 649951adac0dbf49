"""A runtime in a folder of this machine: no isolation, and enough to try harmless layers that `layer` made."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from deploy.completed import Completed
from deploy.errors import VerificationError
from deploy.layer.proof.reference import Reference
from tests.deploy.layer.synthetic import HOST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from deploy.container.digest import RuntimeImage
    from deploy.layer.backend.protocol import Runtime
    from deploy.layer.spec import LayerSpec
    from deploy.layer.values import BuiltLayer


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
