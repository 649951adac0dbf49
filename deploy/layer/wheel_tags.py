"""Which wheels a Lambda runtime can use, by their tags."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from packaging import tags

if TYPE_CHECKING:
    from deploy.settings import Architecture

GLIBC_MINOR = 26
"""python3.11 runs on Amazon Linux 2, glibc 2.26: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"""

MACHINES: dict[Architecture, str] = {"x86_64": "x86_64", "arm64": "aarch64"}
"""Lambda's names of the instruction sets, and Linux's."""

# The oldest glibc that wheels of each architecture are made for, and the names before PEP 600:
# https://peps.python.org/pep-0600/#legacy-manylinux-tags
_OLDEST_MINOR: dict[Architecture, int] = {"x86_64": 5, "arm64": 17}
_LEGACY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


@cache
def platforms(architecture: Architecture) -> tuple[str, ...]:
    """Return the platform tags that fit, newest glibc first.

    A plain `linux` tag is not among them: it says nothing of the glibc that a wheel needs.

    >>> platforms("arm64")[0], platforms("arm64")[-1]
    ('manylinux_2_26_aarch64', 'manylinux2014_aarch64')
    """
    machine = MACHINES[architecture]
    fitting: list[str] = []
    for minor in range(GLIBC_MINOR, _OLDEST_MINOR[architecture] - 1, -1):
        fitting.append(f"manylinux_2_{minor}_{machine}")
        fitting += [f"{_LEGACY[minor]}_{machine}"] if minor in _LEGACY else []
    return tuple(fitting)


@cache
def wheel_tags(runtime: str, architecture: Architecture) -> frozenset[tags.Tag]:
    """Return every tag that fits a runtime such as python3.11: its own ABI, abi3, pure Python, any platform."""
    version = tuple(int(part) for part in runtime.removeprefix("python").split("."))
    interpreter = f"cp{version[0]}{version[1]}"
    fitting = platforms(architecture)
    return frozenset(
        [
            *tags.cpython_tags(version, abis=[interpreter], platforms=fitting),
            *tags.compatible_tags(version, interpreter, fitting),
        ]
    )
