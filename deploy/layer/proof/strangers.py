"""Files of a zip that nothing brought: no locked wheel, nothing that their metadata asks for, nothing asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...errors import Fault
from ...inside import certificates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...inside.look.values import Described
    from ..values import BuiltLayer
    from .reference import Reference

# https://packaging.python.org/en/latest/specifications/entry-points/#use-for-scripts, as look_metadata writes it
_PROGRAM = re.compile(r"(?:console|gui)_scripts: (?:.*\s)?(?P<name>\S+) =")
_REBUILD = "build the layer again with --no-cache"


def faults(
    paths: Sequence[str],
    owned: Mapping[str, str],
    described: Mapping[str, Described],
    reference: Reference | None,
    layers: Sequence[BuiltLayer],
) -> Iterator[Fault]:
    """Yield the zip's files that come from none of the locked wheels, nor from what their metadata asks to be made."""
    if reference:
        lines = (line for each in described.values() for line in each.entry_points)
        made = {f"bin/{match['name']}" for line in lines if (match := _PROGRAM.match(line))}
        made |= _top_levels(reference, layers) | _certificates(paths, layers)
        for path in sorted(set(paths) - set(owned) - made):
            cause = "something was added to what the wheels hold"
            yield Fault(f"python/{path}", "comes from no wheel of the lock", cause, _REBUILD)


def _top_levels(reference: Reference, layers: Sequence[BuiltLayer]) -> set[str]:
    """Return the files that name the top levels of a distribution whose layer has no sources to tell them."""
    bare = {pin.name for each in layers if each.spec.layer.bytecode == "sourceless" for pin in each.spec.pins}
    return {
        f"{path.removesuffix('METADATA')}top_level.txt"
        for path, distribution in reference.owned.items()
        if path.endswith(".dist-info/METADATA") and path.count("/") == 1 and distribution in bare
    }


def _certificates(paths: Sequence[str], layers: Sequence[BuiltLayer]) -> set[str]:
    """Return the forms of certifi's certificates that a layer asks for: whose they are, its derivation tells."""
    forms = {form for each in layers for form in each.spec.layer.certificates}
    names = {"directory": f"{certificates.DIRECTORY}/", "aws": certificates.AWS}
    return {path for path in paths for form in forms if path.startswith(names[form])}
