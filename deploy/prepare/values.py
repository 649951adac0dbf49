"""How to go about it, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..code.bundle import CodeBundle
    from ..layer.verify import VerifiedLayer
    from ..settings import Stage


@dataclass(frozen=True, kw_only=True)
class Choices:
    """How to go about it: without containers, without the cache, without trying the code, for who does so next.

    `unconfined` lets a host try what it has no sandbox for; `only_built` takes what was built and proven before alone.
    `trust_kept` takes what was proven before as proven; without it that is tried anew, and layers are compared with
    their lock.
    `stage` is where layers of others are fetched from; None for the first stage that has them.
    `only` are the layers to make, with those that bring what they need, and no code; all without any.
    """

    on_host: bool = False
    unconfined: bool = False
    use_cache: bool = True
    trust_kept: bool = True
    try_code: bool = True
    only_built: bool = False
    stage: Stage | None = None
    only: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What may be shipped, the first target's layers first; `code` is each function's, by its key.

    `fresh` are the stems that had to be built; `proven_again` tells that the others were proven in this run too;
    `foreign` the zips of layers of others by ARN, as far as they could be
    had.
    """

    layers: tuple[VerifiedLayer, ...]
    code: Mapping[str, CodeBundle]
    fresh: frozenset[str]
    proven_again: bool = False
    foreign: Mapping[str, Path] = field(default_factory=dict)

    @property
    def own(self) -> tuple[VerifiedLayer, ...]:
        """The layers on which the code was tried: those of the first target."""
        return tuple(each for each in self.layers if each.built.spec.target == self.layers[0].built.spec.target)
