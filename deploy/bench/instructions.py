"""How many instructions a first request takes: the same wherever it runs, and however busy that machine is.

valgrind counts them, where this machine has it: the runtime is started under its cachegrind, in the runtime image. That
takes fifty times as long, so each way is counted once. The count is of the runtime's whole process, from its start to
the answer.
"""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING

from ..executable import Executable

if TYPE_CHECKING:
    from collections.abc import Mapping

WHERE = "/valgrind"
COUNTED = "/tmp/instructions"  # noqa: S108 - the container's own
ENTRYPOINT = ("/usr/local/bin/aws-lambda-rie", f"{WHERE}/run")
_FOLDERS = (Path("/usr/libexec/valgrind"), Path("/usr/lib/x86_64-linux-gnu/valgrind"), Path("/usr/lib/valgrind"))
_LAUNCHERS = (Path("/usr/bin/valgrind.bin"), Path("/usr/bin/valgrind"))
_TOOL, _CORE = "cachegrind-amd64-linux", "vgpreload_core-amd64-linux.so"
_RUN = f"""\
#!/bin/sh
export VALGRIND_LIB={WHERE} VALGRIND_LAUNCHER={WHERE}/launcher PYTHONHASHSEED=0
exec {WHERE}/{_TOOL} --tool=cachegrind --cache-sim=no --branch-sim=no --trace-children=yes --log-file=/dev/null \\
    --cachegrind-out-file={COUNTED}.%p /bin/sh /var/runtime/bootstrap
"""


def counter() -> Mapping[str, bytes]:
    """Return the files of the counter by path below WHERE; none where this machine has no valgrind."""
    folder = next((each for each in _FOLDERS if (each / _TOOL).exists() and (each / _CORE).exists()), None)
    launcher = next((each for each in _LAUNCHERS if each.exists()), None)
    if folder is None or launcher is None or platform.machine() != "x86_64":
        return {}
    programs = {_TOOL: folder / _TOOL, "launcher": launcher, _CORE: folder / _CORE}
    rules = {"default.supp": (folder / "default.supp").read_bytes(), "run": Executable(_RUN.encode())}
    return {**{name: Executable(path.read_bytes()) for name, path in programs.items()}, **rules}
