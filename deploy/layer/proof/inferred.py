"""What trimming did to a layer that was built elsewhere: its zip against its wheels, by the policy in it.

A build reports file by file what each rule did; what travels in a layer has only the sums. The two rules that a
verdict speaks of can be told all the same: `exclude`, whose patterns say what went, and `metadata`, which cuts headers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...inside.exchange import Applied
from ...inside.files import dist_info
from ...inside.trim.plain import pattern_to_regex
from ..opt_folder import merged
from .withdraw import EXCLUDE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..values import BuiltLayer
    from .reference import Reference

METADATA, OTHERS = "metadata", "others"


def told(layer: BuiltLayer, reference: Reference) -> BuiltLayer:
    """Return the layer with a report that says what was taken from its distributions and what was changed."""
    held = {path.removeprefix("python/") for path in merged([layer])}
    own = {package.name for package in layer.report.packages}
    wheels = {path: owner for path, owner in reference.owned.items() if owner in own}
    done: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for path, owner, rule in _taken(layer, wheels, held):
        done.setdefault((rule, owner), ([], []))[0].append(path)
    for path, owner, rule in _changed(layer, wheels, held):
        done.setdefault((rule, owner), ([], []))[1].append(path)
    applied = (
        Applied(rule=rule, distribution=owner, taken=tuple(taken), changed=tuple(changed), bytes=0)
        for (rule, owner), (taken, changed) in sorted(done.items())
    )
    return replace(layer, report=replace(layer.report, applied=tuple(applied)))


def _taken(layer: BuiltLayer, wheels: Mapping[str, str], held: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the files of the wheels that the layer lacks, bytecode in the place of a source counts as it."""
    patterns = [pattern_to_regex(each) for each in layer.spec.layer.trim.exclude]
    for path, owner in sorted(wheels.items()):
        if path not in held and path.removesuffix(".gz") not in held and f"{path}c" not in held:
            yield path, owner, EXCLUDE if any(each.match(path) for each in patterns) else OTHERS


def _changed(layer: BuiltLayer, wheels: Mapping[str, str], held: set[str]) -> Iterator[tuple[str, str, str]]:
    for path in sorted(held - wheels.keys()):
        if owner := wheels.get(f"{path}.gz"):
            yield path, owner, OTHERS
    if layer.spec.layer.trim.metadata:
        for path, owner in sorted(wheels.items()):
            if path in held and dist_info(path) and path.endswith("/METADATA"):
                yield path, owner, METADATA
