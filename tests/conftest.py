"""What every test runs under: nothing leaves this machine, and what did not run is said."""

from __future__ import annotations

import os
import socket
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from botocore.loaders import create_loader

from deploy.container.digest import image_digest
from deploy.invocation import Invocation, begin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.loaders import Loader

STAND_IN = "channelwright-runtime:python3.11"
REAL = "public.ecr.aws/lambda/python:3.11"
LACKS = pytest.StashKey[dict[str, str]]()

pytest_plugins = ["tests.aws_calls", "tests.browser", "tests.lanes"]

# What is advised names the sessions of this repository, however the tests were started. Before anything is imported
# that advises something, and for the processes that tests start.
begin(Invocation("nox -s"))
os.environ["NOX_CURRENT_SESSION"] = "test"


def pytest_configure() -> None:
    """Take the image that the environment names, else the real one where it was pulled, else the stand-in.

    What is printed is as wide as it is: a worker of pytest-xdist has been told a width.
    """
    os.environ.pop("COLUMNS", None)
    image = REAL if image_digest(REAL, os.environ) else STAND_IN
    os.environ.setdefault("CHANNELWRIGHT_RUNTIME_IMAGE", image)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    find = {"container": _what_containers_lack, "browser": _what_browsers_lack}
    wanted = {marker for marker in find if any(item.get_closest_marker(marker) for item in items)}
    config.stash[LACKS] = {marker: find[marker]() for marker in wanted}


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["lacks"] = session.config.stash.get(LACKS, {})


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker lacked: the summary is written here. One that crashed has said nothing."""
    node.config.stash.setdefault(LACKS, {}).update(getattr(node, "workeroutput", {}).get("lacks", {}))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine lacks something for; under CI fail it, so that nothing passes by not running."""
    for marker, lack in item.config.stash[LACKS].items():
        if lack and item.get_closest_marker(marker):
            if os.environ.get("CI"):
                pytest.fail(f"{lack}; with CI set, {marker} tests must run", pytrace=False)
            pytest.skip(lack)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for marker, lack in config.stash.get(LACKS, {}).items():
        skipped = [report for report in terminalreporter.stats.get("skipped", ()) if marker in report.keywords]
        if lack and skipped:
            terminalreporter.section("not proven here")
            for report in skipped:
                terminalreporter.line(report.nodeid)
            terminalreporter.line(f"{len(skipped)} {marker} tests did not run: {lack}.")
            terminalreporter.line(
                "`nox -s engine -- --tests` (Debian, Ubuntu; as root) installs what they need; then run this again."
            )


def _what_containers_lack() -> str:
    """Say what the container tests miss here, or nothing."""
    from deploy.container.engine import Engine
    from deploy.errors import EngineError

    try:
        with Engine.connect(os.environ) as engine:
            image = os.environ["CHANNELWRIGHT_RUNTIME_IMAGE"]
            return f"there is no image {image}" if engine.inspect(image) is None else ""
    except EngineError as error:
        return error.faults[0].what


def _what_browsers_lack() -> str:
    from tests import browser  # a plugin, which pytest imports itself

    return "" if browser.program() else f"there is no browser: none of {', '.join(browser.PROGRAMS)}"


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


@pytest.fixture(scope="session", autouse=True)
def _services_are_read_once() -> Iterator[None]:
    """Let all sessions of boto3 in a run read each service's model from disk once, as the pipeline's own do."""

    @cache
    def made(paths: str | None) -> Loader:
        return create_loader(paths)

    def once(paths: str | None = None) -> Loader:
        loader = made(paths)
        loader.search_paths[:] = dict.fromkeys(loader.search_paths)  # each session of boto3 adds the same one
        return loader

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", once)
        yield
