"""Certificate authorities of the tests, made by the openssl command."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Authority:
    """Somebody who signs: a certificate and a key, beside what was signed with them."""

    folder: Path
    name: str

    @property
    def certificate(self) -> Path:
        return self.folder / f"{self.name}.crt"

    def directory(self) -> Path:
        """Return a directory in OpenSSL's hashed form that holds this authority alone."""
        hashed = self.folder / f"{self.name}-hashed"
        hashed.mkdir()
        digest = openssl("x509", "-subject_hash", "-noout", "-in", str(self.certificate)).strip()
        (hashed / f"{digest}.0").write_bytes(self.certificate.read_bytes())
        return hashed

    def signed(self, name: str) -> Path:
        """Return a file with a certificate for a server of this name, and its key."""
        both, public = self.folder / f"{self.name}-server.pem", self.folder / f"{self.name}-server.crt"
        key = _made(f"/CN={name}", public, "-addext", f"subjectAltName=DNS:{name}", *self._by())
        both.write_text(key + public.read_text())
        return both

    def _by(self) -> list[str]:
        return ["-CA", str(self.certificate), "-CAkey", str(self.folder / f"{self.name}.key")]

    @classmethod
    def made(cls, folder: Path, name: str) -> Authority:
        """Make one; all have the same subject, so that nothing but the key tells them apart."""
        authority = cls(folder, name)
        (folder / f"{name}.key").write_text(_made("/CN=Somebody", authority.certificate))
        return authority


def _made(subject: str, certificate: Path, *more: str) -> str:
    """Write a certificate; return its key."""
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "-"]
    return openssl("req", "-x509", *curve, "-days", "2", "-subj", subject, "-out", str(certificate), *more)


def openssl(*arguments: str) -> str:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True, timeout=60).stdout
