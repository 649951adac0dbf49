"""What a container may have and do at most, as the SDK's options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docker.types import LogConfig, Mount

if TYPE_CHECKING:
    from collections.abc import Mapping

PROCESSES = 256
# What a function may have at most in Lambda, and the /tmp that it has where nothing says otherwise:
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_MEMORY = 10240 * 1024 * 1024
TEMPORARY = 512 * 1024 * 1024
# The log of a container's own command is a file of the host's.
_LOG = LogConfig(type=LogConfig.types.JSON, config={"max-size": "4m", "max-file": "1"})
# A name as functions have it: an address of their link. An engine's own would be the container's number.
HOST_NAME = "169.254.10.1"
# What holds for every container.
BOUNDS: Mapping[str, object] = {
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "mem_limit": _MEMORY,
    "memswap_limit": _MEMORY,
    "log_config": _LOG,
    # Where the machine's memory ends, it is a container's that goes, and not what its user works with.
    "oom_score_adj": 1000,
}


def writable(*, everything: bool, shared: bool, temporary: int) -> dict[str, object]:
    """Return the options by which a container may write anywhere, or to a /tmp of so many bytes alone.

    As in Lambda there is no /dev/shm, but for pip, which compiles on all cores: `shared`.
    """
    size = {"/tmp": f"mode=1777,size={temporary}"}  # noqa: S108 - the container's own
    options = {"read_only": not everything, "tmpfs": None if everything else size}
    return {**options, "ipc_mode": None if shared else "none"}


def mounts(volumes: Mapping[str, str], *, read_only: bool) -> list[Mount]:
    """Return how volumes are mounted, by path."""
    # no_copy: an engine would else fill an empty volume with what the image has at that path.
    return [Mount(path, name, type="volume", read_only=read_only, no_copy=True) for path, name in volumes.items()]
