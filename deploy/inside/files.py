"""The files of a layer while it is being assembled: by their path below python/, their content read when it is needed.

Most of what wheels hold is trimmed away by its path alone, and of what is kept from an earlier run the digest is
enough: neither is ever unpacked.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

# The part of a wheel that a file comes from: its root (purelib and platlib alike), or a folder of its .data.
Origin = Literal["root", "scripts", "headers", "data"]

_SHARED_OBJECT = re.compile(r"\.so(\.\d+)*$")
_ELF = b"\x7fELF"
# What the data of a wheel brings here can be imported: https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html
_SITE = re.compile(r"lib/python3\.[0-9]+/site-packages/(?=.)")


class Later:
    """Content of which the size is known, and the rest once somebody asks: it is read, and digested, once."""

    __slots__ = ("_content", "_read", "_sha256", "size")

    def __init__(self, size: int, read: Callable[[], bytes], sha256: str = "") -> None:
        self.size = size
        self._read = read
        self._sha256 = sha256
        self._content: bytes | None = None

    @classmethod
    def of(cls, content: bytes) -> Later:
        """Return content that is there, so that it is digested once."""
        return cls(len(content), lambda: content)

    @property
    def content(self) -> bytes:
        if self._content is None:
            self._content = self._read()
        return self._content

    @property
    def sha256(self) -> str:
        self._sha256 = self._sha256 or hashlib.sha256(self.content).hexdigest()
        return self._sha256

    @property
    def known(self) -> str:
        """The digest, where somebody asked for it or told it; else nothing."""
        return self._sha256

    def recall(self, sha256: str) -> None:
        """Take the digest that this very content is known to have."""
        self._sha256 = sha256

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Later) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)


@dataclass(frozen=True, slots=True)
class LayerFile:
    """`owner` is the normalised name of the distribution that brought the file."""

    held: bytes | Later
    owner: str
    origin: Origin = "root"
    executable: bool = False

    @property
    def content(self) -> bytes:
        return self.held if isinstance(self.held, bytes) else self.held.content

    @property
    def size(self) -> int:
        return len(self.held) if isinstance(self.held, bytes) else self.held.size

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.held).hexdigest() if isinstance(self.held, bytes) else self.held.sha256


Files = dict[str, LayerFile]


def normalised(name: str) -> str:
    """Return the one spelling of a distribution's name that the packaging standards compare by."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_shared_object(path: str, file: LayerFile) -> bool:
    """Tell whether a file is a library for the dynamic loader, an extension module or not."""
    return has_name_of_library(path) and file.content.startswith(_ELF)


def has_name_of_library(path: str) -> bool:
    return bool(_SHARED_OBJECT.search(path))


def dist_info(path: str) -> bool:
    """Tell whether a path is in the metadata folder of a distribution."""
    return path.partition("/")[0].endswith(".dist-info")


def importable(path: str) -> str:
    """Return a path below python/ as it is below the folder that imports look in, which may be a further one."""
    return _SITE.sub("", path, count=1) if _SITE.match(path) else path
