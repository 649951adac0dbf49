"""Layers compared with what their lock gives: in this process where it can be, else built again and compared whole.

What a deploy hands out is compared before anything is changed, wherever it came from: a build of a moment ago, the
cache, the artifact of another job. `layer --verify` compares without a deploy.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from typing import TYPE_CHECKING

from ..errors import Fault, VerificationError
from ..layer.derivation import derive
from ..layer.wheel_store import WheelStore
from ..temporary import folders
from .at_hand import AtHand

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..console import Console
    from ..layer.values import BuiltLayer
    from ..settings import Settings
    from .values import Choices


def compare(
    layers: Iterable[BuiltLayer], settings: Settings, choices: Choices, environment: Mapping[str, str], console: Console
) -> None:
    """Compare layers with their lock; raise VerificationError with all that differs in any of them."""
    with ExitStack() as opened:
        compared(AtHand(settings, choices, environment, console, opened), layers)


def compared(at_hand: AtHand, layers: Iterable[BuiltLayer]) -> None:
    """As `compare`, with what a run has at hand already."""
    faults = [fault for each in layers for fault in _compared(at_hand, each)]
    if faults:
        raise VerificationError(faults)


def _compared(at_hand: AtHand, built: BuiltLayer) -> tuple[Fault, ...]:
    from ..layer.derivation.compare import compare as with_wheels

    spec, say = built.spec, at_hand.console.say
    wheels = _wheels(at_hand, built)
    if wheels is None:
        say(f"{spec.stem}: not compared with its lock here, where its wheels are not; `layer --verify` does before")
        return ()
    named: tuple[Fault, ...] = ()
    why = derive.lack(spec)
    if not why:
        found = with_wheels(built, wheels)
        if not found.faults:
            say(f"{spec.stem}: compared with its lock: {found}")
            for path in found.misrecorded:
                say(f"  {path} is otherwise in its wheel than the RECORD in there says")
            return ()
        if at_hand.choices.only_built or not found.bytecode_alone:
            return found.faults
        named, why = found.faults, "its bytecode differs from what this Python compiles"
    if at_hand.choices.only_built:
        say(f"{spec.stem}: not compared with its lock here: {why}; `layer --verify` does before")
        return ()
    differs = _built_again(at_hand, built, why)
    return named if differs and named else differs


def _wheels(at_hand: AtHand, built: BuiltLayer) -> Mapping[str, bytes] | None:
    """Return a layer's wheels; None where they are not here and nothing is to be fetched."""
    store, spec = WheelStore(at_hand.cache.root, at_hand.console.say), built.spec
    found = store.at_hand(spec, spec.pins)
    if found is None and not at_hand.choices.only_built:
        return store.wheels(spec, spec.pins, at_hand.runtime(spec.target))
    return found


def _built_again(at_hand: AtHand, built: BuiltLayer, why: str) -> tuple[Fault, ...]:
    """Build a layer from its wheels alone, by nothing that an earlier build left, and compare the whole zips."""
    from ..layer.build import build

    spec, runtime = built.spec, at_hand.runtime(built.spec.target)
    at_hand.console.say(f"{spec.stem}: built again to be compared: {why}")
    with folders.temporary("compared") as into:
        again = build(spec, runtime, at_hand.cache.root, into, use_cache=False, say=lambda _: None)
    there = hashlib.sha256(built.zip.read_bytes()).hexdigest()
    if (again.sha256, again.sha256, again.report) == (built.sha256, there, built.report):
        at_hand.console.say(f"{spec.stem}: compared with its lock: the same bytes again")
        return ()
    what = f"has sha256 {built.sha256[:12]}…, and its lock gives {again.sha256[:12]}…"
    cause = "it was changed since it was built, or its Dockerfile gives other bytes each time"
    cure = "find out who can write to the cache, then build it with --no-cache"
    return (Fault(spec.stem, what, cause, cure),)
