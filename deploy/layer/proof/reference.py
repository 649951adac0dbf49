"""The reference: what pip installs from the very wheels of the layers, looked at as the zip is.

The look is kept by the wheels, the image and the probe, so that a change of policy or of code does not take it again.
AWS services are asked as far as a policy keeps them: those that were not asked before are asked now.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from ..cache_key import digest
from . import look, tree
from .look import Look, WantedLook
from .script import script

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..backend.protocol import Runtime
    from ..spec import LayerSpec
    from ..values import BuiltLayer
    from ..wheel_store import WheelStore


class KeptReference(Protocol):
    """What was proven before, by a key: deploy.layer.cache.Cache, or nothing that lasts."""

    def checks(self, key: str) -> str | None: ...

    def keep_checks(self, key: str, passed: str) -> None: ...


@dataclass(frozen=True)
class Reference:
    """The wheels of all layers that are tried together, content by file name, and where their look is kept.

    `use_kept` takes a look of before where there is one.
    """

    wheels: Mapping[str, bytes]
    runtime: Runtime
    kept: KeptReference
    use_kept: bool = True

    @classmethod
    def of(
        cls, layers: Sequence[BuiltLayer], store: WheelStore, runtime: Runtime, kept: KeptReference, *, use_kept: bool
    ) -> Reference:
        """Return the reference of layers that are tried together, with the wheels that they were built from."""
        found = (store.wheels(each.spec, each.spec.pins, runtime) for each in layers)
        return cls({name: content for wheels in found for name, content in wheels.items()}, runtime, kept, use_kept)

    @cached_property
    def owned(self) -> dict[str, str]:
        """The files that the wheels have below python/ once installed, each with its distribution."""
        return tree.of_wheels(self.wheels)

    def look(self, spec: LayerSpec, services: tuple[str, ...], runtime_provides: tuple[str, ...] = ()) -> Look:
        """Return the look at what pip installs; `spec` names runtime and image, the rest is as in `WantedLook`.

        Raises BuildError where pip does not install the wheels, VerificationError where the look itself fails.
        """
        key = self._key(spec, runtime_provides)
        text = self.kept.checks(key) if self.use_kept else None
        before = Look.from_json(text) if text else None
        asked = {each.what for each in before.clients()} if before else set()
        services = tuple(each for each in services if each not in asked)
        wanted = WantedLook(services=services, runtime_provides=runtime_provides)
        if before is None:
            names = tuple(sorted(set(self.owned.values())))
            wanted = replace(wanted, subjects=tree.subjects(self.owned), distributions=names)
        if before and not wanted:
            return before
        with self.runtime.installed(spec.runtime, self.wheels) as sandbox:
            seen = look.take(sandbox, wanted, spec.runtime)
        whole = before.and_also(seen) if before else seen
        if not whole.is_late:  # else it would be so for good
            self.kept.keep_checks(key, whole.to_json())
        return whole

    def _key(self, spec: LayerSpec, runtime_provides: tuple[str, ...]) -> str:
        wheels = {name: hashlib.sha256(content).hexdigest() for name, content in self.wheels.items()}
        probe = hashlib.sha256(script()).hexdigest()
        return digest(["reference", wheels, spec.image.key, spec.runtime, runtime_provides, probe])
