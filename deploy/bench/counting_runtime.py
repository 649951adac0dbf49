"""A runtime that counts the processor time of assembling: what Python does in the container, start included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..layer.backend.containers import ContainerRuntime
from ..layer.backend.scripts import ASSEMBLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..layer.spec import LayerSpec

_SECONDS = "processor-seconds"
_COUNTED = f"""\
import resource, sys
code = None
try:
    exec({ASSEMBLE!r})
except SystemExit as end:
    code = end.code
if not code:  # what is refused leaves no out/
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    with open(f"{{sys.argv[1]}}/out/{_SECONDS}", "w") as file:
        file.write(str(sum(each.ru_utime + each.ru_stime for each in used)))
sys.exit(code)
"""


class CountingRuntime(ContainerRuntime):
    """`seconds` is what all assemblies of it took so far; one by a project's own Dockerfile is not counted."""

    assembling = _COUNTED
    seconds = 0.0

    def assemble(self, spec: LayerSpec, context: Mapping[str, bytes], *, use_cache: bool) -> dict[str, bytes]:
        made = super().assemble(spec, context, use_cache=use_cache)
        self.seconds += float(made.pop(_SECONDS, 0))
        return made
