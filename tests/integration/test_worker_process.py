"""The worker as a process that is killed for good in the middle of its work, and Discord over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from channelwright.campaign import templates
from channelwright.endpoint.commands import TABLE
from channelwright.jobs import Job
from tools.fake_discord import FakeDiscord, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).parents[2]
# What Lambda does with the handler, with a token that needs no AWS.
RUN = """
import json, sys, time
from pathlib import Path
project = Path({project!r})
sys.path.insert(0, str(project / "src"))
from channelwright.campaign import templates
from channelwright.discord.bot_token import BotToken
from channelwright.worker.consumer import Consumer
from channelwright.discord.discord_api import Discord
from channelwright.discord.pace import Pace

class Context:
    def get_remaining_time_in_millis(self): return 60_000

channels = templates.load(project / "config/campaign_channels.yaml")
consumer = Consumer(channels, Discord({api!r}, BotToken(lambda: {token!r}), Pace(0.0)), lambda handle, seconds: None)
print(json.dumps(consumer(json.loads(sys.stdin.read()), Context())))
"""


def start(fake: FakeDiscord, job: Job, count: int, folder: Path) -> subprocess.Popen[str]:
    """Start a worker with one delivery of the job."""
    script = RUN.format(project=str(PROJECT), api=fake.api, token=fake.application.token)
    attributes = {"ApproximateReceiveCount": str(count)}
    record = {"messageId": "m", "receiptHandle": "r", "body": job.to_json(), "attributes": attributes}
    event = folder / "event.json"
    event.write_text(json.dumps({"Records": [record]}))
    with event.open() as given:
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", script],
            text=True,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


@pytest.mark.parametrize("calls", [6, 11])
def test_a_worker_that_is_killed_is_followed_by_one_that_finishes(calls: int, tmp_path: Path) -> None:
    with FakeDiscord().serving() as fake:
        interactions: list[dict[str, object]] = []

        def endpoint(body: bytes, _headers: Mapping[str, str]) -> Reply:
            interactions.append(json.loads(body))
            return Reply(200, b'{"type": 5, "data": {"flags": 64}}')

        fake.endpoint = endpoint
        fake.register(*TABLE)
        shown = fake.gm.command("add-campaign", name="Curse of Strahd")
        job = Job.wished(interactions[-1], "add-campaign", {"name": "Curse of Strahd"})

        first = start(fake, job, 1, tmp_path)
        fake.gate.listeners.append(lambda _: os.kill(first.pid, signal.SIGKILL) if len(fake.calls()) == calls else None)
        first.communicate(timeout=30)
        assert first.returncode == -signal.SIGKILL
        assert len(fake.channels) < 6 + 12
        second = start(fake, job, 2, tmp_path)
        out, err = second.communicate(timeout=60)
        assert json.loads(out.splitlines()[-1]) == {"batchItemFailures": []}, err

        planned = templates.load(PROJECT / "config/campaign_channels.yaml")["default"]
        assert sorted(each.name for each in fake.children("Curse of Strahd")) == sorted(each.name for each in planned)
        assert len([role for role in fake.roles if role.name == "Curse of Strahd Members"]) == 1
        message = fake.message_of(shown)
        assert message is not None
        assert "is ready" in message.content
        assert fake.violations == []
