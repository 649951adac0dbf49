"""Compiled libraries inside wheels. Vulnerability databases know distributions, not what was linked into them.

A wheel may name them itself, in an SBOM in its .dist-info (https://peps.python.org/pep-0770/), or carry them as
files of its own; of those that are linked in unseen, the well-known ones are named here.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import ZipFile

from ..inside import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..published.contents import HeldPackage
    from .targets import ScanTarget

_LINKED_IN = {
    "bcrypt": "Rust crates",
    "cffi": "libffi",
    "cryptography": "OpenSSL and Rust crates",
    "grpcio": "BoringSSL, c-ares, re2 and zlib",
    "lxml": "libxml2, libxslt and zlib",
    "numpy": "OpenBLAS",
    "orjson": "Rust crates",
    "pillow": "libjpeg-turbo, libpng, libtiff, libwebp and freetype",
    "psycopg-binary": "libpq and OpenSSL",
    "psycopg2-binary": "libpq and OpenSSL",
    "pydantic-core": "Rust crates",
    "pynacl": "libsodium",
    "pyyaml": "libyaml",
    "scipy": "OpenBLAS",
}


@dataclass(frozen=True)
class Bundled:
    """Compiled code of a distribution: what is known to be in it, and in how many shared objects."""

    package: str
    version: str
    libraries: str
    objects: int


def bundled(target: ScanTarget) -> Iterator[Bundled]:
    """Yield every distribution with compiled code; its libraries are empty where nobody says what is in it."""
    for package in target.contents.packages:
        own = [path for path, file in target.contents.files.items() if file.owner == package.name]
        objects = [path for path in own if _is_shared(path)]
        if objects:
            yield Bundled(package.name, package.version, _libraries(target, package, own), len(objects))


def _libraries(target: ScanTarget, package: HeldPackage, own: list[str]) -> str:
    declared = [
        text for path in own if "/sboms/" in path and path.endswith(".json") for text in _declared(target, path)
    ]
    carried = [path.rpartition("/")[2] for path in own if ".libs/" in path and _is_shared(path)]
    return ", ".join([*declared, *carried]) or _LINKED_IN.get(package.name, "")


def _declared(target: ScanTarget, path: str) -> Iterator[str]:
    """Read the components of an SBOM in CycloneDX, the format that auditwheel writes; any other is only named."""
    with ZipFile(io.BytesIO(target.content)) as archive:
        try:
            found = json.loads(unpack.content(archive, path))
            for each in found["components"]:
                yield f"{each['name']} {each.get('version', '')}".strip()
        except (ValueError, KeyError, TypeError):
            yield path.rpartition("/")[2]


def _is_shared(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith(".so") or ".so." in name
