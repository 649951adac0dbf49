"""Which distribution goes to which layer: each of the lock to exactly one, whatever the layers are called for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import ConfigError, Fault
from ..locking import dependents
from ..locking.lockfile import adding, normalised
from ..settings import WithDependencies

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ..inside.exchange import Pin
    from ..settings import Layer, Settings

    # The distributions that a layer claims, each with the one that needs it; "" where the configuration names it.
    Claims = Mapping[str, str]


def shares(settings: Settings, pins: Sequence[Pin]) -> dict[str, tuple[Pin, ...]]:
    """Return the pins of each layer, sorted as they are given.

    Raises ConfigError with every distribution that several layers claim or none does, and every claim of one that
    is not locked; LockError where dependencies are asked for and the lock does not tell them.
    """
    locked = {pin.name for pin in pins}
    claims = _claims(settings, locked)
    faults = [*_unknown(settings.layers, claims, locked), *_twice(claims), *_left(settings.layers, claims, locked)]
    if faults:
        raise ConfigError(faults)
    claimed = set[str]().union(*claims.values())
    return {
        name: tuple(
            pin
            for pin in pins
            if (pin.name in claims[name] if name in claims else pin.name not in claimed)
            and pin.name not in _without(settings.layers[name])
        )
        for name in settings.layers
    }


def together(settings: Settings, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return which of these layers are proven together: all where there is one lock, else each function's, in order.

    Layers of different locks may bring two versions of one distribution, and no function has both. Those that no
    function uses are proven with the others of their lock.
    """
    if len(settings.parts) == 1:
        return (tuple(names),)
    sets = dict.fromkeys(tuple(each for each in one.layers if each in names) for one in settings.functions.values())
    used = {name for each in sets for name in each}
    sets |= dict.fromkeys(
        tuple(each for each in names if each in part.layers and each not in used) for part in settings.parts
    )
    return tuple(each for each in sets if each)


def _claims(settings: Settings, locked: Collection[str]) -> dict[str, Claims]:
    """Return what each layer claims; one that takes the rest claims nothing."""
    chosen = {name: layer.packages for name, layer in settings.layers.items() if layer.packages != "rest"}
    graph: Mapping[str, Collection[str]] = {}
    if any(isinstance(each, WithDependencies) for each in chosen.values()):
        graph = dependents.read(settings.project / settings.requirements, locked)
    return {
        name: {
            each: why for each, why in _claimed(packages, graph).items() if each not in _without(settings.layers[name])
        }
        for name, packages in chosen.items()
    }


def _without(layer: Layer) -> frozenset[str]:
    return frozenset(map(normalised, layer.without))


def _claimed(packages: WithDependencies | Sequence[str], graph: Mapping[str, Collection[str]]) -> Claims:
    if not isinstance(packages, WithDependencies):
        return dict.fromkeys(map(normalised, packages), "")
    found = dependents.closure(list(map(normalised, packages.of)), graph)
    left = set(map(normalised, packages.leaving))
    return {name: reason for name, reason in found.items() if name not in left}


def _unknown(layers: Mapping[str, Layer], claims: Mapping[str, Claims], locked: Collection[str]) -> Iterator[Fault]:
    for name, layer in layers.items():
        for package in sorted(_without(layer) - set(locked)):
            yield Fault(f"layers.{name}.without", f"{package} is not in the lock", cure="take it out here")
    for name, claimed in claims.items():
        where, packages = f"layers.{name}.packages", layers[name].packages
        for package in sorted(set(claimed) - set(locked)):
            yield Fault(where, f"{package} is not in the lock", cure=_instead(package, locked))
        if isinstance(packages, WithDependencies):
            for package in sorted(set(map(normalised, packages.leaving)) - set(locked)):
                yield Fault(f"{where}.except", f"{package} is not in the lock", cure="take it out here")


def _instead(package: str, locked: Collection[str]) -> str:
    import difflib

    near = difflib.get_close_matches(package, locked, n=1)
    return f"did you mean {near[0]}?" if near else f"{adding('it')}; or take it out here"


def _twice(claims: Mapping[str, Claims]) -> Iterator[Fault]:
    for package in sorted(set[str]().union(*claims.values())):
        owners = [name for name, claimed in claims.items() if package in claimed]
        if len(owners) > 1:
            said = " and ".join(f"{name}{_because(claims[name][package])}" for name in owners)
            cure = "take it out of all but one: off its list, or with `except` beside `with-dependencies-of`"
            yield Fault("layers", f"{package} is claimed by {said}", "a distribution is in exactly one layer", cure)


def _because(needed_by: str) -> str:
    return f" (needed by {needed_by})" if needed_by else ""


def _left(layers: Mapping[str, Layer], claims: Mapping[str, Claims], locked: Collection[str]) -> Iterator[Fault]:
    """Yield the distributions without a layer, and the layers without a distribution."""
    left = sorted(set(locked) - set[str]().union(*claims.values(), *map(_without, layers.values())))
    rest = [name for name in layers if name not in claims]
    if left and not rest:
        yield Fault("layers", f"no layer takes {', '.join(left)}", cure="let one layer take the rest")
    for name in [*(each for each in rest if not left), *(each for each in claims if not claims[each])]:
        if not (layers[name].files or layers[name].modules or layers[name].without):
            cause = "the other layers take all" if locked else "nothing is locked"
            yield Fault(f"layers.{name}", "gets no distribution", cause, "drop it, or give it some")
