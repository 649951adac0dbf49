"""Calls uv in an empty folder, so that only what is named here decides, and translates its refusals.

uv reads no pip settings, so those that say where packages come from are handed on under uv's names. Everything
else that could change the answer (UV_CONSTRAINT, UV_PRERELEASE …) is kept from it.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import uv

from ... import pip_settings
from ...errors import LockError
from ...temporary import folders
from ..wheels import undated
from . import from_one_index
from . import log as uv_log
from .refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..others.named_indexes import Taken
    from .interpreter import Interpreter

_TIMEOUT = 600  # seconds
_ROUNDS = 6  # of finding out what has no upload date
_UNDATED = "missing an upload date"
_KEPT = re.compile(
    r"UV_(CACHE_DIR|OFFLINE|HTTP_\w+|SYSTEM_CERTS|NATIVE_TLS|INSECURE_HOST|KEYRING_PROVIDER|CONCURRENT_\w+)"
)
# The first of pip's names that is there wins: https://pip.pypa.io/en/stable/topics/https-certificates/.
_FROM_PIP = (
    ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"),
    ("PIP_EXTRA_INDEX_URL", "UV_INDEX"),
    ("PIP_TRUSTED_HOST", "UV_INSECURE_HOST"),
    ("PIP_PROXY", "ALL_PROXY"),
    ("PIP_CERT", "SSL_CERT_FILE"),
    ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"),
    ("CURL_CA_BUNDLE", "SSL_CERT_FILE"),
    ("SSL_CERT_FILE", "SSL_CERT_FILE"),
)


@dataclass(frozen=True, kw_only=True)
class Uv:
    """uv on this machine: `source` and the indexes `asked` are what messages name.

    `cache` is the folder that keeps what answers for a runtime. With `takes_undated` the cooldown does not count for
    what an index lists without the date of its upload; `undated` are the names of which that was so. `taken` is what
    comes from one index alone.
    """

    source: str
    asked: str
    cache: Path
    environment: Mapping[str, str]
    cooldown: Sequence[str] = ()
    takes_undated: bool = False
    taken: Sequence[Taken] = ()
    undated: set[str] = field(default_factory=set)

    def compile(
        self,
        interpreter: Interpreter,
        requirements: Sequence[str],
        files: Mapping[str, str],
        *options: str,
        log_of: str = uv_log.NOTHING,
    ) -> tuple[str, str]:
        """Resolve requirements for an interpreter; return the pylock.toml and uv's log.

        `files` are put beside them, by name, for the options to name; `log_of` is what uv tells besides what is for
        people, one of the values of `deploy.locking.uv.log`. Raises LockError with uv's own words.
        """
        code, text, log = 1, "", ""
        for _ in range(_ROUNDS if self.takes_undated and self.cooldown else 1):
            limit = [*self.cooldown, *(each for name in sorted(self.undated) for each in _unlimited(name))]
            code, text, log = self._compiled(interpreter, requirements, files, [*limit, *options], log_of)
            if not code:
                return text, log
            if not (self.takes_undated and _UNDATED in log and self._more(interpreter, requirements, files, options)):
                break
        raise LockError(refusal(self.source, words := uv_log.without(log), self.asked), log=words)

    def _more(
        self, interpreter: Interpreter, requirements: Sequence[str], files: Mapping[str, str], options: Sequence[str]
    ) -> bool:
        """Note what has no date among that which would be taken without a cooldown; tell whether there is more."""
        code, text, _ = self._compiled(interpreter, requirements, files, options, uv_log.NOTHING)
        found = set() if code else undated(text) - self.undated
        self.undated.update(found)
        return bool(found)

    def _compiled(
        self,
        interpreter: Interpreter,
        requirements: Sequence[str],
        files: Mapping[str, str],
        options: Sequence[str],
        log_of: str,
    ) -> tuple[int, str, str]:
        """Return exit code, pylock.toml and log."""
        with folders.temporary("lock") as folder:
            for name, text in {**files, "wanted.txt": "\n".join(requirements) + "\n"}.items():
                Path(folder, name).write_text(text, encoding="utf-8")
            project = from_one_index.project(requirements, self.taken)
            Path(folder, "pyproject.toml").write_text(project, encoding="utf-8")
            command = [
                *(uv.find_uv_bin(), "pip", "compile", "wanted.txt", *(["pyproject.toml"] if project else [])),
                *("--no-progress", "--color", "never", "--no-config"),
                *("--format", "pylock.toml", "--only-binary", ":all:"),
                *("--python", str(interpreter.executable(self.cache)), *options),
            ]
            environment = uv_environment(self.environment, folder) | {"RUST_LOG": log_of}
            return self._run(command, environment, folder)

    def _run(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str, str]:
        """Return exit code, output and log, which go through files: a log of half a megabyte in a pipe costs time."""
        with Path(folder, "stdout").open("wb") as stdout, Path(folder, "stderr").open("wb") as stderr:
            try:
                done = subprocess.run(
                    command, cwd=folder, env=environment, stdout=stdout, stderr=stderr, timeout=_TIMEOUT, check=False
                )
            except subprocess.TimeoutExpired as error:
                raise LockError.of(self.source, f"uv did not answer within {_TIMEOUT} s") from error
        text, log = (Path(folder, each).read_text(encoding="utf-8") for each in ("stdout", "stderr"))
        return done.returncode, text, log


def _unlimited(name: str) -> tuple[str, str]:
    return "--exclude-newer-package", f"{name}=false"


def uv_environment(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Keep what says where packages come from, under uv's names; drop what would change what is chosen.

    `folder` takes the certificates. pip's extra indexes are those that uv asks first.
    """
    pip = pip_settings.read(environment, str(folder))
    for name, content in pip.files.items():
        (folder / name).write_bytes(content)
    kept = {name: value for name, value in environment.items() if not name.startswith("UV_") or _KEPT.fullmatch(name)}
    taken: dict[str, str] = {}
    for theirs, ours in _FROM_PIP:
        if theirs in pip.environment:
            taken.setdefault(ours, pip.environment[theirs])
    return kept | taken
