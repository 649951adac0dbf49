"""From somebody's own repository to live functions, with the wheel alone: what is printed is what is typed next."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from typing import TYPE_CHECKING

import boto3
import pytest

from tests.deploy.init.projects import CHALICE, SAM, write
from tests.integration.aws import REGION, emulated_aws
from tests.integration.small_project import cache_with_wheels, locked

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.installed.conftest import Installed

pytestmark = pytest.mark.container

TAKE = """\
from dateutil import parser


def handler(event, context):
    return str(parser.parse(event.get("due", "2030-01-31")))
"""
REMIND = """\
import six


def handler(event, context):
    return six.__version__
"""


def walk(installed: Installed, cache: Path, **variables: str) -> tuple[list[str], str]:
    """Type `init`, then each command that it says comes next; return what was typed, and what the last one printed.

    Without an AWS among the variables, no deploy is typed.
    """
    deploys = "AWS_ENDPOINT_URL" in variables
    variables = {"CHANNELWRIGHT_CACHE": str(cache), **variables}
    began = installed.run("init", "--yes", **variables)
    assert (began.returncode, began.stderr) == (0, ""), began.stdout
    typed, printed = ["channelwright init --yes"], began.stdout
    for line in [each.removeprefix("next: ") for each in printed.splitlines() if each.startswith("next: ")]:
        program, *arguments = shlex.split(line)
        if arguments[0] == "deploy" and not deploys:
            continue
        done = installed.run(*arguments, program=program, **variables)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        typed.append(line)
        printed = done.stdout
    return typed, printed


@pytest.fixture
def cache(tmp_path: Path, shared: Path) -> Path:
    return cache_with_wheels(tmp_path / "cache", shared)


@pytest.fixture
def orders(installed: Installed) -> Installed:
    """A project of two functions and a lock, and nothing of this pipeline."""
    lock = locked("python-dateutil") + locked("six")
    write(installed.folder, {"requirements.txt": lock, "src/take.py": TAKE, "src/remind.py": REMIND})
    return installed


def test_sources_and_a_lock_are_two_commands_from_a_verified_layer_and_three_from_live_functions_in_a_known_region(
    orders: Installed, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    typed, printed = walk(orders, cache)
    assert typed == ["channelwright init --yes", "channelwright layer"]
    assert "remind, take answered on the final zips" in printed
    assert "built and verified" in printed
    shutil.rmtree(orders.folder / "config")
    with emulated_aws(tmp_path_factory.mktemp("ministack"), settling=0) as aws:
        typed, printed = walk(orders, cache, **aws.environment)
        assert typed == ["channelwright init --yes", "channelwright layer", "channelwright deploy --stage dev"]
        assert re.search(r"release \w{12} is live in dev", printed), printed
        client = boto3.client(
            "lambda", REGION, endpoint_url=aws.url, aws_access_key_id="test", aws_secret_access_key="test"
        )
        for function, answer in (("take", "2030-01-31 00:00:00"), ("remind", "1.")):
            got = client.invoke(FunctionName=f"{orders.folder.name}-{function}-dev:live", Payload=b"{}")
            assert json.load(got["Payload"]).startswith(answer)


def test_a_sam_project_is_three_commands_from_a_layer_that_its_functions_run_on(
    installed: Installed, cache: Path
) -> None:
    here = {"python3.12": "python3.11", "arm64": "x86_64"}
    write(installed.folder, SAM)
    template = installed.folder / "template.yaml"
    for theirs, ours in here.items():
        template.write_text(template.read_text().replace(theirs, ours))
    write(installed.folder, {"functions/remind/requirements.txt": "six\n"})
    typed, printed = walk(installed, cache)
    assert typed == ["channelwright init --yes", "channelwright lock", "channelwright layer"]
    assert "built and verified" in printed
    assert "dist/orders-dependencies.zip" in printed


def test_a_chalice_project_is_three_commands_from_a_layer(installed: Installed, cache: Path) -> None:
    write(installed.folder, CHALICE)
    typed, printed = walk(installed, cache)
    assert typed == ["channelwright init --yes", "channelwright lock", "channelwright layer"]
    assert "dist/bakery-dependencies.zip" in printed
