"""Texts that an earlier run found out, kept by what they follow from: `checks/<key>.json` in the cache folder.

Each carries its own sha256; what is damaged is not there, and deleting the folder costs time and nothing else. That is
no help against somebody who writes there: with a key, what was kept by whoever does not have it is not there either,
and without one nothing is, where other users of this machine may write.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from .atomic import write
from .errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEAST = 32  # characters of a key


@dataclass(frozen=True)
class Kept:
    """The cache folder. With a `secret`, the key, only what was kept with it is there: `checks/<key>.sealed`."""

    root: Path
    secret: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Find the folder: CHANNELWRIGHT_CACHE, else channelwright below XDG_CACHE_HOME, else below ~/.cache.

        The key is CHANNELWRIGHT_CACHE_KEY; raises ConfigError for one that could be guessed.
        """
        secret = environment.get("CHANNELWRIGHT_CACHE_KEY", "")
        if 0 < len(secret) < _LEAST:
            what, cure = f"has {len(secret)} characters", f"take at least {_LEAST}: openssl rand -hex 32"
            raise ConfigError([Fault("CHANNELWRIGHT_CACHE_KEY", what, "it could be guessed", cure)])
        if chosen := environment.get("CHANNELWRIGHT_CACHE"):
            return cls(Path(chosen), secret)
        base = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or Path.home(), ".cache")
        return cls(Path(base, "channelwright"), secret)

    def checks(self, key: str) -> str | None:
        """Return what `keep_checks` kept under this key."""
        if self.shared:
            return None
        kept = read_text(self._path(key))
        if kept is None or not self.secret:
            return kept
        seal, _, passed = kept.partition("\n")
        return passed if hmac.compare_digest(seal, self._seal(key, passed)) else None

    @property
    def shared(self) -> str:
        """Say which folder other users of this machine may write to, so that what is in there proves nothing; or "".

        Who may write as this user, or brings the whole folder here, is not seen by that; a key tells them.
        """
        for folder in () if self.secret else (self.root, self.root / "checks"):
            if folder.exists():
                status = folder.stat()
                if status.st_uid not in {os.geteuid(), 0} or status.st_mode & stat.S_IWOTH:
                    return str(folder)
        return ""

    def keep_checks(self, key: str, passed: str) -> None:
        keep_text(self._path(key), f"{self._seal(key, passed)}\n{passed}" if self.secret else passed)

    def _path(self, key: str) -> Path:
        return self.root / "checks" / f"{key}.{'sealed' if self.secret else 'json'}"

    def _seal(self, key: str, passed: str) -> str:
        """Bind a text to what it follows from, so that none can stand in another one's place."""
        return hmac.new(self.secret.encode(), f"{key}\n{passed}".encode(), hashlib.sha256).hexdigest()


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
