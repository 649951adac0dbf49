"""Where a source lies, as requirements say it and as a lock records it: relative to the project, without passwords."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from .. import git
from ..errors import Fault, LockError
from . import checkout, snapshot
from .described import described

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .described import CommitDescription

_GIT = re.compile(r"git\+(?P<url>(?:https?|ssh|file|git)://.+)")
_OTHER_VCS = re.compile(r"(?:hg|svn|bzr)\+")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
# As git itself takes it, and pip does not: https://git-scm.com/docs/git-clone#_git_urls.
_SHORT_SSH = re.compile(r"git\+(?P<user>[^/@:]+@[^/:]+):(?P<path>[^/].*)")
_ARCHIVES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip", ".tar")


class SourcePlace(Protocol):
    """A source: `origin` is how a lock names it, `digest` changes with all that decides what comes of it."""

    @property
    def origin(self) -> str: ...

    @property
    def digest(self) -> str: ...

    @property
    def subdirectory(self) -> str: ...

    def files(self) -> Mapping[str, bytes]:
        """Return the source, by path; raise LockError where it cannot be had."""
        ...

    def described(self, readers: Collection[str]) -> CommitDescription | None:
        """Ask git of the source's commit, for what builds it; None where it is in no repository."""
        ...


@dataclass(frozen=True)
class PlacedFolder:
    """A folder of this machine with a project in it; `path` is absolute."""

    path: Path
    origin: str
    subdirectory: str = ""

    @cached_property
    def _files(self) -> dict[str, bytes]:
        return snapshot.of_folder(self.path)

    @property
    def digest(self) -> str:
        return snapshot.digest(self._files)

    def files(self) -> Mapping[str, bytes]:
        return self._files

    def described(self, readers: Collection[str]) -> CommitDescription | None:
        if not self._asked("ls-files", "--error-unmatch", "--", "."):
            return None
        pyproject = self._files.get("/".join(filter(None, (self.subdirectory, "pyproject.toml"))), b"")
        within = (self._asked("rev-parse", "--show-prefix") or "").strip("/")
        return described(self._asked, pyproject, self.origin, readers, within=within, digest=self.digest)

    @property
    def has_changes(self) -> bool:
        """Whether something in it is in no commit."""
        return bool(self._asked("status", "--porcelain", "--", "."))

    def _asked(self, *arguments: str) -> str | None:
        return git.asked(self.path, *arguments)


@dataclass(frozen=True)
class PlacedFile:
    """A wheel or a source archive of this machine; `path` is absolute."""

    path: Path
    origin: str
    subdirectory: str = ""

    @property
    def is_wheel(self) -> bool:
        return self.path.suffix == ".whl"

    @cached_property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def files(self) -> Mapping[str, bytes]:
        return snapshot.of_archive(self.path, self.content)

    def described(self, readers: Collection[str]) -> None:
        """Say nothing of git: an archive has its version in it."""


@dataclass(frozen=True)
class PinnedCommit:
    """A commit of a git repository, by its whole hash."""

    url: str
    commit: str
    subdirectory: str = ""

    @property
    def origin(self) -> str:
        fragment = f"#subdirectory={self.subdirectory}" if self.subdirectory else ""
        return f"git+{checkout.without_password(self.url)}@{self.commit}{fragment}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.commit} {self.subdirectory}".encode()).hexdigest()

    def files(self) -> Mapping[str, bytes]:
        return checkout.files(self.url, self.commit)

    def described(self, readers: Collection[str]) -> CommitDescription | None:
        with checkout.history(self.url, self.commit) as folder:
            path = folder / self.subdirectory / "pyproject.toml"
            pyproject = path.read_bytes() if path.is_file() else b""
            return described(partial(git.asked, folder), pyproject, self.origin, readers, within="", digest=self.digest)


def place(text: str, folder: Path, project: Path, where: str) -> SourcePlace:
    """Return the place that a requirement names; paths are relative to `folder`, origins to `project`.

    Raises LockError where it is not there, or may be another one tomorrow; `where` is what it names.
    """
    if match := _GIT.fullmatch(text):
        return _commit(match["url"], where)
    if _OTHER_VCS.match(text):
        cure = "build its wheel and put that on an index of yours, or into the project"
        raise LockError([Fault(where, f"{text} is refused", "of repositories, git's alone are read", cure)])
    if _ADDRESS.match(text) and not text.startswith("file:"):
        cure = "take a version of an index, or git at a commit, or copy the file into the project"
        raise LockError([Fault(where, f"{text} is refused", "what an address holds may change", cure)])
    return _local(text, folder, project, where)


def _local(text: str, folder: Path, project: Path, where: str) -> SourcePlace:
    bare, _, fragment = text.partition("#")
    path = Path(unquote(urlsplit(bare).path) if bare.startswith("file:") else os.path.expanduser(bare))  # noqa: PTH111
    path = Path(os.path.normpath(folder / path))
    origin = Path(os.path.relpath(path, project)).as_posix()
    origin = origin if origin.startswith(".") else f"./{origin}"
    if path.is_dir():
        if not any((path / name).is_file() for name in ("pyproject.toml", "setup.py")):
            cause = "a project to build has pyproject.toml or setup.py"
            cure = "name its folder; one with modules alone comes in by `code.include`, or by `files` of a layer"
            if (path / "setup.cfg").is_file():
                cure = "write a pyproject.toml beside its setup.cfg; an empty one serves"
            raise LockError([Fault(where, f"{origin} holds no Python project", cause, cure)])
        return PlacedFolder(path, origin, _subdirectory(fragment))
    if path.is_file() and path.name.endswith((".whl", *_ARCHIVES)):
        return PlacedFile(path, origin, _subdirectory(fragment))
    what = f"{origin} is no folder, wheel or source archive" if path.exists() else f"{origin} is not there"
    cure = "correct the path: it is relative to the file that names it"
    if short := _SHORT_SSH.search(origin):
        cure = f"write an address: git+ssh://{short['user']}/{short['path']}"
    raise LockError([Fault(where, what, cure=cure)])


def _commit(address: str, where: str) -> PinnedCommit:
    url, _, fragment = address.partition("#")
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    path, _, revision = path.partition("@")
    url = f"{scheme}://{host}/{path}"
    if checkout.is_commit(revision):
        return PinnedCommit(url, revision, _subdirectory(fragment))
    shown = f"git+{checkout.without_password(url)}@"
    now = checkout.resolved(url, revision)
    what = f"{revision or 'no commit'} is asked for, and a lock takes a commit by its whole hash"
    cause = "a branch, a tag or a short hash may stand for something else tomorrow"
    cure = f"write {shown}{now}, which it stands for now" if now else f"write {shown}COMMIT, with all 40 digits"
    raise LockError([Fault(where, what, cause, cure)])


def _subdirectory(fragment: str) -> str:
    found = next((each[13:] for each in fragment.split("&") if each.startswith("subdirectory=")), "")
    return unquote(found).strip("/")
