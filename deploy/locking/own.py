"""Sources in a lock: distributions that no index has, each built from a folder, a file or a commit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LockedSource:
    """A distribution and its source: a path relative to the project, or git+ADDRESS@COMMIT.

    `digest` names the content that was locked and `hashes` are those of its wheel; a uv.lock or pylock.toml has
    neither, and what it names is built as it is found. `version` is empty where the lock does not tell it.
    """

    name: str
    version: str
    origin: str
    digest: str = ""
    hashes: tuple[str, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether no index has it: the source archive of an index is named without a path."""
        return "/" in self.origin or "+" in self.origin
