"""What the project wants of the runtime itself, such as boto3: that it is there, and fits what the layers bring.

The layers come before the runtime on the path, so each distribution that both have is the layer's, and the runtime's
own packages meet it: https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from ...errors import Fault, suggest
from ...locking.lockfile import normalised
from .requires import applies, fits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...inside.look.place import Place, Provided
    from ...settings import Target

KEY = "runtime-provides"
_PAIR = frozenset({"boto3", "botocore"})
"""They are made for each other: each release of boto3 requires the botocore of its day, and no later minor one."""


def from_runtime(place: Place, brought: Mapping[str, str]) -> dict[str, Provided]:
    """Return what comes from the runtime where layers bring these distributions, versions by name."""
    return {each.name: each for each in place.provided if each.name not in brought}


def faults(
    wanted: Sequence[str], place: Place, brought: Mapping[str, str], target: Target, where: str
) -> Iterator[Fault]:
    """Yield what of the runtime's is absent, and where it does not fit what layers bring, versions by distribution.

    `where` names the layers. A look that did not come to its end tells nothing of the runtime.
    """
    if not place.python:
        return
    there = {each.name for each in place.provided}
    for name in map(normalised, wanted):
        if name not in there | set(brought):
            what = f"{name} is not among what {target.runtime} brings itself"
            cure = suggest(name, there) or "lock it, so that a layer brings it"
            yield Fault(KEY, what, "its image has no such distribution", cure)
    own = from_runtime(place, brought)
    pair = _PAIR & there
    if pair & set(own) and pair & set(brought):
        yield _torn(where, brought, own)
        return
    for each in own.values():
        for line in each.requires:
            yield from _unmet(where, each, _applying(line, target, place.python), brought)


def told(place: Place, brought: Mapping[str, str]) -> dict[str, str]:
    """Return the versions, by distribution, of what comes from the runtime."""
    return {name: each.version for name, each in from_runtime(place, brought).items()}


def _torn(where: str, brought: Mapping[str, str], own: Mapping[str, Provided]) -> Fault:
    ((ours, version),) = [(name, brought[name]) for name in sorted(_PAIR & set(brought))]
    ((theirs, other),) = [(name, own[name].version) for name in sorted(_PAIR & set(own))]
    return Fault(
        where,
        f"{ours} {version} is the layer's, and {theirs} {other} the runtime's: the pair comes from one side",
        f"each is made for the other's version, and AWS changes its own; `{KEY}` wants the runtime's",
        f"lock {theirs} as well, or leave {ours} to the runtime with the layer's `without: [{ours}]`",
    )


def _applying(line: str, target: Target, python: str) -> Requirement | None:
    """Read a requirement; None where it is of an extra, or of another place."""
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return None
    return requirement if applies(requirement.marker, target, python) else None


def _unmet(where: str, own: Provided, requirement: Requirement | None, brought: Mapping[str, str]) -> Iterator[Fault]:
    """Yield it where a layer's distribution takes the place of another version than the runtime's own needs."""
    name = normalised(requirement.name) if requirement else ""
    if requirement and name in brought and not fits(requirement.specifier, brought[name]):
        yield Fault(
            where,
            f"{own.name} {own.version} is the runtime's, and requires {requirement.name}{requirement.specifier}; "
            f"the layer brings {brought[name]}, which comes first",
            f"`{KEY}` wants the runtime's {own.name}",
            f"lock {name} as the runtime's needs it, or lock {own.name} as well, in its place",
        )
