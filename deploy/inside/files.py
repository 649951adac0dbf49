"""The files of a layer while it is being assembled: in memory, by their path below python/."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

# The part of a wheel that a file comes from: its root (purelib and platlib alike), or a folder of its .data.
Origin = Literal["root", "scripts", "headers", "data"]

_SHARED_OBJECT = re.compile(r"\.so(\.\d+)*$")
_ELF = b"\x7fELF"


@dataclass(frozen=True, slots=True)
class LayerFile:
    """`owner` is the normalised name of the distribution that brought the file."""

    content: bytes
    owner: str
    origin: Origin = "root"
    executable: bool = False


Files = dict[str, LayerFile]


def normalised(name: str) -> str:
    """Return the one spelling of a distribution's name that the packaging standards compare by."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_shared_object(path: str, file: LayerFile) -> bool:
    """Tell whether a file is a library for the dynamic loader, an extension module or not."""
    return bool(_SHARED_OBJECT.search(path)) and file.content.startswith(_ELF)


def dist_info(path: str) -> bool:
    """Tell whether a path is in the metadata folder of a distribution."""
    return path.partition("/")[0].endswith(".dist-info")
