"""Versions that fit one target: uv, run in an empty folder so that only what is named here decides.

uv reads no pip settings, so those that say where packages come from are handed on under uv's names. Everything
else that could change the answer (UV_CONSTRAINT, UV_PRERELEASE …) is kept from it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import uv

from deploy import pip_settings
from deploy.errors import Fault, LockError
from deploy.locking import wheels
from deploy.locking.lockfile import normalised
from deploy.runtimes.base_images import BASES
from deploy.settings import MACHINES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from deploy.locking.wheels import Wheel
    from deploy.settings import Target

_TIMEOUT = 600  # seconds
# The glibc versions that uv knows, 2.x. Of a runtime between two of them it is asked with the newer one; wheels that
# need more than the runtime has are left out afterwards.
_GLIBC_MINORS = (17, 28, *range(31, 41))
_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)")
_VIA = re.compile(r"^\s+#\s+(?:via\s*)?(?P<via>.*)$")
_KEPT = re.compile(
    r"UV_(DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|INDEX_\w+_(USERNAME|PASSWORD)|CACHE_DIR|OFFLINE|HTTP_\w+|"
    r"SYSTEM_CERTS|NATIVE_TLS|INSECURE_HOST|KEYRING_PROVIDER|CONCURRENT_\w+)"
)
_FROM_PIP = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_TRUSTED_HOST": "UV_INSECURE_HOST",
    "PIP_PROXY": "ALL_PROXY",
    "PIP_CERT": "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE": "SSL_CERT_FILE",
}
_CAUSES = (
    (
        "missing an upload date",
        "an index without upload dates cannot say what is within the cooldown",
        "use another index, or set days: 0 for what only that one has",
    ),
    ("exclude-newer", "the cooldown leaves no version", "wait, or give the package an entry in lock.overrides"),
    ("error sending request", "the package index cannot be reached", "check the network, the proxy and PIP_INDEX_URL"),
    ("Failed to fetch", "the package index did not give what it lists", "check PIP_INDEX_URL and its credentials"),
    ("network was disabled", "uv is offline", "unset UV_OFFLINE"),
    ("not found in the package registry", "the index has no package of that name", "check its spelling"),
    ("no wheels with a matching", "no version has a wheel for the runtime", "use another package or version"),
    ("have no usable wheels", "no version has a wheel for the runtime", "use another package or version"),
    ("unsatisfiable", "the requirements contradict each other", "loosen the one that uv names last"),
)


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """One distribution: why it is needed, and all its wheels that uv found for the target."""

    name: str
    version: str
    via: tuple[str, ...]
    wheels: tuple[Wheel, ...]


@dataclass(frozen=True, kw_only=True)
class Resolver:
    """`source` is the requirements.in, `project` the folder that paths are told from."""

    project: Path
    source: Path
    cooldown: Sequence[str]
    environment: Mapping[str, str]

    def resolve(
        self, target: Target, preferred: Mapping[str, str], upgrade: Sequence[str] = ()
    ) -> tuple[Resolved, ...]:
        """Resolve for a target, keeping the `preferred` versions (by name) wherever they are possible.

        `upgrade` holds uv's options of that name. Raises LockError with uv's own words.
        """
        with TemporaryDirectory() as folder:
            pins = Path(folder, "pins.txt")
            pins.write_text("".join(f"{name}=={version}\n" for name, version in preferred.items()))
            self._compile(folder, target, self.source.resolve(), "-o", pins, *upgrade)
            found = self._compile(folder, target, pins, "--no-deps", "--format", "pylock.toml")
            files = wheels.listed(found)
            return tuple(self._resolved(pins.read_text(), files))

    def newest_fitting(self, name: str, target: Target) -> str | None:
        """Return the newest version of a distribution that has a wheel for no newer glibc than the runtime's."""
        with TemporaryDirectory() as folder:
            wish = Path(folder, "wish.in")
            wish.write_text(name)
            try:
                text = self._compile(folder, target, wish, "--no-deps", older=True)
            except LockError:
                return None
        match = _PINNED.match(text)
        return match["version"] if match else None

    def _resolved(self, text: str, files: Mapping[str, tuple[Wheel, ...]]) -> Iterator[Resolved]:
        for line, via in _requirements(text):
            match = _PINNED.match(line)
            if match is None:
                cause = "only a version of an index has wheels that can be told apart"
                raise LockError.of(str(self.source), f"cannot lock {line}", cause=cause, cure="require a version")
            name = normalised(match["name"])
            shown = tuple(each.replace(f"{self.project.resolve()}/", "") for each in via)
            yield Resolved(name=name, version=match["version"], via=shown, wheels=files.get(name, ()))

    def _compile(self, folder: str, target: Target, *arguments: str | Path, older: bool = False) -> str:
        command = [
            *(uv.find_uv_bin(), "pip", "compile", "--no-progress", "--no-header", "--color", "never"),
            *("--annotation-style", "split", "--only-binary", ":all:"),
            *("--python", sys.executable, "--python-version", target.runtime.removeprefix("python")),
            *("--python-platform", _platform(target, older=older)),
            *self.cooldown,
            *(str(argument) for argument in arguments),
        ]
        environment = uv_environment(self.environment, Path(folder))
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise LockError.of(str(self.source), f"uv did not answer within {_TIMEOUT} s") from error
        if done.returncode:
            raise self._refusal(done.stderr, target)
        return done.stdout

    def _refusal(self, log: str, target: Target) -> LockError:
        words = " ".join(log.split())
        cause, cure = next(((cause, cure) for sign, cause, cure in _CAUSES if sign in words), ("", ""))
        what = f"no set of versions for {target}"
        return LockError([Fault(str(self.source), what, cause, cure)], log=log)


def _platform(target: Target, *, older: bool) -> str:
    minor = BASES[target.runtime].glibc_minor
    nearest = max(each for each in _GLIBC_MINORS if each <= minor)
    if not older:
        nearest = min(each for each in _GLIBC_MINORS if each >= minor)
    return f"{MACHINES[target.architecture]}-manylinux_2_{nearest}"


def uv_environment(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Keep what says where packages come from, under uv's names; drop what would change what is chosen.

    `folder` takes the certificates. pip's extra indexes are not handed on: pip mixes all indexes, uv stops at the
    first that knows a package, so which is asked first is for people to say, in UV_INDEX.
    """
    pip = pip_settings.read(environment, str(folder))
    for name, content in pip.files.items():
        (folder / name).write_bytes(content)
    kept = {name: value for name, value in environment.items() if not name.startswith("UV_") or _KEPT.fullmatch(name)}
    for theirs, ours in _FROM_PIP.items():
        if theirs in pip.environment:
            kept.setdefault(ours, pip.environment[theirs])
    return kept


def _requirements(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each requirement of uv's output with the comments below it, which say what needs it."""
    line, via = "", list[str]()
    for raw in text.splitlines():
        if match := _VIA.match(raw):
            via += [match["via"]] if match["via"] else []
            continue
        if line:
            yield line, tuple(via)
        line, via = raw.strip(), []
    if line:
        yield line, tuple(via)
