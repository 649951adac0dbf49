"""What the runtime brings itself and the project wants from there, such as boto3: found by its metadata.

All else of the runtime's own packages stays out of reach: AWS changes them whenever it likes.
"""

from __future__ import annotations

import importlib.machinery
import re
import sys
from typing import TYPE_CHECKING

from ..files import normalised
from .place import Provided, home

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.metadata import Distribution, DistributionFinder

    from .values import Plan

_REQUIRED = re.compile(r"[A-Za-z0-9._-]+")
_MODULE = re.compile(r"(?P<name>[A-Za-z_]\w*)(?P<rest>/.+\.(?:py|so)|[^/]*\.(?:py|so))")


def look(plan: Plan, own: Sequence[str]) -> tuple[Provided, ...]:
    """Return what is wanted of the runtime, with all that it requires, as far as its own folders have it."""
    if not plan.runtime_provides:
        return ()
    from importlib.metadata import distributions  # what is looked at shall not find it imported without need

    there = {normalised(each.metadata["Name"]): each for each in distributions(path=list(own))}
    found: dict[str, Provided] = {}
    waiting = [normalised(each) for each in plan.runtime_provides]
    while waiting:
        name = waiting.pop(0)
        if name in there and name not in found:
            found[name] = _provided(name, there[name])
            waiting += list(_needed(found[name].requires))
    return tuple(found[name] for name in sorted(found))


def let_in(plan: Plan) -> None:
    """Let imports, and importlib.metadata, find what is wanted of the runtime, after all that is on the path."""
    if plan.runtime_provides:
        own = folders(plan, sys.path)
        sys.meta_path.append(_FromRuntime(look(plan, own), own))


class _FromRuntime:
    """Finds these distributions, and their modules, in these folders."""

    def __init__(self, provided: Iterable[Provided], folders: Sequence[str]) -> None:
        self._names = frozenset(each.name for each in provided)
        self._modules = frozenset(module for each in provided for module in each.modules)
        self._folders = folders

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if path is None and name in self._modules:
            return importlib.machinery.PathFinder.find_spec(name, self._folders)
        return None

    def find_distributions(self, context: DistributionFinder.Context) -> Iterator[Distribution]:
        from importlib.metadata import DistributionFinder, MetadataPathFinder

        within = DistributionFinder.Context(name=context.name, path=list(self._folders))
        for each in MetadataPathFinder.find_distributions(within):
            if normalised(each.metadata["Name"]) in self._names:
                yield each


def folders(plan: Plan, path: Iterable[str]) -> list[str]:
    """Return the runtime's own folders of a path of modules."""
    return [each for each in path if home(each, plan) == "runtime"]


def _provided(name: str, found: Distribution) -> Provided:
    files = (match["name"] for each in found.files or () if (match := _MODULE.fullmatch(str(each))))
    return Provided(
        name=name,
        version=found.version,
        requires=tuple(found.requires or ()),
        modules=tuple(dict.fromkeys(files)) or tuple((found.read_text("top_level.txt") or "").split()),
    )


def _needed(requires: Iterable[str]) -> Iterator[str]:
    """Yield the names of what is required without an extra."""
    for line in requires:
        if "extra ==" not in line.replace("extra==", "extra ==") and (match := _REQUIRED.match(line)):
            yield normalised(match[0])
