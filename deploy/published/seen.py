"""What never changes of a layer version, kept once it was seen: the digest and the size of its zip.

An ARN names the same bytes for ever, in AWS itself: an emulator begins anew and gives the same ARNs to other bytes.
https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html: a version is immutable, and its number is not reused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..atomic import write
from ..aws.arns import LayerVersionArn

if TYPE_CHECKING:
    from pathlib import Path

    from ..aws.layers import LayerContent

_FORM = re.compile(r"(?P<sha256>[0-9a-f]{64}) (?P<size>[0-9]+)\n")


@dataclass(frozen=True)
class Zip:
    """A zip by its sha256, in hexadecimal, and its bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class SeenVersions:
    """Layer versions that were seen, a small file for each below `folder`."""

    folder: Path

    def find(self, arn: str) -> Zip | None:
        """Return what is known of a layer version; None where it was never seen, or the file says nothing."""
        path = self._path(arn)
        found = _FORM.fullmatch(path.read_text(encoding="ascii", errors="replace")) if path.is_file() else None
        return Zip(found["sha256"], int(found["size"])) if found else None

    def keep(self, arn: str, content: LayerContent) -> None:
        write(self._path(arn), f"{content.sha256} {content.size}\n".encode())

    def _path(self, arn: str) -> Path:
        parsed = LayerVersionArn.parse(arn)
        return self.folder / parsed.region / parsed.account / parsed.name / str(parsed.version)
