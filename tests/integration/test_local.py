"""`python -m deploy local` as a newcomer runs it: all of it, in processes and containers of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import docker
import pytest
import requests

from deploy.container.leftovers import OWNER
from deploy.temporary.owner import Owner
from tests import schemas
from tests.integration.this_project import copy_to

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 300


@dataclass(frozen=True)
class Clone:
    """A copy of the project, and a folder for temporary files that has to be empty in the end."""

    folder: Path
    temporary: Path
    printed: list[str] = field(default_factory=list)
    processes: list[int] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "TMPDIR": str(self.temporary)}

    def local(self, *options: str) -> subprocess.CompletedProcess[str]:
        with self.started(*options, stderr=subprocess.PIPE) as process:
            out, err = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def started(self, *options: str, stderr: int) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            self.command(*options),
            cwd=self.folder,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
        self.processes.append(process.pid)
        return process

    def command(self, *options: str) -> list[str]:
        return [sys.executable, "-m", "deploy", "local", *options]

    @contextmanager
    def kept(self, *options: str) -> Iterator[subprocess.Popen[str]]:
        """Keep a system running; it is ended as by Ctrl-C."""
        with self.started("--keep", *options, stderr=subprocess.STDOUT) as process:
            try:
                self._await(process)
                yield process
            finally:
                process.send_signal(signal.SIGINT)
                self.printed.append(process.communicate(timeout=60)[0])

    def _await(self, process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.session.exists():
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.1)

    @property
    def session(self) -> Path:
        return self.folder / "dist/local.json"

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.session.read_text())
        return told

    def left(self) -> list[str]:
        return [each.name for each in self.temporary.iterdir()]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    folder, temporary = tmp_path / "clone", tmp_path / "temporary"
    temporary.mkdir()
    copy_to(folder)
    return Clone(folder, temporary)


@pytest.fixture
def engine_is_as_before(clone: Clone) -> Iterator[None]:
    """See that no container and no volume of the clone's runs is left; others' runs have their own meanwhile."""
    yield
    with closing(docker.from_env()) as client:
        wanted: Any = {"label": OWNER}
        containers = client.containers.list(all=True, filters=wanted, ignore_removed=True)
        volumes = client.volumes.list(filters=wanted)
        found = [each.labels for each in containers] + [each.attrs["Labels"] for each in volumes]
    owners = [Owner.of(labels[OWNER]) for labels in found]
    assert clone.processes, "there is nothing to look for"
    assert [each for each in owners if each and each.process in clone.processes] == []


@pytest.mark.container
@pytest.mark.usefixtures("engine_is_as_before")
def test_a_game_masters_evening_goes_through_both_functions_in_their_containers(clone: Clone) -> None:
    done = clone.local("--backend", "container")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "behind the Runtime Interface Emulator" in done.stdout
    assert "expectations were met" in done.stdout
    assert "✗" not in done.stdout
    assert "**Curse of Strahd** is ready." in done.stdout
    assert "functions run on this host" not in done.stdout
    assert clone.left() == []


def test_without_containers_it_says_so_and_plays_the_same_evening(clone: Clone) -> None:
    done = clone.local("--backend", "host")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "functions run on this host" in done.stdout
    assert "expectations were met" in done.stdout
    assert "✗" not in done.stdout
    assert clone.left() == []


def test_where_no_engine_answers_functions_run_on_this_host(clone: Clone) -> None:
    nowhere = {**clone.environment, "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    command = clone.command("--command", "campaign list")
    done = subprocess.run(
        command, cwd=clone.folder, env=nowhere, text=True, capture_output=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no container engine answers" in done.stdout
    assert "functions run on this host" in done.stdout


@pytest.mark.container
@pytest.mark.usefixtures("engine_is_as_before")
def test_a_kept_system_takes_commands_and_changed_code_and_leaves_nothing(clone: Clone) -> None:
    with clone.kept("--backend", "container") as process:
        told = clone.told()
        page = told["introduction"]["addresses"]["Discord"]
        played = clone.local("--command", "add-campaign", "--name", "Curse of Strahd", "--gm", "alice")
        assert played.returncode == 0, played.stderr
        assert "GM: @alice." in played.stdout
        words = clone.folder / "src/channelwright/actions/summary.py"
        words.write_text(words.read_text().replace("Players are those with", "The players are those with"))
        redeployed = clone.local("--redeploy", "--json")
        assert redeployed.returncode == 0, redeployed.stderr
        assert "these bytes are published" in redeployed.stderr
        found = schemas.output("local", redeployed.stdout)
        assert (found["running"], found["addresses"]["Discord"], found["played"]) == (True, page, None)
        assert found["environment"]["AWS_ENDPOINT_URL"] == told["url"]
        assert {each["alias"] for each in found["functions"]} == {"live"}
        played = clone.local("--command", "add-campaign", "--name", "Another")
        assert "The players are those with" in played.stdout
        listed = clone.local("--json", "--command", "campaign list")
        assert schemas.output("local", listed.stdout)["played"] == 0
        assert "Another" in listed.stderr
        wrong = clone.local("--command", "add-campain", "--name", "x")
        assert wrong.returncode == 1
        assert "there is no /add-campain; there are add-campaign" in wrong.stderr
        second = clone.local("--keep")
        assert second.returncode == 1
        assert "another local system is running" in second.stderr
    assert process.returncode == 0
    assert f"open this in a browser: {page}  (Discord)" in clone.printed[0]
    assert f"export AWS_ENDPOINT_URL={told['url']}" in clone.printed[0]
    with pytest.raises(requests.ConnectionError):
        requests.get(page, timeout=2)
    with pytest.raises(requests.ConnectionError):
        requests.get(told["url"], timeout=2)
    assert not clone.session.exists()
    assert clone.left() == []


@pytest.mark.container
@pytest.mark.usefixtures("engine_is_as_before")
def test_an_interrupt_in_the_middle_leaves_nothing(clone: Clone) -> None:
    with clone.started("--backend", "container", stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "campaign is ready" in line:
                break
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert clone.left() == []


def test_a_port_that_is_taken_is_said_and_nothing_is_left(clone: Clone) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = clone.local("--backend", "host", "--port", str(port))
    assert done.returncode == 1
    assert f"port {port} is in use" in done.stderr
    assert clone.left() == []


def test_code_that_does_not_start_is_refused_with_its_reason(clone: Clone) -> None:
    bot = clone.folder / "src/bot.py"
    bot.write_text("import absent\n" + bot.read_text())
    done = clone.local("--backend", "host")
    assert done.returncode == 1
    assert "No module named 'absent'" in done.stderr
    assert "Traceback" not in done.stderr
    assert clone.left() == []
