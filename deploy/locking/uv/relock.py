"""`uv lock` for a project that locks with uv: the lock stays uv's own, as everybody who has the project expects it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import uv

from ...errors import Fault, LockError
from ...invocation import advised
from ...temporary import folders
from ..others import named_indexes
from . import log as uv_log
from .call import uv_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_TIMEOUT = 1800  # seconds


def relock(project: Path, environment: Mapping[str, str], options: Sequence[str]) -> str:
    """Run `uv lock` with `options` in the project; return what uv says of it.

    What pip on this machine knows of indexes and certificates counts where uv's own variables say nothing of it. The
    cooldown is uv's own: https://docs.astral.sh/uv/reference/settings/#exclude-newer. Raises LockError with uv's
    words.
    """
    own = {name: value for name, value in environment.items() if name.startswith("UV_")}
    with folders.temporary("lock") as folder:
        given = uv_environment(environment, folder) | own
        if "PIP_INDEX_URL" not in environment and any(
            each.is_default for each in named_indexes.of_project(project, {})
        ):
            given.pop("UV_DEFAULT_INDEX", None)  # of pip's configuration, which counts less
        command = [uv.find_uv_bin(), "lock", "--color", "never", "--no-progress", *options]
        done = subprocess.run(
            command, cwd=project, env=given, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    if done.returncode:
        stale = "--check" in options and "needs to be updated" in done.stderr
        what = "does not follow from pyproject.toml" if stale else "is not made: uv failed, in the words above"
        cure = f"remake it with {advised('lock')}" if stale else ""
        raise LockError([Fault("uv.lock", what, cure=cure)], log=uv_log.without(done.stderr))
    return uv_log.without(done.stderr).strip()
