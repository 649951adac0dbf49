"""What every test runs under: nothing leaves this machine, and what did not run is said."""

from __future__ import annotations

import os
import socket
from typing import Any

import pytest

from deploy.image_digest import image_digest

STAND_IN = "channelwright-runtime:python3.11"
REAL = "public.ecr.aws/lambda/python:3.11"
LACK = pytest.StashKey[str]()


def pytest_configure() -> None:
    """Take the image that the environment names, else the real one where it was pulled, else the stand-in."""
    image = REAL if image_digest(REAL, os.environ) else STAND_IN
    os.environ.setdefault("CHANNELWRIGHT_RUNTIME_IMAGE", image)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = any(item.get_closest_marker("container") for item in items)
    config.stash[LACK] = _what_containers_lack() if wanted else ""


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip container tests where they cannot run; under CI fail them, so that nothing passes by not running."""
    lack = item.config.stash[LACK]
    if lack and item.get_closest_marker("container"):
        if os.environ.get("CI"):
            pytest.fail(f"{lack}; with CI set, container tests must run", pytrace=False)
        pytest.skip(lack)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if "container" in report.keywords]
    if skipped and LACK in config.stash and config.stash[LACK]:
        terminalreporter.section("not proven here")
        for report in skipped:
            terminalreporter.line(report.nodeid)
        terminalreporter.line(f"{len(skipped)} container tests did not run: {config.stash[LACK]}.")
        terminalreporter.line("`nox -s engine` (Debian, Ubuntu; as root) installs what they need; then run this again.")


def _what_containers_lack() -> str:
    """Say what the container tests miss here, or nothing."""
    from deploy.container import Engine
    from deploy.errors import EngineError

    try:
        with Engine.connect(os.environ) as engine:
            image = os.environ["CHANNELWRIGHT_RUNTIME_IMAGE"]
            return f"there is no image {image}" if engine.inspect(image) is None else ""
    except EngineError as error:
        return error.faults[0].what


@pytest.fixture(autouse=True)
def _nothing_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections that are neither loopback nor a Unix socket, and credentials that are real."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {
            "127.0.0.1",
            "::1",
            "localhost",
        }:
            pytest.fail(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
