"""What was made of the files of each wheel: bytecode, models without documentation, content as the zip holds it.

Each result is found by all that it follows from: the step, and the digest of what went into it. So one that was kept
can only be taken where making it anew would give the same, whatever else changed in the layer. What the host keeps is
one part for each wheel; a wheel that stays as it is needs no step done again.

A part is a line of JSON, then the compressed contents one after the other.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .archive import DEFLATED, PackedEntry, side_by_side
from .files import Later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .files import LayerFile
    from .wheel import Wheel

_END_OF_LINE = b"\n"


@dataclass
class Part:
    """Results for the files of one wheel: content `packed`, by its sha256; and by step, what was `made`, or a text.

    `made` has the sha256 of new content, `texts` why a step made nothing, or what one found out.
    """

    packed: dict[str, PackedEntry] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, content: bytes) -> Part:
        line, _, body = content.partition(_END_OF_LINE)
        raw = json.loads(line)
        packed, at = {}, 0
        for sha256, (method, size, crc, length) in raw["packed"].items():
            packed[sha256] = PackedEntry(method, body[at : at + length], crc, size)
            at += length
        return cls(packed, raw["made"], raw["texts"])

    def write(self) -> bytes:
        every = sorted(self.packed.items())
        document = {
            "packed": {name: [each.method, each.size, each.crc, len(each.content)] for name, each in every},
            "made": dict(sorted(self.made.items())),
            "texts": dict(sorted(self.texts.items())),
        }
        return json.dumps(document).encode() + _END_OF_LINE + b"".join(each.content for _, each in every)


class Parts:
    """The parts of a layer by distribution: those that were kept, and what of them was used or added."""

    def __init__(self, kept: Mapping[str, bytes]) -> None:
        self._kept = {owner: Part.read(content) for owner, content in kept.items()}
        self._now: dict[str, Part] = {}

    def made(self, owner: str, *inputs: str) -> Later | str | None:
        """Return what a step made of these inputs, or why it made nothing; None where it has to be done."""
        kept, now, key = self._kept.get(owner, Part()), self._part(owner), _key(inputs)
        if key in kept.texts:
            now.texts[key] = kept.texts[key]
            return kept.texts[key]
        sha256 = kept.made.get(key, "")
        if sha256 not in kept.packed:
            return None
        now.made[key] = sha256
        packed = kept.packed[sha256]
        return Later(packed.size, lambda: _unpacked(packed), sha256)

    def keep(self, owner: str, outcome: Later | str, *inputs: str) -> None:
        """Note what a step made of these inputs, or why nothing."""
        part, key = self._part(owner), _key(inputs)
        if isinstance(outcome, str):
            part.texts[key] = outcome
        else:
            part.made[key] = outcome.sha256

    def remembered(self, file: LayerFile, step: str, make: Callable[[bytes], bytes]) -> bytes:
        """Return what `make` makes of a file; it is not asked where the same was made before."""
        found = self.made(file.owner, step, file.sha256)
        if isinstance(found, Later):
            return found.content
        outcome = Later.of(make(file.content))
        self.keep(file.owner, outcome, step, file.sha256)
        return outcome.content

    def found(self, owner: str, inputs: tuple[str, ...], find: Callable[[], Iterable[str]]) -> frozenset[str]:
        """Return the names that a step finds in these inputs; `find` is not asked where it was before."""
        known = self.made(owner, *inputs)
        if isinstance(known, str):
            return frozenset(json.loads(known))
        names = frozenset(find())
        self.keep(owner, json.dumps(sorted(names)), *inputs)
        return names

    def recall(self, wheels: Iterable[Wheel]) -> None:
        """Tell the files of wheels their digests, as far as an earlier run found them in these very wheels."""
        for wheel in wheels:
            known = self.made(wheel.name, "digests", wheel.sha256)
            digests = json.loads(known) if isinstance(known, str) else {}
            for path, file in wheel.files.items():
                if path in digests and isinstance(file.held, Later):
                    file.held.recall(digests[path])

    def note(self, wheels: Iterable[Wheel]) -> None:
        """Note which digests were asked for, so that the next run need not unpack these files for them."""
        for wheel in wheels:
            held = {path: file.held for path, file in wheel.files.items() if isinstance(file.held, Later)}
            digests = {path: each.known for path, each in sorted(held.items()) if each.known}
            self.keep(wheel.name, json.dumps(digests), "digests", wheel.sha256)

    def packed(self, files: Mapping[str, LayerFile], pack: Callable[[bytes], PackedEntry]) -> dict[str, PackedEntry]:
        """Return the content of files, by their paths, as the zip holds it."""
        packed = {path: self._kept.get(file.owner, Part()).packed.get(file.sha256) for path, file in files.items()}
        missing = [path for path, each in packed.items() if each is None]
        made = dict(zip(missing, side_by_side(lambda path: pack(files[path].content), missing), strict=True))
        result = {path: each or made[path] for path, each in packed.items()}
        for path, each in result.items():
            self._part(files[path].owner).packed[files[path].sha256] = each
        return result

    def changed(self) -> dict[str, bytes]:
        """Return the parts that are to be kept and are not yet: what was used, and no more."""
        for part in self._now.values():  # what no file of the layer holds needs no name
            part.made = {key: sha256 for key, sha256 in part.made.items() if sha256 in part.packed}
        return {owner: part.write() for owner, part in self._now.items() if part != self._kept.get(owner)}

    def _part(self, owner: str) -> Part:
        return self._now.setdefault(owner, Part())


def _key(inputs: tuple[str, ...]) -> str:
    return hashlib.sha256(repr(inputs).encode()).hexdigest()


def _unpacked(packed: PackedEntry) -> bytes:
    return zlib.decompress(packed.content, -zlib.MAX_WBITS) if packed.method == DEFLATED else packed.content
