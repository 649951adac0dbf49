"""Two runs on one machine at the same time: what one package takes, and how it ends, is nothing to the other run's."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from deploy.container.engine import Engine
from deploy.inside.look.bounds import Bounds
from deploy.inside.look.values import Subject
from deploy.layer.backend.containers import ContainerRuntime
from deploy.layer.backend.host import HostRuntime
from deploy.layer.proof import look
from deploy.layer.proof.look import WantedLook, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.layer.backend.protocol import Runtime

pytestmark = pytest.mark.programs

MOST = Bounds(silence=8, processes=256)
# Holds nearly as many processes as it may, until it is ended.
TAKES = """
import os, time
for _ in range(MOST):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
time.sleep(60)
"""
# Wants a few all the time, for longer than the other one lives.
WANTS = """
import threading, time
end = time.monotonic() + 11
while time.monotonic() < end:
    some = [threading.Thread(target=time.sleep, args=(0.1,)) for _ in range(20)]
    for each in some: each.start()
    for each in some: each.join()
"""


@pytest.fixture(params=[pytest.param("container", marks=pytest.mark.container), "host"])
def runtime(request: pytest.FixtureRequest) -> Iterator[Runtime]:
    if request.param == "host":
        if os.geteuid():
            pytest.skip("an ordinary user has no users of its own to give: each run has namespaces of its own")
        yield HostRuntime(os.environ, say=lambda _: None)
        return
    with Engine.connect(os.environ) as engine:
        image = engine.resolve(os.environ["CHANNELWRIGHT_RUNTIME_IMAGE"], engine.architecture, lambda _: None)
        yield ContainerRuntime(engine, image, os.environ, lambda _: None)


def looked(runtime: Runtime, source: str, most: Bounds) -> list[str]:
    """Import a module in a sandbox of its own; return what came of it."""
    subject = Subject(distribution="a", top="a", roots=("a",), modules=("a",), shared=(), data=())
    with runtime.sandbox("python3.11", {"python/a.py": source.encode()}, {}) as sandbox:
        seen = look.take(sandbox, WantedLook(subjects=(subject,)), "python3.11", most)
    return [each.error for account in seen.accounts for each in outcomes(account)]


def test_what_one_takes_and_how_it_ends_is_nothing_to_the_other(runtime: Runtime) -> None:
    with ThreadPoolExecutor(2) as both:
        takes = both.submit(looked, runtime, TAKES.replace("MOST", "250"), MOST)
        wants = both.submit(looked, runtime, WANTS, Bounds(silence=60, processes=256))
    assert takes.result() == ["still ran after 8 s"]
    assert wants.result() == [""]
