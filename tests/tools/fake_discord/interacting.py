"""A bot's endpoint in one process: it verifies, and answers what a test tells it to; and the commands that it takes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from tools.fake_discord import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]
DEFERRED: Json = {"type": 5}
MANAGER = str(1 << 4 | 1 << 28)
STRING, USER, CHANNEL = 3, 6, 7

ADD: Json = {
    "name": "add-campaign",
    "description": "Make a campaign",
    "default_member_permissions": MANAGER,
    "options": [
        {"name": "name", "description": "What it is called", "type": STRING, "required": True, "max_length": 80},
        {"name": "gm", "description": "Who leads it", "type": USER},
    ],
}
DELETE: Json = {
    "name": "delete-campaign",
    "description": "Remove a campaign",
    "options": [{"name": "campaign", "description": "Which", "type": CHANNEL, "required": True, "channel_types": [4]}],
}
CAMPAIGN: Json = {
    "name": "campaign",
    "description": "Look after campaigns",
    "options": [
        {
            "name": "archive",
            "description": "Make one read-only",
            "type": 1,
            "options": [
                {"name": "name", "description": "Which", "type": STRING, "required": True, "autocomplete": True}
            ],
        }
    ],
}


@dataclass
class Endpoint:
    """Takes interactions as a function; `replies` are given in turn, the last one for ever."""

    public_key: str
    replies: list[Any] = field(default_factory=lambda: [DEFERRED])
    received: list[Json] = field(default_factory=list)

    def __call__(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        signed = headers["X-Signature-Timestamp"].encode() + body
        try:
            VerifyKey(bytes.fromhex(self.public_key)).verify(signed, bytes.fromhex(headers["X-Signature-Ed25519"]))
        except BadSignatureError:
            return Reply(401, b"invalid request signature")
        payload = json.loads(body)
        self.received.append(payload)
        if payload["type"] == 1:
            return Reply(200, b'{"type": 1}')
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply if isinstance(reply, Reply) else Reply(200, json.dumps(reply).encode())


def say(content: str, *, ephemeral: bool = False, **more: Any) -> Json:
    return {"type": 4, "data": {"content": content, "flags": 64 if ephemeral else 0, **more}}


def buttons(*labels: str) -> list[Json]:
    row = [{"type": 2, "style": 1, "label": label, "custom_id": f"id:{label}"} for label in labels]
    return [{"type": 1, "components": row}]
