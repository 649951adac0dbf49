"""The bot's endpoint as most would write it, with boto3: `bench` asks it what it asks the bot.

It answers one command, and stands for nothing else of the bot.
"""

from __future__ import annotations

import json
import os
from typing import Any

import boto3
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

PING, DEFERRED = 1, 5
SQS = boto3.client("sqs")
KEY = VerifyKey(bytes.fromhex(os.environ["DISCORD_PUBLIC_KEY"]))


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    headers, body = event["headers"], event["body"]
    signed = f"{headers['x-signature-timestamp']}{body}".encode()
    try:
        KEY.verify(signed, bytes.fromhex(headers["x-signature-ed25519"]))
    except BadSignatureError:
        return answer(401, {"error": "invalid request signature"})
    interaction = json.loads(body)
    if interaction["type"] == PING:
        return answer(200, {"type": PING})
    SQS.send_message(
        QueueUrl=os.environ["QUEUE_URL"],
        MessageBody=body,
        MessageGroupId=interaction["guild_id"],
        MessageDeduplicationId=interaction["id"],
    )
    return answer(200, {"type": DEFERRED})


def answer(status: int, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(content),
    }
