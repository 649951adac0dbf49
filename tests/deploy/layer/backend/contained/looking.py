"""A pipeline's process, as far as it tries strangers' code: opens a backend, takes one look, and prints it as JSON.

python looking.py container|host|bubblewrap|unconfined <TREE    TREE is JSON, source by name of a module
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.errors import PipelineError
from deploy.inside.look.bounds import MIB, Bounds
from deploy.inside.look.values import Subject
from deploy.layer.proof import look
from deploy.layer.proof.look import WantedLook

_STATUS = Path("/proc/self/status")
# Tighter than those of a build, so that passing them takes less of the machine that runs this.
_BOUNDS = Bounds(silence=25, memory=256 * MIB, disk=128 * MIB, names=20_000, processes=64)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.layer.backend.host import HostRuntime
    from deploy.layer.backend.host_sandbox import HostSandbox
    from deploy.layer.backend.protocol import Runtime


def main() -> None:
    tree = json.load(sys.stdin)
    skip = {"world", "attempting"}
    subjects = tuple(_subject(name) for name in tree if name not in skip)
    files = {f"python/{name}.py": source.encode() for name, source in tree.items()}
    with ExitStack() as opened:
        try:
            runtime = _runtime(sys.argv[1], opened)
            sandbox = opened.enter_context(runtime.sandbox("python3.11", files, {}))
            seen = look.take(sandbox, WantedLook(subjects=subjects), "python3.11", _BOUNDS)
        except PipelineError as error:
            print(json.dumps({"refused": str(error)}))
            return
    # Not what getrusage says: that goes on, through fork and exec, from the process that started this one.
    [peak] = [int(line.split()[1]) * 1024 for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:")]
    print(json.dumps({"look": seen.to_json(), "peak": peak}))


@dataclass(frozen=True)
class Through:
    """A host that allows its namespaces to bubblewrap alone, as far as a sandbox goes."""

    own: HostRuntime

    @contextmanager
    def sandbox(self, *given: Any) -> Iterator[HostSandbox]:
        with self.own.sandbox(*given) as made:
            yield replace(made, bubblewrap=shutil.which("bwrap") or "")


def _runtime(name: str, opened: ExitStack) -> Runtime | Through:
    if name in {"host", "bubblewrap", "unconfined"}:
        from deploy.layer.backend.host import HostRuntime

        unconfined = name == "unconfined"
        own = HostRuntime(os.environ, say=lambda line: print(line, file=sys.stderr), unconfined=unconfined)
        return Through(own) if name == "bubblewrap" else own
    from deploy.container.engine import Engine
    from deploy.layer.backend.containers import ContainerRuntime

    engine = opened.enter_context(Engine.connect(os.environ))
    image = engine.resolve(os.environ["CHANNELWRIGHT_RUNTIME_IMAGE"], engine.architecture, print)
    return ContainerRuntime(engine, image, os.environ, print)


def _subject(name: str) -> Subject:
    return Subject(distribution=name, top=name, roots=(name,), modules=(name,), shared=(), data=())


if __name__ == "__main__":
    main()
