"""Sending to the bot's endpoint as Discord does: signed, and with no patience (docs: interactions/overview)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import requests
from nacl.signing import SigningKey

if TYPE_CHECKING:
    from typing import Self


@dataclass(frozen=True)
class Reply:
    """What the endpoint answered. Status 0 is no answer; `seconds` is how long it took, in real time."""

    status: int
    body: bytes = b""
    seconds: float = 0.0
    failure: str = ""


Deliver = Callable[[bytes, Mapping[str, str]], Reply]
"""How an interaction reaches the bot: its body and headers go out, its reply comes back."""


@dataclass(frozen=True)
class OverHttp:
    """Post to a URL, waiting `patience` seconds in all."""

    url: str
    patience: float = 3.0

    def __call__(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        started = time.monotonic()
        try:
            answer = requests.post(
                self.url, data=body, headers=dict(headers), timeout=self.patience, allow_redirects=False
            )
        except requests.RequestException as error:
            return Reply(0, seconds=time.monotonic() - started, failure=f"no answer: {type(error).__name__}")
        seconds = time.monotonic() - started
        if seconds > self.patience:
            return Reply(0, seconds=seconds, failure=f"answered after {seconds:.1f} s")
        return Reply(answer.status_code, answer.content, seconds)


@dataclass(frozen=True)
class Signer:
    """Discord's key pair of one application. `now` is the time that goes into the signature."""

    key: SigningKey = field(default_factory=SigningKey.generate)
    now: Callable[[], float] = time.time

    @classmethod
    def seeded(cls, seed: bytes) -> Self:
        return cls(SigningKey(seed.ljust(32, b"\0")[:32]))

    @property
    def public_key(self) -> str:
        return self.key.verify_key.encode().hex()

    def headers(self, body: bytes, *, forged: bool = False) -> dict[str, str]:
        """Make the headers of a request; `forged` signs with another key, as Discord's own probe does."""
        timestamp = str(int(self.now()))
        key = SigningKey.generate() if forged else self.key
        return {
            "Content-Type": "application/json",
            "User-Agent": "Discord-Interactions/1.0 (+https://discord.com)",
            "X-Signature-Ed25519": key.sign(timestamp.encode() + body).signature.hex(),
            "X-Signature-Timestamp": timestamp,
        }
