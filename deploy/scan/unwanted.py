"""Files that have no business in Lambda: secrets by their name, leftovers of tools, entries that escape /opt."""

from __future__ import annotations

import fnmatch
import io
import stat
from typing import TYPE_CHECKING
from zipfile import ZipFile

from ..code.selection import DROPPINGS
from .findings import ScanFinding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipInfo

    from .findings import Severity
    from .targets import ScanTarget

_SECRETS = (
    ".env", ".env.*", ".netrc", "_netrc", ".pypirc", ".npmrc", ".pgpass", ".htpasswd", ".git-credentials",
    "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.tfstate",
)  # fmt: skip
_FOLDERS = (".git", ".hg", ".svn", ".aws", ".ssh", ".idea", ".vscode", ".venv", "node_modules", ".pytest_cache")
# Bytecode is wanted in a layer; all else that editors and desktops leave behind is not.
_LEFTOVERS = (
    *(each for each in DROPPINGS if each not in {"__pycache__", "*.pyc"}),
    ".DS_Store", ".coverage", "*.log", "*.whl", "*.tar.gz", "core.[0-9]*", "*.sqlite", "*.sqlite3",
)  # fmt: skip


def unwanted(target: ScanTarget) -> Iterator[ScanFinding]:
    """Yield every entry of the zip that should not ship."""
    with ZipFile(io.BytesIO(target.content)) as archive:
        for entry in archive.infolist():
            if found := _escapes(entry) or _named(entry.filename):
                severity, what, cause = found
                yield ScanFinding(
                    kind="file",
                    id=f"file:{entry.filename}",
                    severity=severity,
                    where=f"{target.where}: {entry.filename}",
                    what=what,
                    cause=cause,
                    cure="keep it out: trim.exclude for a layer, another folder than code.source for code",
                )


def _escapes(entry: ZipInfo) -> tuple[Severity, str, str] | None:
    mode = entry.external_attr >> 16
    if entry.filename.startswith("/") or ".." in entry.filename.split("/"):
        return "critical", "would be unpacked outside of its folder", "the zip was made to overwrite other files"
    if stat.S_ISLNK(mode):
        return "medium", "is a link", "what it leads to is decided where it is unpacked"
    if mode & (stat.S_ISUID | stat.S_ISGID):
        return "medium", "has the set-user-ID or set-group-ID bit", "it was packed with the rights of a file on a disk"
    return None


def _named(path: str) -> tuple[Severity, str, str] | None:
    *folders, name = path.rstrip("/").split("/")
    if _matches(name, _SECRETS) and name != ".env.example":
        return "high", "is a file that holds secrets", "everybody who may read the function may read it"
    if inside := next((folder for folder in folders if folder in _FOLDERS), ""):
        return "medium", f"is in {inside}, which is for developers", "a whole folder was packed"
    if _matches(name, _LEFTOVERS):
        return "low", "is left over from some tool", "it only costs room and a reviewer's time"
    return None


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
