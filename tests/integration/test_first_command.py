"""The first command of a cold bot, with as little of a processor as Lambda gives 128 MB."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import boto3
import pytest

from deploy.configuration import load
from deploy.console import Console
from deploy.layer.backend.protocol import OPT, TASK_ROOT
from deploy.layer.backend.runtime_api import RuntimeApi
from deploy.layer.opt_folder import merged
from deploy.layer.template_environment import lambda_environment
from deploy.prepare import Choices, prepare
from tests.integration.aws import REGION, emulated_aws
from tests.integration.this_project import copy_to
from tools.fake_discord.members.signing import Signer

if TYPE_CHECKING:
    from deploy.container.engine import Engine

pytestmark = [
    pytest.mark.container,
    pytest.mark.skipif(sys.platform != "linux", reason="the container shares the machine's network"),
]

EVENTS = Path(__file__).parents[1] / "bot/events"
PROCESSOR = 128 / 1769
"""The share of one at 128 MB: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
PATIENCE = 3.0
"""Seconds: https://docs.discord.com/developers/interactions/receiving-and-responding"""


def signed(signer: Signer) -> dict[str, Any]:
    body = (EVENTS / "add_campaign.json").read_bytes()
    event: dict[str, Any] = json.loads((EVENTS / "function_url.json").read_text())
    event["headers"] |= {name.lower(): value for name, value in signer.headers(body).items()}
    return event | {"body": body.decode()}


def test_a_first_command_is_queued_and_answered_in_discords_time(
    engine: Engine, runtime_image: str, tmp_path: Path
) -> None:
    copy_to(tmp_path / "project")
    settings = load(tmp_path / "project", os.environ)
    made = prepare(settings, Choices(), os.environ, Console(StringIO()))
    (code,) = {each.zip for each in made.code.values()}
    with ZipFile(code) as archive:
        task = {name: archive.read(name) for name in archive.namelist()}
    opt = merged([each.built for each in made.layers])
    signer, home = Signer(), tmp_path / "aws"
    home.mkdir()
    with (
        emulated_aws(home) as aws,
        RuntimeApi() as api,
        engine.volumes(runtime_image, {OPT: opt, TASK_ROOT: task}) as v,
    ):
        threading.Thread(target=api.serve_forever, daemon=True).start()
        session = boto3.Session("test", "test", region_name=REGION)
        queues = session.client("sqs", endpoint_url=aws.url)
        url = queues.create_queue(QueueName="jobs.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        variables = {
            **lambda_environment("bot", REGION, memory=128, runtime="python3.11"),
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
            "DISCORD_PUBLIC_KEY": signer.public_key,
            "QUEUE_URL": url,
        }
        with engine.container(
            runtime_image, ["bot.handler"], environment=variables, volumes=v, network="host"
        ) as container:
            assert api.started.wait(60), container.logs()
            container.client.update_container(container.name, cpu_period=100_000, cpu_quota=int(PROCESSOR * 100_000))
            started = time.monotonic()
            outcome = api.invoke(signed(signer), 30)
            seconds = time.monotonic() - started
        api.shutdown()
        queued = queues.receive_message(QueueUrl=url).get("Messages", ())
    assert json.loads(outcome["answer"]["body"])["type"] == 5, outcome
    assert len(queued) == 1
    assert seconds < PATIENCE
    print(f"answered after {seconds:.2f} s with {PROCESSOR:.0%} of a processor")
