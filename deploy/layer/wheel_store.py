"""Wheels kept on this machine by their sha256, and which of a pin's wheels the runtime's pip chose.

That choice depends on the pin, the image and the architecture, and on nothing else. So a changed lock fetches what
changed, and an unchanged one neither needs network nor asks pip.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ..atomic import write
from ..errors import BuildError, Fault
from ..invocation import advised
from ..locking.lockfile import requirements
from ..temporary import folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ..inside.exchange import Pin
    from .backend.protocol import Runtime
    from .spec import LayerSpec


@dataclass(frozen=True)
class WheelStore:
    """A folder: `wheels/<sha256>` are the wheels, `chosen/<key>.json` the name and sha256 that a pin led to.

    `own/<sha256>/` has the wheels that were built here, each under its name: see deploy/sources.
    """

    root: Path
    say: Callable[[str], None]

    def wheels(self, spec: LayerSpec, pins: Sequence[Pin], runtime: Runtime) -> dict[str, bytes]:
        """Return the wheel of every pin, by file name; what is not here, or damaged, is fetched by the runtime.

        Raises BuildError where a wheel cannot be had, or is not one that its pin allows.
        """
        found = {pin: self._stored(spec, pin) for pin in pins}
        if missing := [pin for pin, wheel in found.items() if wheel is None]:
            self.say(f"fetching {len(missing)} wheel{'s' if len(missing) > 1 else ''}: {_names(missing)}")
            found |= self._fetched(spec, missing, runtime)
        return dict(wheel for wheel in found.values() if wheel)

    def at_hand(self, spec: LayerSpec, pins: Sequence[Pin]) -> dict[str, bytes] | None:
        """Return the wheel of every pin, by file name; None where one is not here."""
        found = [self._stored(spec, pin) for pin in pins]
        return None if None in found else dict(wheel for wheel in found if wheel)

    def _stored(self, spec: LayerSpec, pin: Pin) -> tuple[str, bytes] | None:
        if own := self._own(pin):
            return own
        try:
            chosen = json.loads(self._choice(spec, pin).read_text(encoding="utf-8"))
            content = (self.root / "wheels" / chosen["sha256"]).read_bytes()
            is_name = "/" not in chosen["file"]  # it is one where the wheels are laid out
        except (FileNotFoundError, ValueError, KeyError, TypeError):  # nothing was chosen, or this is damaged
            return None
        if not is_name:
            return None
        if hashlib.sha256(content).hexdigest() not in pin.hashes:
            self.say(f"{chosen['file']} is damaged in {self.root / 'wheels'}; fetching it again")
            return None
        return chosen["file"], content

    def _own(self, pin: Pin) -> tuple[str, bytes] | None:
        """Return a wheel that was built here from a source, which no index has."""
        for digest in pin.hashes:
            for path in (self.root / "own" / digest).glob("*.whl"):
                content = path.read_bytes()
                if hashlib.sha256(content).hexdigest() == digest:
                    return path.name, content
        return None

    def _fetched(self, spec: LayerSpec, pins: Sequence[Pin], runtime: Runtime) -> dict[Pin, tuple[str, bytes]]:
        with folders.temporary("wheels") as folder:
            runtime.fetch(spec, requirements(pins), folder)
            wheels = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in wheels.items()}
        faults = list(_unexpected(digests, pins))
        if faults:
            raise BuildError(faults)
        fetched = {}
        for pin in pins:
            name = next(name for name, digest in digests.items() if digest in pin.hashes)
            write(self.root / "wheels" / digests[name], wheels[name])
            write(self._choice(spec, pin), json.dumps({"file": name, "sha256": digests[name]}).encode())
            fetched[pin] = name, wheels[name]
        return fetched

    def _choice(self, spec: LayerSpec, pin: Pin) -> Path:
        deciding = [asdict(pin), spec.image.key, spec.runtime, spec.architecture]
        return self.root / "chosen" / f"{hashlib.sha256(json.dumps(deciding).encode()).hexdigest()}.json"


def _unexpected(digests: dict[str, str], pins: Sequence[Pin]) -> Iterator[Fault]:
    """Yield what was fetched and not locked, and what was locked and not fetched."""
    allowed = {digest for pin in pins for digest in pin.hashes}
    for name, digest in digests.items():
        if digest not in allowed:
            yield Fault(name, f"was fetched, and its sha256 {digest} is not in the lock", cure=advised("lock"))
    for pin in pins:
        if not set(pin.hashes) & set(digests.values()):
            yield Fault(f"{pin.name}=={pin.version}", "was not among the wheels that were fetched")


def _names(pins: Sequence[Pin]) -> str:
    return ", ".join(pin.name for pin in pins[:4]) + (" …" if len(pins) > 4 else "")
