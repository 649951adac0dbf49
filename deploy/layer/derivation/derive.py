"""What the lock and the policy give: the files of a layer, made of its wheels in this process.

Trimming and compiling read what wheels hold and run none of it.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from ...errors import Fault, VerificationError
from ...inside import assemble, selection, tool
from ...inside.parts import Parts
from ...inside.refusal import Refused
from .. import declared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...inside.inventory import Assembled
    from ..spec import LayerSpec

_COMPRESSOR = re.compile(r"^deflate==(?P<version>\S+)", re.MULTILINE)


def lack(spec: LayerSpec) -> str:
    """Say why this process does not give the bytes that the runtime gives; nothing where it does."""
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if spec.has_own_dockerfile:
        return f"{spec.dockerfile.name} is the project's own"
    if (sys.platform, sys.implementation.name, here) != ("linux", "cpython", spec.runtime):
        return f"its bytecode is {spec.runtime}'s, and this is {here} on {sys.platform}"
    pinned = _COMPRESSOR.search(assemble.TOOLS.read_text(encoding="utf-8"))
    if pinned is None or _compressor() != pinned["version"]:
        return f"it is compressed by deflate {pinned['version'] if pinned else ''}, and here is {_compressor()}"
    return ""


def layer(spec: LayerSpec, wheels: Mapping[str, bytes]) -> Assembled:
    """Make a layer's files of wheels, content by file name, each of which has a sha256 that its pin allows.

    Raises VerificationError where the wheels are not those of the lock, or no layer can be made of them.
    """
    import deflate

    if faults := tuple(declared.faults(wheels, spec.recipe.trim.exclude)):
        raise VerificationError(faults)
    try:
        chosen = selection.select(wheels, spec.recipe.pins, (), interpreter=spec.recipe.interpreter)
        return assemble.derived(
            spec.recipe, chosen, lambda each: bytes(deflate.deflate_compress(each, tool.LEVEL)), Parts({})
        )
    except Refused as refused:
        faults = tuple(Fault(spec.stem, each) for each in refused.faults)
        raise VerificationError(faults) from refused


def _compressor() -> str:
    try:
        return version("deflate")
    except PackageNotFoundError:
        return "none"
