"""The entry points, each in a process of its own, laid out as in /var/task."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.conftest import Discord, FakeSqs

BOT = {"DISCORD_PUBLIC_KEY": "ab" * 32, "QUEUE_URL": "https://sqs/jobs.fifo", "AWS_REGION": "eu-central-1"}


def run(code: Path, script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
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


def test_the_bot_starts_with_its_client_made_and_without_what_it_does_not_need(code: Path) -> None:
    script = """
import json, sys, bot
print(json.dumps([name for name in ("boto3", "nacl.signing", "requests", "yaml") if name in sys.modules]))
"""
    assert result(code, script, BOT) == ["boto3", "nacl.signing"]


def test_the_worker_starts_with_its_template_read_and_without_what_it_does_not_need(code: Path) -> None:
    script = """
import json, sys, worker
print(json.dumps([name for name in ("boto3", "nacl.signing", "requests", "yaml") if name in sys.modules]))
"""
    assert result(code, script, {}) == ["requests", "yaml"]


def test_the_worker_does_not_start_without_its_template_or_with_a_wrong_one(code: Path) -> None:
    template = code / "config/campaign_channels.yaml"
    template.write_text("channels: [{name: lore}]")
    assert "TemplateError" in run(code, "import worker", {}).stderr
    template.unlink()
    assert "FileNotFoundError" in run(code, "import worker", {}).stderr


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
names = [f"channelwright.{each.name}" for each in pkgutil.iter_modules(channelwright.__path__)]
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
def test_both_functions_answer_the_health_question_with_the_same_code(code: Path, function: str) -> None:
    script = f"""
import json, {function}
print(json.dumps({function}.handler({{"channelwright": "health"}}, None)))
"""
    answer = result(code, script, BOT)
    from channelwright.health import tree_digest

    assert answer["code"] == tree_digest([code])


def test_a_command_goes_all_the_way_from_the_bot_through_the_queue_to_the_worker(
    code: Path, discord: Discord, sqs: FakeSqs, command: dict[str, Any]
) -> None:
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": sqs.url,
        "AWS_REGION": "eu-central-1",
        "DISCORD_PUBLIC_KEY": discord.public_key,
        "QUEUE_URL": f"{sqs.url}/123456789012/jobs.fifo",
    }
    script = "import sys, json, {0}; print(json.dumps({0}.handler(json.loads({1!r}), None)))"
    sent = run(code, script.format("bot", json.dumps(discord.says(command))), environment)
    assert json.loads(sent.stdout.splitlines()[-1])["statusCode"] == 200, sent.stderr
    records = {"Records": [{"messageId": "m1", "body": each["MessageBody"]} for each in sqs.received]}
    done = run(code, script.format("worker", json.dumps(records)), {})
    planned, answer = map(json.loads, done.stdout.splitlines())
    assert answer == {"batchItemFailures": []}
    assert len(planned["calls"]) == 13
