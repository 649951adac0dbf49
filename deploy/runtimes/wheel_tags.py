"""Which wheels a Lambda runtime can use, by their tags."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from packaging import tags

from ..settings import MACHINES
from .table import BUILT

if TYPE_CHECKING:
    from ..settings import Architecture, Target

# The oldest glibc that wheels of each architecture are made for, and the names before PEP 600:
# https://peps.python.org/pep-0600/#legacy-manylinux-tags
_OLDEST_MINOR: dict[Architecture, int] = {"x86_64": 5, "arm64": 17}
_LEGACY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


@cache
def platforms(target: Target) -> tuple[str, ...]:
    """Return the platform tags that fit, newest glibc first.

    A plain `linux` tag is not among them: it says nothing of the glibc that a wheel needs.

    >>> from deploy.settings import Target
    >>> platforms(Target("python3.11", "arm64"))[0], platforms(Target("python3.13", "arm64"))[0]
    ('manylinux_2_26_aarch64', 'manylinux_2_34_aarch64')
    """
    machine = MACHINES[target.architecture]
    fitting: list[str] = []
    for minor in range(BUILT[target.runtime].base.glibc_minor, _OLDEST_MINOR[target.architecture] - 1, -1):
        fitting.append(f"manylinux_2_{minor}_{machine}")
        fitting += [f"{_LEGACY[minor]}_{machine}"] if minor in _LEGACY else []
    return tuple(fitting)


@cache
def wheel_tags(target: Target) -> frozenset[tags.Tag]:
    """Return every tag that fits: the runtime's own ABI, abi3, pure Python, any platform."""
    version = tuple(int(part) for part in target.runtime.removeprefix("python").split("."))
    fitting = platforms(target)
    return frozenset(
        [
            *tags.cpython_tags(version, abis=[interpreter(target)], platforms=fitting),
            *tags.compatible_tags(version, interpreter(target), fitting),
        ]
    )


def interpreter(target: Target) -> str:
    """Return a runtime's name in wheel tags, such as cp311."""
    return BUILT[target.runtime].tag


def pip_options(target: Target) -> list[str]:
    """Return what makes any pip choose as the runtime's own would: every platform that fits, the best one first."""
    return [
        *("--python-version", target.runtime.removeprefix("python"), "--implementation", "cp"),
        *("--abi", interpreter(target), "--abi", "abi3", "--abi", "none"),
        *(option for tag in platforms(target) for option in ("--platform", tag)),
    ]
