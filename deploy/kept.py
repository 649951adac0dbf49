"""Texts that an earlier run found out, kept by what they follow from: `checks/<key>.json` in the cache folder.

Each carries its own sha256; what is damaged is not there, and deleting the folder costs time and nothing else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from .atomic import write
from .errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Kept:
    root: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Find the folder: CHANNELWRIGHT_CACHE, else channelwright below XDG_CACHE_HOME, else below ~/.cache."""
        if chosen := environment.get("CHANNELWRIGHT_CACHE"):
            return cls(Path(chosen))
        base = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or Path.home(), ".cache")
        return cls(Path(base, "channelwright"))

    def checks(self, key: str) -> str | None:
        """Return what `keep_checks` kept under this key."""
        return read_text(self.root / "checks" / f"{key}.json")

    def keep_checks(self, key: str, passed: str) -> None:
        keep_text(self.root / "checks" / f"{key}.json", passed)


def keep_text(path: Path, text: str) -> None:
    """Keep a text as `keep` keeps bytes."""
    keep(path, text.encode())


def keep(path: Path, content: bytes) -> None:
    """Keep content under a first line that says what it has to be."""
    write(path, hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


def read_text(path: Path) -> str | None:
    """Return what `keep_text` kept, as `read` does."""
    content = read(path)
    return None if content is None else content.decode()


def read(path: Path) -> bytes | None:
    """Return what `keep` kept; None where there is nothing, or something else than was kept.

    Raises ConfigError where the cache cannot be one.
    """
    try:
        digest, _, content = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        cure = "name a folder of this user's in CHANNELWRIGHT_CACHE, or unset it"
        raise ConfigError([Fault(str(path), what, "the cache is to be there", cure)]) from error
    return content if hashlib.sha256(content).hexdigest().encode() == digest else None
