"""Published functions behind the real Runtime Interface Emulator, one by one, whichever way an engine is reached."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from deploy.local.in_container import Containers
from deploy.local.published import Published

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.container.engine import Engine

pytestmark = pytest.mark.container

HANDLER = b"""
import os, part
def handler(event, context):
    if event == "fail":
        raise ValueError("as asked")
    if event == "end":
        os._exit(3)
    return {"event": event, "part": part.version, "api": os.environ["API"], "files": sorted(os.listdir("/var/task"))}
"""


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def published() -> Published:
    return Published(
        name="tiny",
        version="1",
        runtime="python3.11",
        handler="app.handler",
        timeout=10,
        memory=128,
        environment={"API": "http://127.0.0.1:80/v1", "AWS_LAMBDA_FUNCTION_NAME": "tiny"},
        task={"app.py": HANDLER},
        opt={"python/part.py": b"version = 'from the layer'\n"},
    )


@pytest.mark.parametrize(
    ("shares_network", "api"),
    [(True, "http://127.0.0.1:80/v1"), (False, "http://host.docker.internal:80/v1")],
    ids=["on this machine's network", "in a machine of the engine's own"],
)
def test_a_function_answers_from_its_code_and_layer_and_knows_where_this_machine_is(
    engine: Engine, runtime_image: str, opened: ExitStack, api: str, *, shares_network: bool
) -> None:
    containers = Containers(engine, runtime_image, opened, shares_network=shares_network)
    with containers(published()) as function:
        outcome = function.invoke("hello")
        assert outcome.payload == {"event": "hello", "part": "from the layer", "api": api, "files": ["app.py"]}
        assert not outcome.failed


def test_a_failure_comes_with_its_log_and_the_next_event_is_answered(
    engine: Engine, runtime_image: str, opened: ExitStack
) -> None:
    with Containers(engine, runtime_image, opened)(published()) as function:
        failed = function.invoke("fail")
        assert failed.failed
        assert isinstance(failed.payload, dict)
        assert failed.payload["errorType"] == "ValueError"
        assert "as asked" in failed.log
        ended = function.invoke("end")
        assert ended.failed
        assert not function.invoke("hello").failed
