"""The entry points, each in a process of its own, laid out as in /var/task."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.endpoint.commands import TABLE
from channelwright.health import tree_digest
from tests.bot.conftest import QUEUE, aws_environment
from tools.fake_discord import FakeDiscord, Reply, State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.bot.conftest import FakeSqs, Payload

pytestmark = pytest.mark.programs

BOT = {"DISCORD_PUBLIC_KEY": "ab" * 32, "QUEUE_URL": "https://sqs/jobs.fifo", "AWS_REGION": "eu-central-1"}
PARAMETER = "/channelwright/dev/discord-token"


@pytest.fixture
def worker(sqs: FakeSqs) -> dict[str, str]:
    """What the worker's environment holds; its token is where the parameter says."""
    sqs.parameters[PARAMETER] = "a-token"
    return aws_environment(sqs) | {"DISCORD_TOKEN_PARAMETER": PARAMETER, "QUEUE_URL": f"{sqs.url}{QUEUE}"}


# The same for both: Lambda hands over an event, and a context that knows how much time is left.
HANDLE = """
import json, sys, {0} as function
class Context:
    def get_remaining_time_in_millis(self): return 60_000
print(json.dumps(function.handler(json.loads(sys.stdin.read()), Context())))
"""


def run(code: Path, script: str, environment: dict[str, str], event: object = None) -> subprocess.CompletedProcess[str]:
    """Run a script that sees the code, the installed packages and this environment alone; warnings are errors."""
    packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    isolated = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{code}{os.pathsep}{packages}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env=isolated | environment,
        cwd=code,
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def result(code: Path, script: str, environment: dict[str, str]) -> Any:
    done = run(code, script, environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_bot_names_every_variable_that_is_missing_at_once(code: Path) -> None:
    stderr = run(code, "import bot", {"QUEUE_URL": ""}).stderr
    assert "set these environment variables: DISCORD_PUBLIC_KEY, QUEUE_URL" in stderr.splitlines()[-1]


def test_the_bot_starts_with_its_key_read_and_without_what_it_does_not_need(code: Path) -> None:
    script = """
import json, sys, bot
heavy = ("boto3", "botocore", "certifi", "nacl.signing", "requests", "urllib3", "yaml")
own = [name for name in sys.modules if name.startswith("channelwright.")]
print(json.dumps([[name for name in heavy if name in sys.modules], sorted(own)]))
"""
    heavy, own = result(code, script, BOT)
    assert heavy == ["nacl.signing"]
    endpoint = "commands interactions queue signature validation web"
    shared = ["components", "endpoint", *(f"endpoint.{name}" for name in endpoint.split())]
    shared += ["environment", "health", "jobs", "logs", "permission_bits"]
    assert own == [f"channelwright.{name}" for name in shared]


def test_the_bot_knows_no_token_and_no_address_of_discord(code: Path) -> None:
    """Neither a variable that could hold one, nor a module that could use it."""
    script = """
import json, os, sys
class Noted(dict):
    def __getitem__(self, name): noted.add(name); return super().__getitem__(name)
    def get(self, name, default=None): noted.add(name); return super().get(name, default)
noted = set()
os.environ = Noted(os.environ)
import bot
print(json.dumps([sorted(name for name in noted if not name.startswith("AWS_") or name == "AWS_REGION"),
                  "channelwright.discord.discord_api" in sys.modules]))
"""
    read, can_ask_discord = result(code, script, BOT)
    assert {name for name in read if "DISCORD" in name or "TOKEN" in name} == {"DISCORD_PUBLIC_KEY"}
    assert not can_ask_discord


def test_the_worker_starts_with_its_template_and_its_token_read_and_without_what_it_does_not_need(
    code: Path, worker: dict[str, str]
) -> None:
    script = """
import json, sys, worker
print(json.dumps([name for name in ("boto3", "nacl.signing", "requests", "yaml") if name in sys.modules]))
"""
    assert result(code, script, worker) == ["boto3", "requests", "yaml"]


def test_the_worker_does_not_start_without_its_template_or_with_a_wrong_one(code: Path, worker: dict[str, str]) -> None:
    template = code / "config/campaign_channels.yaml"
    template.write_text("channels: [{name: lore}]")
    assert "TemplateError" in run(code, "import worker", worker).stderr
    template.unlink()
    assert "FileNotFoundError" in run(code, "import worker", worker).stderr


def test_what_ships_stays_small(code: Path) -> None:
    """Compressed, as Lambda unpacks it at each start: without bytecode, which the pipeline may add."""
    files = [each for each in code.rglob("*") if each.is_file()]
    assert sum(len(zlib.compress(each.read_bytes(), 9)) for each in files) < 140_000


def test_importing_the_application_has_no_effect(code: Path) -> None:
    """No file is opened but modules, no variable is read, no connection and no client made."""
    script = """
import importlib, json, os, pkgutil, sys
import boto3, requests, yaml, nacl.signing, discord_interactions, channelwright

class Unread(dict):
    def __getitem__(self, name): seen.append(f"read {name}"); return super().__getitem__(name)
    def get(self, name, default=None): seen.append(f"read {name}"); return super().get(name, default)

seen = []
os.environ = Unread(os.environ)
names = [each.name for each in pkgutil.walk_packages(channelwright.__path__, "channelwright.")]
def watch(event, arguments):
    if event.startswith("socket.") or event == "open" and not str(arguments[0]).endswith((".py", ".pyc")):
        seen.append(f"{event} {arguments[0]}")
sys.addaudithook(watch)
for name in names:
    importlib.import_module(name)
seen, noted = [], seen
print(json.dumps([names, noted, boto3.DEFAULT_SESSION is None]))
"""
    names, seen, is_clean = result(code, script, {})
    assert len(names) > 9
    assert seen == []
    assert is_clean


@pytest.mark.parametrize("function", ["bot", "worker"])
def test_both_functions_answer_the_health_question_with_the_same_code(
    code: Path, function: str, worker: dict[str, str]
) -> None:
    answer = run(code, HANDLE.format(function), worker | BOT, {"channelwright": "health"})
    assert json.loads(answer.stdout)["code"] == tree_digest([code])


def test_a_command_goes_all_the_way_from_discord_through_both_functions_to_a_campaign(
    code: Path, payload: Payload, sqs: FakeSqs, worker: dict[str, str]
) -> None:
    """Each function in a process of its own; between them what SQS would hand on, around them Discord over HTTP."""
    with FakeDiscord().serving() as fake:
        sqs.parameters[PARAMETER] = fake.application.token
        bot = aws_environment(sqs) | {"DISCORD_PUBLIC_KEY": fake.public_key, "QUEUE_URL": f"{sqs.url}{QUEUE}"}

        def endpoint(body: bytes, headers: Mapping[str, str]) -> Reply:
            event = payload("function_url") | {"headers": dict(headers), "body": body.decode()}
            answered = run(code, HANDLE.format("bot"), bot, event)
            answer = json.loads(answered.stdout.splitlines()[-1])
            return Reply(answer["statusCode"], answer["body"].encode())

        fake.endpoint = endpoint
        fake.register(*TABLE)
        told = fake.gm.command("add-campaign", name="Curse of Strahd", template="one-shot")
        assert (told.state, told.failure) == (State.DEFERRED, "")
        [message] = sqs.received
        record = {"messageId": "m1", "receiptHandle": "r1", "body": message["MessageBody"]}
        records = {"Records": [record | {"attributes": {"ApproximateReceiveCount": "1"}}]}
        done = run(code, HANDLE.format("worker"), worker | {"DISCORD_API": fake.api}, records)
        assert json.loads(done.stdout.splitlines()[-1]) == {"batchItemFailures": []}, done.stdout + done.stderr

        assert [each.name for each in fake.children("Curse of Strahd")] == [
            "the-story",
            "table",
            "handouts",
            "dice-rolls",
            "gm-notes",
        ]
        assert fake.role("Curse of Strahd Members").permissions == 0
        summary = fake.message_of(told)
        assert summary is not None
        assert fake.channel("gm-notes").id in summary.content
        assert fake.violations == []
        assert told.token not in done.stdout
        assert fake.application.token not in done.stdout + done.stderr
