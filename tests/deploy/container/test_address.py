"""The engine as docker finds it: each setting that beats the next, and what is said where it leads nowhere."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from deploy.container.address import SOCKET, address
from deploy.container.engine import Engine
from deploy.errors import EngineError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Somebody's home, whose docker has two contexts, as Colima and a remote machine make them."""
    for name, host in (("colima", f"unix://{tmp_path}/colima.sock"), ("farm", "ssh://me@farm")):
        folder = tmp_path / ".docker/contexts/meta" / hashlib.sha256(name.encode()).hexdigest()
        folder.mkdir(parents=True)
        meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": False}}}
        (folder / "meta.json").write_text(json.dumps(meta))
    return tmp_path


def use(home: Path, context: str) -> None:
    (home / ".docker/config.json").write_text(json.dumps({"auths": {}, "currentContext": context}))


def test_docker_host_comes_first_then_the_named_context_then_the_current_one(home: Path) -> None:
    use(home, "colima")
    here = {"HOME": str(home)}
    assert address(here | {"DOCKER_CONTEXT": "farm", "DOCKER_HOST": "tcp://1.2.3.4:5"}).url == "tcp://1.2.3.4:5"
    assert address(here | {"DOCKER_CONTEXT": "farm"}).url == "ssh://me@farm"
    assert address(here).url == f"unix://{home}/colima.sock"
    assert "current context, colima" in address(here).named_by
    assert address(here | {"DOCKER_CONTEXT": "default"}).url == SOCKET
    use(home, "")
    assert address(here).url == SOCKET


def test_docker_agrees_about_the_order(home: Path) -> None:
    """The oracle is docker's own command line."""
    if shutil.which("docker") is None:
        pytest.skip("docker's command line is not here")
    use(home, "colima")
    for environment in ({}, {"DOCKER_CONTEXT": "farm"}, {"DOCKER_HOST": "tcp://127.0.0.1:1"}):
        said = subprocess.run(
            ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"],
            env={"HOME": str(home), "PATH": "/usr/bin:/bin", **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        assert address({"HOME": str(home), **environment}).url == said.stdout.strip()


def test_docker_config_says_where_the_contexts_are(home: Path) -> None:
    use(home, "colima")
    elsewhere = {"HOME": "/nowhere", "DOCKER_CONFIG": str(home / ".docker")}
    assert address(elsewhere).url == f"unix://{home}/colima.sock"


def test_a_context_that_there_is_not_is_told_with_those_that_there_are(home: Path) -> None:
    with pytest.raises(EngineError, match=r"(?s)context colma: docker has no such.*did you mean colima\?"):
        address({"HOME": str(home), "DOCKER_CONTEXT": "colma"})
    use(home, "gone")
    with pytest.raises(EngineError, match="docker's current context, gone"):
        address({"HOME": str(home)})


def test_a_path_alone_is_a_socket_and_nonsense_is_told() -> None:
    assert address({"DOCKER_HOST": "/var/run/docker.sock"}).url == SOCKET
    with pytest.raises(EngineError, match=r"(?s)DOCKER_HOST=nonsense: is no address.*unix:///PATH"):
        address({"DOCKER_HOST": "nonsense"})


def test_podmans_socket_is_taken_where_dockers_is_not(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: str(path) != "/var/run/docker.sock" and exists(path))
    here = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    assert address(here).url == SOCKET
    (home / "podman").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(home / "podman/podman.sock"))
        assert address(here).url == f"unix://{home}/podman/podman.sock"


def test_the_address_that_was_tried_is_named_and_who_named_it(home: Path) -> None:
    use(home, "colima")
    with pytest.raises(EngineError) as refused:
        Engine.connect({"HOME": str(home)})
    cause = f"unix://{home}/colima.sock (it is docker's current context, colima): No such file or directory"
    assert refused.value.faults[0].cause == cause


def test_an_engine_behind_ssh_is_told_with_what_brings_its_socket_here(home: Path) -> None:
    with pytest.raises(EngineError, match=r"(?s)over SSH.*DOCKER_CONTEXT=farm.*-L .*docker.sock me@farm"):
        Engine.connect({"HOME": str(home), "DOCKER_CONTEXT": "farm"})
