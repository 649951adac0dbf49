"""Discord's signatures, https://docs.discord.com/developers/interactions/overview#security.

Discord sends badly signed requests on purpose and takes the URL away if one is not answered with 401.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

if TYPE_CHECKING:
    from channelwright.endpoint.web import Request

# As long as SQS swallows a repeated interaction id: a younger replay does nothing, an older one is refused.
MAX_AGE_SECONDS = 300


class UnverifiedError(Exception):
    """A request that must be answered with 401; the text is for the logs."""


def public_key(text: str) -> VerifyKey:
    """Read the application's public key as Discord shows it, 64 hexadecimal digits; raise ValueError otherwise."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError("DISCORD_PUBLIC_KEY is not 64 hexadecimal digits")
    return VerifyKey(bytes.fromhex(text))


def verify(request: Request, key: VerifyKey, now: float) -> None:
    """Raise UnverifiedError unless Discord signed these bytes, just now; `now` is in seconds since 1970."""
    if request.method != "POST":
        raise UnverifiedError("not a POST")
    # Digits alone before a JSON object: so nothing can move over the border between timestamp and body.
    if not re.fullmatch(r"[0-9]{1,20}", timestamp := request.headers.get("x-signature-timestamp", "")):
        raise UnverifiedError("no timestamp")
    if not re.fullmatch(r"[0-9a-fA-F]{128}", signature := request.headers.get("x-signature-ed25519", "")):
        raise UnverifiedError("no signature")
    try:
        key.verify(timestamp.encode() + request.body, bytes.fromhex(signature))
    except BadSignatureError as error:
        raise UnverifiedError("the signature does not fit") from error
    if abs(now - int(timestamp)) > MAX_AGE_SECONDS:
        raise UnverifiedError("the timestamp is too far away")
