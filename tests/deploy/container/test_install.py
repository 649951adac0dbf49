from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.container import install
from deploy.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

STAND_IN = "channelwright-runtime:python3.11"
DEAD = {"DOCKER_HOST": "unix:///nowhere/docker.sock"}


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def silent(_line: str) -> None:
    pass


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose programs are those in this folder, used by root."""
    monkeypatch.setattr(install, "_ADMINISTRATORS", "")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


def test_an_engine_that_was_named_and_does_not_answer_is_not_replaced() -> None:
    with pytest.raises(EngineError, match="DOCKER_HOST=unix:///nowhere") as raised:
        install.ready("image", "x86_64", DEAD, silent)
    assert "unset DOCKER_HOST" in raised.value.faults[0].cure


def test_only_missing_packages_are_installed_after_the_lists_are_fresh(tools: Path) -> None:
    program(tools, "apt-get", f'echo "$DEBIAN_FRONTEND" "$@" >> {tools}/log')
    program(tools, "debootstrap", "")
    said: list[str] = []
    install.install([*install.PACKAGES, *install.FOR_TESTS], {"PATH": str(tools)}, said.append)
    updated, installed = (tools / "log").read_text().splitlines()
    assert updated.split()[0] == installed.split()[0] == "noninteractive"
    assert "update" in updated.split()
    wanted = [
        "docker.io",
        "docker-registry",
        "chromium",
        "jq",
        "fish",
        "zsh",
        "gcc",
        "libc6-dev",
        "bubblewrap",
        "unzip",
    ]
    assert installed.split()[-len(wanted) - 1 :] == ["--no-install-recommends", *wanted]
    assert said == [f"installing {', '.join(wanted)}"]


def test_where_nothing_is_missing_nothing_is_called_and_no_root_needed(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for name in [*install.PACKAGES, *install.FOR_TESTS]:
        program(tools, name, "")
    install.install([*install.PACKAGES, *install.FOR_TESTS], {"PATH": str(tools)}, silent)


def test_an_installation_that_fails_shows_all_that_it_said(tools: Path) -> None:
    program(tools, "apt-get", "echo E: no such package; echo more >&2; exit 100")
    with pytest.raises(EngineError, match="failed with code 100") as raised:
        install.install(["debootstrap"], {"PATH": str(tools)}, silent)
    assert raised.value.log == "E: no such package\nmore\n"


def test_a_program_that_hangs_is_given_up_with_what_it_said(tools: Path) -> None:
    program(tools, "apt-get", "echo waiting; exec /bin/sleep 60")
    with pytest.raises(EngineError, match=r"did not end within 0\.5 s") as raised:
        install.run(["apt-get", "update"], {"PATH": str(tools)}, 0.5)
    assert raised.value.log == "waiting\n"


def test_installing_takes_root(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program(tools, "apt-get", "")
    with pytest.raises(EngineError, match="installing debootstrap: takes root") as raised:
        install.install(["debootstrap"], {"PATH": str(tools)}, silent)
    assert "sudo" in raised.value.faults[0].cure


def test_installing_takes_debian_or_ubuntu(tools: Path) -> None:
    with pytest.raises(EngineError, match="this is not Debian or Ubuntu"):
        install.install(["debootstrap"], {"PATH": str(tools)}, silent)


def test_an_engine_that_ends_at_once_shows_its_log(tmp_path: Path) -> None:
    program(tmp_path, "dockerd", "echo cannot do this; exit 1")
    environment = {**DEAD, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    with pytest.raises(EngineError, match="ended with code 1") as raised:
        install.launch(["dockerd"], tmp_path / "log", environment, 10)
    assert raised.value.log == "cannot do this\n"


def test_an_engine_that_never_answers_is_stopped(tmp_path: Path) -> None:
    program(tmp_path, "dockerd", f"echo $$ > {tmp_path}/pid; exec sleep 60")
    environment = {**DEAD, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    with pytest.raises(EngineError, match=r"did not answer within 0\.5 s"):
        install.launch(["dockerd"], tmp_path / "log", environment, 0.5)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.container
def test_a_second_run_changes_nothing_and_says_what_to_use() -> None:
    environment = {**os.environ, "CHANNELWRIGHT_RUNTIME_IMAGE": STAND_IN}
    command = [sys.executable, "-m", "deploy", "engine"]
    first, second = (
        subprocess.run(command, capture_output=True, check=True, text=True, env=environment) for _ in range(2)
    )
    assert first.stdout.splitlines()[-1] == f"CHANNELWRIGHT_RUNTIME_IMAGE={STAND_IN}"
    assert second.stdout == f"CHANNELWRIGHT_RUNTIME_IMAGE={STAND_IN}\n"
    assert second.stderr == ""


@pytest.mark.container
def test_where_the_image_cannot_be_pulled_the_stand_in_serves_and_the_reason_is_said() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        image = f"127.0.0.1:{closed.getsockname()[1]}/lambda/python:3.11"
    said: list[str] = []
    assert install.ready(image, "x86_64", os.environ, said.append) == STAND_IN
    assert f"pulling {image} for x86_64" in said
    assert any(line.startswith(f"{image} cannot be had: ") and "connection refused" in line for line in said)
