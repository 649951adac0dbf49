"""Source archives of indexes: which one fits, as uv chooses it, and its bytes, fetched on this machine.

Nothing of them is run here: uv is told that each needs nothing, so that it builds none to find out; what one needs in
truth is in the wheel that comes of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .. import pip_settings
from ..atomic import write
from ..errors import Fault, LockError
from ..locking.resolver import preferring
from ..locking.uv.interpreter import interpreter
from ..locking.wheels import archives
from . import snapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ..locking.uv.call import Uv
    from ..locking.wheels import ListedArchive
    from ..settings import Target

_CONFIG = "uv.toml"
_PREFERRED = "pylock.toml"
_LIMITS = "limits.txt"
_TIMEOUT = 300  # seconds
# The first of pip's names that is there wins: https://pip.pypa.io/en/stable/topics/https-certificates/.
_CERTIFICATES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass(frozen=True, kw_only=True)
class Archives:
    """The indexes that `uv` asks, for a target; `versions` maps a runtime to its whole Python version."""

    uv: Uv
    target: Target
    versions: Mapping[str, str]

    def chosen(
        self, names: Collection[str], lines: Sequence[str], limits: Sequence[str], locked: str, upgrade: Sequence[str]
    ) -> tuple[ListedArchive, ...]:
        """Return those of the names that are needed, each with the archive of the version that fits all else.

        `locked` is a pylock.toml with the versions to stay with. Raises LockError with uv's words.
        """
        told = "".join(f'[[dependency-metadata]]\nname = "{name}"\nrequires-dist = []\n' for name in names)
        files = {_CONFIG: told, _PREFERRED: locked, _LIMITS: "\n".join(limits) + "\n"}
        options = ["-o", _PREFERRED, "--config-file", _CONFIG, *upgrade]
        options += ["--constraint", _LIMITS] if limits else []
        options += [option for name in names for option in ("--no-binary", name)]
        pylock, _ = self.uv.compile(interpreter(self.target, self.versions), lines, files, *options)
        return tuple(each for each in archives(pylock) if each.name in names)

    def content(self, root: Path, name: str, version: str, sha256: str) -> bytes:
        """Return the archive of a version with this sha256, from the cache below `root` or its index."""
        kept = root / "archives" / sha256
        if kept.exists() and hashlib.sha256(content := kept.read_bytes()).hexdigest() == sha256:
            return content
        found = self.chosen([name], [f"{name}=={version}"], (), preferring({}), ("--no-deps",))
        content = next((self._fetched(each) for each in found if each.sha256 == sha256), b"")
        if hashlib.sha256(content).hexdigest() != sha256:
            cause = f"no index has it any more with the sha256 {sha256}"
            raise LockError([Fault(f"{name}=={version}", "the source archive is not the one that was locked", cause)])
        write(kept, content)
        return content

    def _fetched(self, archive: ListedArchive) -> bytes:
        import requests

        with TemporaryDirectory(prefix="channelwright-") as folder:
            settings = pip_settings.read(self.uv.environment, folder)
            for name, content in settings.files.items():
                write(Path(folder, name), content)
            known = settings.environment
            proxy, trusted = known.get("PIP_PROXY"), known.get("PIP_TRUSTED_HOST", "").split()
            certificates = next((known[each] for each in _CERTIFICATES if each in known), True)
            try:
                answer = requests.get(
                    _with_credentials(archive.url, known),
                    timeout=_TIMEOUT,
                    verify=False if urlsplit(archive.url).hostname in trusted else certificates,
                    proxies={"http": proxy, "https": proxy} if proxy else None,
                )
                answer.raise_for_status()
            except requests.RequestException as error:
                what = f"the source archive cannot be fetched: {pip_settings.without_credentials(str(error))}"
                raise LockError([Fault(f"{archive.name}=={archive.version}", what)]) from error
        return answer.content


def _with_credentials(url: str, known: Mapping[str, str]) -> str:
    """Give an address the user and password of the index on the same host, which uv leaves out."""
    parts = urlsplit(url)
    for index in [*known.get("PIP_EXTRA_INDEX_URL", "").split(), known.get("PIP_INDEX_URL", "")]:
        credentials, at, host = urlsplit(index).netloc.rpartition("@")
        if at and host == parts.netloc:
            return parts._replace(netloc=f"{credentials}@{host}").geturl()
    return url


@dataclass(frozen=True, kw_only=True)
class Archive:
    """A source archive of an index, as a place: `filename` is what a lock names it by."""

    name: str
    version: str
    filename: str
    digest: str
    where: Archives
    root: Path
    subdirectory: str = ""

    @property
    def origin(self) -> str:
        return self.filename

    def files(self) -> Mapping[str, bytes]:
        content = self.where.content(self.root, self.name, self.version, self.digest)
        return snapshot.of_archive(self.root / self.filename, content)

    def described(self, readers: Collection[str]) -> None:
        """Say nothing of git: what was published has its version."""
