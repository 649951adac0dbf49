"""The fake Discord as the companion that is served."""

from __future__ import annotations

import errno
import json
import sys

from tools.fake_discord import FakeDiscord

_LATENCY_SECONDS = 0.12
"""About what Discord takes for a call; without it nobody would see any progress."""


def serve(stage: str, port: int) -> None:
    """Print the introduction, and serve until stdin ends. A port that is taken ends it with a word on stderr."""
    fake = FakeDiscord()
    fake.gate.latency = _LATENCY_SECONDS
    try:
        with fake.serving(port):
            print(json.dumps(_introduction(fake, stage)), flush=True)
            sys.stdin.buffer.read()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.exit(f"port {port} is in use: choose another with --port, or none for a free one")


def _introduction(fake: FakeDiscord, stage: str) -> dict[str, dict[str, str]]:
    token = fake.application.token
    return {
        "environment": {
            "DISCORD_PUBLIC_KEY": fake.public_key,
            "DISCORD_BOT_TOKEN": token,
            "DISCORD_API": fake.api,
        },
        "functions": {"DISCORD_API": fake.api},
        "parameters": {f"/channelwright/{stage}/discord-token": token},
        "addresses": {"Discord": fake.url},
    }
