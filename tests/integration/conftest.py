"""What the tests share that run real containers. Which image: CHANNELWRIGHT_RUNTIME_IMAGE, else the stand-in."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from deploy.container.engine import Engine
from deploy.errors import EngineError
from deploy.layer.backend.containers import ContainerRuntime
from deploy.settings import Target, default_image, image_variable
from tests.lanes import only_one
from tests.runtime_image import build as stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LATER = "python3.13"


@pytest.fixture(scope="session")
def runtime_image() -> str:
    return os.environ.get("CHANNELWRIGHT_RUNTIME_IMAGE", "channelwright-runtime:python3.11")


@pytest.fixture(scope="session")
def later_image(engine: Engine, runtime_image: str, shared: Path) -> str:
    """An image of python3.13: what the environment names, AWS's own beside AWS's own, else the stand-in, made here."""
    if named := os.environ.get(image_variable(LATER)):
        return named
    if runtime_image.startswith(default_image(LATER).partition(":")[0]):
        return engine.resolve(default_image(LATER), engine.architecture, print).reference
    try:
        with only_one(shared / "later-image"):
            return stand_in.build(engine, os.environ, print, Target(LATER, engine.architecture))
    except EngineError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"the stand-in for {LATER} cannot be made: {error.faults[0]}")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine.connect(os.environ) as connected:
        yield connected


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real registry on loopback, which engines talk to without TLS; its address."""
    if shutil.which("docker-registry") is None:
        missing = "docker-registry is not installed; `nox -s engine -- --tests` installs it"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    folder = tmp_path_factory.mktemp("registry")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    config = folder / "config.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error}}\nhttp: {{addr: '{address}'}}\n"
        f"storage: {{filesystem: {{rootdirectory: '{folder}/blobs'}}}}\n"
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(["docker-registry", "serve", str(config)], stdout=log, stderr=log)
    try:
        await_port(address, process)
        yield address
    finally:
        process.terminate()
        process.wait()


def await_port(address: str, process: subprocess.Popen[bytes]) -> None:
    host, port = address.split(":")
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.05)
    pytest.fail("the registry did not start")


if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def runtime(engine: Engine, runtime_image: str) -> ContainerRuntime:
    image = engine.resolve(runtime_image, "x86_64", lambda _: None)
    return ContainerRuntime(engine, image, {}, lambda _: None)
