from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - a document's annotations are read
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class InitOutput:
    """The files by path below the project, and whether they were `written` or, with --plan, would be.

    `found` and `left` say in words what it starts from, and what could not be taken over; `following` are the commands
    that come next. `changes` has, by path, the lines in which uv says what it changes in a lock that is there.
    """

    written: bool
    files: Mapping[str, str]
    found: tuple[str, ...]
    left: tuple[str, ...]
    following: tuple[str, ...]
    changes: Mapping[str, tuple[str, ...]]


DOCUMENT = InitOutput
