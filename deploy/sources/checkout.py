"""A commit of a repository, fetched with the user's own git, and so with the user's credentials."""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ..errors import Fault, LockError
from . import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TIMEOUT = 900  # seconds
_WHOLE = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def is_commit(revision: str) -> bool:
    """Tell whether a revision is a commit's whole hash: anything else may name another commit tomorrow."""
    return bool(_WHOLE.fullmatch(revision))


def resolved(url: str, revision: str) -> str:
    """Return the commit that a branch or tag stands for now, empty where that cannot be found out."""
    done = _git(Path.cwd(), "ls-remote", "--", url, *([f"{revision}^{{}}", revision] if revision else ["HEAD"]))
    lines = done.stdout.decode(errors="replace").splitlines() if done.returncode == 0 else []
    # Of a tag with a message, the line that ends so has the commit, and the other one the tag itself.
    commits = [line.split()[0] for line in sorted(lines, key=lambda line: not line.endswith("^{}"))]
    return commits[0] if commits and is_commit(commits[0]) else ""


def files(url: str, commit: str) -> dict[str, bytes]:
    """Return the files of a commit with its submodules; raise LockError with git's words where it cannot be had."""
    with TemporaryDirectory(prefix="channelwright-git-") as temporary:
        folder = Path(temporary, "checkout")
        folder.mkdir()
        _done(url, _git(folder, "init", "--quiet"))
        # A server may refuse to give a commit by its hash: then all of its branches are asked for.
        if _git(folder, "fetch", "--quiet", "--depth", "1", "--", url, commit).returncode:
            _done(url, _git(folder, "fetch", "--quiet", "--tags", "--", url, "+refs/heads/*:refs/remotes/origin/*"))
        _done(url, _git(folder, "-c", "advice.detachedHead=false", "checkout", "--quiet", commit, "--"))
        if (folder / ".gitmodules").exists():
            _done(url, _git(folder, "submodule", "update", "--init", "--recursive", "--quiet", "--depth", "1"))
        return snapshot.of_folder(folder)


@contextmanager
def history(url: str, commit: str) -> Iterator[Path]:
    """Check out a commit with all that led to it and all tags; raise LockError with git's words where it fails."""
    with TemporaryDirectory(prefix="channelwright-git-") as temporary:
        folder = Path(temporary, "checkout")
        folder.mkdir()
        _done(url, _git(folder, "init", "--quiet"))
        _done(url, _git(folder, "fetch", "--quiet", "--tags", "--", url, "+refs/heads/*:refs/remotes/origin/*"))
        if _git(folder, "cat-file", "-e", f"{commit}^{{commit}}").returncode:
            _done(url, _git(folder, "fetch", "--quiet", "--tags", "--", url, commit))
        _done(url, _git(folder, "-c", "advice.detachedHead=false", "checkout", "--quiet", commit, "--"))
        yield folder


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_COUNT": "1"}
    environment |= {"GIT_CONFIG_KEY_0": "core.autocrlf", "GIT_CONFIG_VALUE_0": "false"}
    command: Sequence[str] = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, env=environment, capture_output=True, timeout=_TIMEOUT, check=False)
    except FileNotFoundError as error:
        raise LockError(
            [Fault("git", "is not installed", cure="install it: a source comes from a repository")]
        ) from error
    except subprocess.TimeoutExpired as error:
        raise LockError([Fault("git", f"did not answer within {_TIMEOUT} s")]) from error


def _done(url: str, done: subprocess.CompletedProcess[bytes]) -> None:
    if done.returncode:
        words = done.stderr.decode(errors="replace")
        what = "git does not get it, in the words above"
        raise LockError([Fault(without_password(url), what, cure="see that git itself can fetch it")], log=words)


def without_password(url: str) -> str:
    """Leave user and password out of an address; the user of ssh is part of it.

    >>> without_password("https://me:secret@example.invalid/own"), without_password("ssh://git@example.invalid/own")
    ('https://example.invalid/own', 'ssh://git@example.invalid/own')
    """
    return re.sub(r"^(https?://)[^@/]*@", r"\1", url)
