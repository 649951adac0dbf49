"""Which commit the project is at."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from .errors import ConfigError, Fault
from .terminal.characters import plain

if TYPE_CHECKING:
    from pathlib import Path


_REFUSED = re.compile(r"dubious ownership in repository at '(?P<path>[^'\n]+)'")


@dataclass(frozen=True)
class Commit:
    """A commit's full hash, or none outside a repository; `dirty` tells of changes that are not in it."""

    sha: str | None
    dirty: bool

    @property
    def short(self) -> str:
        """Name it in twelve digits, `+dirty` behind them where there are changes besides; "none" without one."""
        return f"{self.sha[:12]}{'+dirty' if self.dirty else ''}" if self.sha else "none"


def made_of(short: str) -> str:
    """Say in words which commit a release was made of, named as `Commit.short` does.

    >>> made_of("c0ffee012345+dirty"), made_of("none")
    ('of c0ffee012345+dirty', 'made outside git')
    """
    return "made outside git" if short == "none" else f"of {short}"


def commit(project: Path) -> Commit:
    """Return the commit that is checked out; where git refuses to look at the repository, none, which is said."""
    sha = _git(project, "rev-parse", "HEAD")
    return Commit(sha, dirty=bool(sha and _git(project, "status", "--porcelain")))


@cache
def _tell(what: str) -> None:
    """Say something on stderr, once in a run."""
    print(plain(what), file=sys.stderr)


def subjects(project: Path, since: str, until: str) -> tuple[str, ...] | None:
    """List the commits that `until` has and `since` lacks, newest first, a line each; None where git cannot tell.

    Both are hashes, whole or shortened. Anything else is not given to git, which would take it for an option.
    """
    if not all(re.fullmatch(r"[0-9a-f]{7,64}", each) for each in (since, until)):
        return None
    found = _git(project, "log", "--oneline", "--no-decorate", f"{since}..{until}", "--")
    return None if found is None else tuple(found.splitlines())


def branch(project: Path) -> str:
    """Return the branch that is checked out; empty where there is none."""
    return _git(project, "branch", "--show-current") or ""


def remote(project: Path) -> str:
    """Return the address of the remote `origin`, as git has it; empty where there is none."""
    return _git(project, "remote", "get-url", "origin") or ""


def changed_at(project: Path, path: Path) -> int | None:
    """Return when a file was last committed, in seconds since 1970; None where it never was."""
    stamp = _git(project, "log", "-1", "--format=%ct", "--", str(path))
    return int(stamp) if stamp else None


def ignored(project: Path, folder: Path) -> tuple[str, ...]:
    """Return what git ignores below a folder, relative to the project; nothing where there is no git.

    Raises ConfigError where git refuses to look at the repository: what is ignored there would ship.
    """
    options = ("--others", "--ignored", "--exclude-standard", "--directory", "-z")
    found = asked(project, "ls-files", *options, "--", str(folder.resolve()))
    paths = [] if found is None else [each.rstrip("/") for each in found.split("\0") if each]
    return tuple(each for each in paths if (project / each).resolve() != folder.resolve())


def _git(project: Path, *arguments: str) -> str | None:
    """Ask git for what decides no bytes; None where it does not say, which is said where it refuses to."""
    try:
        return asked(project, *arguments)
    except ConfigError as refused:
        _tell(str(refused))
        return None


def asked(project: Path, *arguments: str) -> str | None:
    """Ask git; None where there is no git, no repository or no commit yet, which are all fine to build in.

    Raises ConfigError where it refuses a repository that belongs to another user:
    https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory.
    """
    try:
        done = subprocess.run(
            ["git", "-C", project, *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
            timeout=30,
            # What git says is read below, in the one language that it is looked for in.
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError:
        return None
    if refused := _REFUSED.search(done.stderr):
        what, cause = "git refuses to look at this repository", "it belongs to another user than the one that runs this"
        cure = f"git config --global --add safe.directory {shlex.quote(refused['path'])}"
        raise ConfigError([Fault(refused["path"], what, cause, cure)])
    return done.stdout.strip() if done.returncode == 0 else None
