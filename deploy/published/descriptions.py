"""What the pipeline writes into AWS's own descriptions, and reads back. There is no other record of releases.

    layer version     sha256:be2919e152ba git:c0ffee012345 img:0123456789ab +idna==3.7 requests==2.31->2.32
    function version  channelwright 41a623a21e23 git:c0ffee012345 code:0123456789abcdef layers:0123456789abcdef
    alias             channelwright 41a623a21e23:3 3f732c1fca8e:2      what it stood for, newest first

A description has at most 256 characters: https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LENGTH = 256
DIGITS = 16
"""Hexadecimal digits that are kept of a tree's digest."""

_LAYER = re.compile(r"sha256:(?P<digest>[0-9a-f]{12}) git:(?P<git>\S+) img:(?P<image>\S+)(?: (?P<changes>.*))?")
_VERSION = re.compile(
    r"channelwright (?P<release>[0-9a-f]{12}) git:(?P<git>\S+)"
    r"(?: code:(?P<code>[0-9a-f]{16}) layers:(?:(?P<layers>[0-9a-f]{16})|unread))?"
)
_ALIAS = re.compile(r"channelwright(?P<history>(?: [0-9a-f]{12}:[0-9]+)+)")


@dataclass(frozen=True)
class LayerNote:
    """`digest` is the start of the zip's sha256, `image` of the runtime image's digest, or "host"."""

    digest: str
    git: str
    image: str
    changes: str = ""

    def __str__(self) -> str:
        text = f"sha256:{self.digest} git:{self.git} img:{self.image}"
        return f"{text} {self.changes}" if self.changes else text

    @classmethod
    def parse(cls, description: str) -> LayerNote | None:
        """Read a description; None where somebody else wrote it."""
        found = _LAYER.fullmatch(description)
        return cls(found["digest"], found["git"], found["image"], found["changes"] or "") if found else None


@dataclass(frozen=True)
class VersionNote:
    """`code` and `layers` are the starts of the digests that the version answers its health event with.

    `layers` is empty where somebody else's layer could not be read.
    """

    release: str
    git: str
    code: str = ""
    layers: str = ""

    def __str__(self) -> str:
        digests = f" code:{self.code[:DIGITS]} layers:{self.layers[:DIGITS] or 'unread'}" if self.code else ""
        return f"channelwright {self.release} git:{self.git}{digests}"

    @classmethod
    def parse(cls, description: str) -> VersionNote | None:
        """Read a description; None where somebody else wrote it."""
        found = _VERSION.fullmatch(description)
        return cls(found["release"], found["git"], found["code"] or "", found["layers"] or "") if found else None


@dataclass(frozen=True)
class Passed:
    """A release, and the function version that an alias stood for in it."""

    release: str
    version: str


@dataclass(frozen=True)
class AliasNote:
    """What an alias stood for, newest first; the first is what it stands for now."""

    history: tuple[Passed, ...] = ()

    @property
    def current(self) -> Passed | None:
        return self.history[0] if self.history else None

    def then(self, release: str, version: str) -> AliasNote:
        """Return the note of an alias that stands for this now."""
        now = Passed(release, version)
        return self if self.current == now else AliasNote((now, *self.history))

    def __str__(self) -> str:
        """Write it, as far back as a description holds."""
        text = "channelwright"
        for each in self.history:
            longer = f"{text} {each.release}:{each.version}"
            if len(longer) > LENGTH:
                break
            text = longer
        return text

    @classmethod
    def parse(cls, description: str) -> AliasNote:
        """Read a description; without history where somebody else wrote it."""
        found = _ALIAS.fullmatch(description)
        entries = (each.split(":") for each in found["history"].split()) if found else ()
        return cls(tuple(Passed(release, version) for release, version in entries))
