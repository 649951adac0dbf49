"""Tokens and private keys in the files of a zip. Only what is a secret by its very form, so that a hit is one.

Each form is its vendor's own. The libraries for this look at lines of sources, without limits left and right of a
token, and so find keys in any compressed image; what is looked at here is bytes, bytecode and libraries included.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import ZipFile

from ..inside import unpack
from .findings import ScanFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .targets import ScanTarget


@dataclass(frozen=True)
class Form:
    """What a kind of secret looks like. `alone`: where letters go on left or right, it is a part of something else."""

    what: str
    pattern: re.Pattern[bytes]
    alone: bool = True

    def found(self, content: bytes, *, loosely: bool) -> Iterator[re.Match[bytes]]:
        """Yield every match; in bytecode, where a string's length and its neighbour touch it, look `loosely`."""
        for match in self.pattern.finditer(content):
            around = content[max(match.start() - 1, 0) : match.start()] + content[match.end() : match.end() + 1]
            if loosely or not self.alone or not _GOES_ON.search(around):
                yield match


def _form(what: str, pattern: str) -> Form:
    return Form(what, re.compile(pattern.encode()))


_GOES_ON = re.compile(rb"[\w+/-]")
# The header alone is in every library that reads keys.
_KEY = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"
    rb"(?:\s|\\n|Proc-Type:[^\n\\]*|DEK-Info:[^\n\\]*)*[A-Za-z0-9+/]{40}"
)
FORMS = (
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    _form("an AWS access key", r"(?:AKIA|ASIA)(?![A-Z2-7]*EXAMPLE)[A-Z2-7]{16}"),
    # https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
    _form("a GitHub token", r"gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    # https://docs.gitlab.com/security/tokens/#token-prefixes
    _form("a GitLab token", r"gl(?:pat|dt|ft|rt|soat)-[\w-]{20,50}"),
    _form("a PyPI token", r"pypi-AgEIcHlwaS5vcmc[\w-]{70,}"),
    _form("an npm token", r"npm_[A-Za-z0-9]{36}"),
    # https://docs.discord.com/developers/reference#authentication
    _form("a Discord bot token", r"[MNO][A-Za-z0-9]{23,27}\.[\w-]{6}\.[\w-]{27,38}"),
    _form("a Discord webhook", r"https://(?:\w+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d{17,20}/[\w-]{60,}"),
    # https://docs.slack.dev/authentication/tokens
    _form("a Slack token", r"xox[abeoprs]-(?:\d+-)+[A-Za-z0-9]{20,}"),
    _form("a Slack webhook", r"https://hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{24}"),
    # https://docs.stripe.com/keys
    _form("a Stripe live key", r"[rs]k_live_[0-9A-Za-z]{24,}"),
    # https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys
    _form("a SendGrid key", r"SG\.[\w-]{22}\.[\w-]{43}"),
    # https://cloud.google.com/docs/authentication/api-keys
    _form("a Google API key", r"AIza[0-9A-Za-z_-]{35}"),
    # https://www.rfc-editor.org/rfc/rfc7468
    Form("a private key", _KEY, alone=False),
)


def secrets(target: ScanTarget) -> Iterator[ScanFinding]:
    """Yield every secret in any file of the zip; the secret itself is not shown."""
    with ZipFile(io.BytesIO(target.content)) as archive:
        for entry in archive.infolist():
            content = unpack.content(archive, entry)
            for what, at in _found(content, loosely=entry.filename.endswith(".pyc")):
                line = content.count(b"\n", 0, at) + 1
                yield ScanFinding(
                    kind="secret",
                    id=f"secret:{entry.filename}",
                    severity="critical",
                    where=f"{target.where}: {entry.filename}:{line}",
                    what=f"holds {what}",
                    cause="everybody who may read the function or its layer may read it",
                    cure="revoke it now, keep it in SSM Parameter Store or Secrets Manager, and build again",
                )


def _found(content: bytes, *, loosely: bool) -> Iterator[tuple[str, int]]:
    for form in FORMS:
        for match in form.found(content, loosely=loosely):
            if form.what != "a Discord bot token" or _begins_with_an_id(match[0]):
                yield form.what, match.start()


def _begins_with_an_id(token: bytes) -> bool:
    """Tell whether a token begins, as Discord's do, with its bot's id in base64: decimal digits."""
    first = token.partition(b".")[0]
    try:
        return base64.b64decode(first + b"=" * (-len(first) % 4)).isdigit()
    except binascii.Error:
        return False
