"""Layer versions and code, fetched from AWS. A zip is downloaded once and kept in the cache by its sha256."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..atomic import write
from ..aws import functions, layers
from ..aws.arns import LayerVersionArn
from ..errors import AwsError, Fault
from . import contents
from .seen import SeenVersions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..aws.connection import Aws
    from ..aws.layers import LayerContent
    from .contents import Contents


@dataclass(frozen=True)
class Downloads:
    """Fetches from one account and region; `folder` is where zips are kept, `Cache.root / "published"`."""

    aws: Aws
    folder: Path

    def layer(self, there: LayerContent, where: str) -> bytes:
        """Return a layer version's zip; raise AwsError where AWS hands out other bytes than it says."""
        return self._kept(there.sha256, where, lambda: layers.download(there))

    def published(self, arn: str) -> bytes | None:
        """Return the zip of a layer version of any account by its ARN, asking AWS where it was never seen.

        None where the version was deleted before it was.
        """
        if (kept := self.kept(arn)) is not None:
            return kept
        found = layers.read(self.aws, arn)
        if found is None:
            return None
        self._remember(arn, found[1])
        return self.layer(found[1], arn)

    def kept(self, arn: str) -> bytes | None:
        """Return the zip of a layer version that was fetched before; AWS is not asked."""
        known = self._seen.find(arn)
        path = self.path(known.sha256) if known else None
        if known is None or path is None or not path.exists():
            return None
        content = path.read_bytes()
        return content if _sha256(content) == known.sha256 else None

    def known_size(self, arn: str) -> int | None:
        """Return the bytes of the zip of a layer version that was seen before; None where it never was."""
        known = self._seen.find(arn)
        return known.size if known else None

    def size(self, arn: str) -> int:
        """Ask AWS for the bytes of the zip of a layer version of this account."""
        parsed = LayerVersionArn.parse(arn)
        there = layers.content(self.aws, parsed.name, parsed.version)
        self._remember(arn, there)
        return there.size

    @property
    def _seen(self) -> SeenVersions:
        return SeenVersions(self.folder / "layer-versions")

    def _remember(self, arn: str, there: LayerContent) -> None:
        if self.aws.is_amazons:
            self._seen.keep(arn, there)

    def path(self, sha256: str) -> Path:
        """Return where a zip is kept once it was fetched."""
        return self.folder / f"{sha256}.zip"

    def code(self, name: str, qualifier: str, sha256: str) -> bytes:
        """Return the code zip of a function's version, whose digest Lambda named `sha256`."""
        where = f"the code of {name}:{qualifier}"
        return self._kept(sha256, where, lambda: functions.download(self.aws, name, qualifier))

    def contents(self, name: str, version: int) -> Contents:
        """Open a layer version of this account."""
        where = f"{name}:{version}"
        return contents.read(self.layer(layers.content(self.aws, name, version), where), where)

    def _kept(self, sha256: str, where: str, fetch: Callable[[], bytes]) -> bytes:
        path = self.path(sha256)
        if path.exists() and _sha256(content := path.read_bytes()) == sha256:
            return content
        content = fetch()
        if (found := _sha256(content)) != sha256:
            raise AwsError([_other_bytes(where, found, sha256)])
        write(path, content)
        return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _other_bytes(where: str, found: str, wanted: str) -> Fault:
    return Fault(
        where,
        f"what was downloaded has the sha256 {found}; AWS says {wanted}",
        cause="the download was cut short or changed on its way",
        cure="run it again; if it stays, do not use it",
    )
