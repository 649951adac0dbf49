"""What a container of the engine allows, and what a call in it gives back."""

from __future__ import annotations

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from deploy.container.calls import CallTimedOutError
from deploy.container.engine import KEEP_VARIABLE, Engine
from deploy.container.failures import AbsentError
from deploy.container.images import LABEL
from tests.integration.engine_calls import filled, python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.container.calls import Container

pytestmark = pytest.mark.container


STATUS = "print(open('/proc/self/status').read())"


@pytest.fixture(scope="module")
def plain(engine: Engine, runtime_image: str) -> Iterator[Container]:
    """One for all that leaves nothing in it."""
    with engine.container(runtime_image) as container:
        yield container


def exists(engine: Engine, name: str) -> bool:
    return bool(engine.client.containers(all=True, filters={"name": name}))


def volume_names(engine: Engine) -> set[str]:
    found = engine.client.volumes(filters={"label": LABEL})
    return {each["Name"] for each in found["Volumes"] or ()}


def test_a_container_cannot_write_outside_tmp(engine: Engine, runtime_image: str) -> None:
    with filled(engine, runtime_image, {"/opt": {"a": b"1"}, "/var/task": {}}) as container:
        for path in ("/x", "/opt/x", "/opt/a", "/var/task/x", "/var/runtime/x", "/home/x"):
            done = container.call(python(f"open({path!r}, 'w')"))
            assert done.code == 1, path
            assert re.search("Read-only file system|Permission denied", done.stderr)
        assert container.call(python("open('/tmp/x', 'w')")).code == 0
        mounts = container.call(["cat", "/proc/mounts"]).stdout
    modes = {line.split()[1]: line.split()[3].split(",")[0] for line in mounts.splitlines()}
    assert (modes["/"], modes["/opt"], modes["/var/task"]) == ("ro", "ro", "ro")


def test_a_container_has_no_network_but_loopback(plain: Container) -> None:
    interfaces = plain.call(python("import socket; print([name for _, name in socket.if_nameindex()])"))
    reached = plain.call(python("import socket; socket.create_connection(('172.17.0.1', 22), 5)"))
    assert interfaces.stdout.strip() == "['lo']"
    assert "Network is unreachable" in reached.stderr


def test_a_container_is_not_root_and_has_no_capabilities(plain: Container) -> None:
    status = dict(line.split(":\t", 1) for line in plain.call(python(STATUS)).stdout.splitlines() if "\t" in line)
    assert status["Uid"].split() == ["65534"] * 4
    assert status["Gid"].split() == ["65534"] * 4
    assert {status[each] for each in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"


def test_a_container_cannot_start_processes_without_end(engine: Engine, runtime_image: str) -> None:
    sleeping = "Popen(['sleep', '99'], stdout=DEVNULL, stderr=DEVNULL)"  # which holds nothing that the call waits for
    script = f"from subprocess import *\ntry:\n for i in range(400): {sleeping}\nexcept OSError: print(i)"
    with engine.container(runtime_image) as container:
        started = int(container.call(python(script)).stdout)
    assert 200 < started < 256


def test_a_container_knows_nothing_of_this_machines_environment(
    runtime_image: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The SDK would hand on the proxies that the docker client's own configuration names."""
    proxies = {"proxies": {"default": {"httpProxy": "http://secret@proxy.invalid:3128"}}}
    (tmp_path / "config.json").write_text(json.dumps(proxies))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-for-containers")
    with (
        Engine.connect(os.environ) as connected,
        connected.container(runtime_image, environment={"A": "1"}) as container,
    ):
        seen = container.call(["env"], {"B": "2"}).stdout
    assert "A=1\n" in seen
    assert "B=2\n" in seen
    assert not re.search("proxy.invalid|not-for-containers", seen)


def test_files_arrive_with_their_modes_and_their_folders(engine: Engine, runtime_image: str) -> None:
    files = {"python/a/b/c.py": b"c = 1\n", "python/d.bin": bytes(range(256)), "e": b""}
    with filled(engine, runtime_image, {"/opt": files}) as container:
        assert container.copy_out("/opt") == files
        listed = container.call(["find", "/opt", "-printf", "%p %M %U %s\n"]).stdout
    assert re.search("^/opt/python/a/b drwxr-xr-x 0 ", listed, re.MULTILINE)
    assert "/opt/python/d.bin -rw-r--r-- 0 256\n" in listed


def test_an_empty_volume_hides_what_the_image_has_there(engine: Engine, runtime_image: str) -> None:
    with filled(engine, runtime_image, {"/var/runtime": {}}) as container:
        assert container.call(["ls", "/var/runtime"]).stdout == ""


def test_a_writable_container_takes_files_and_gives_them_back(engine: Engine, runtime_image: str) -> None:
    with engine.container(runtime_image, writable=True) as container:
        container.copy_into("/tmp", {"in/a.txt": b"hello"})
        assert container.call(["cp", "-r", "/tmp/in", "/tmp/out"]).code == 0
        assert container.copy_out("/tmp/out") == {"a.txt": b"hello"}
        with pytest.raises(AbsentError, match="/tmp/nothing"):
            container.copy_out("/tmp/nothing")


def test_a_call_keeps_output_and_errors_apart_and_tells_the_code(plain: Container) -> None:
    done = plain.call(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"))
    missing = plain.call(["no-such-command"])
    assert (done.code, done.stdout, done.stderr) == (3, "out\n", "err\n")
    assert missing.code == 126
    assert "no-such-command" in missing.stdout + missing.stderr


def test_a_call_reads_all_its_input_and_loses_no_output(plain: Container) -> None:
    data = os.urandom(3_000_000)
    script = "import sys; data = sys.stdin.buffer.read(3_000_000); sys.stdout.buffer.write(data.hex().encode())"
    assert bytes.fromhex(plain.call(python(script), stdin=data).stdout) == data


def test_output_that_comes_at_once_is_not_lost(plain: Container) -> None:
    assert [plain.call(["echo", str(n)]).stdout for n in range(20)] == [f"{n}\n" for n in range(20)]


def test_a_call_that_does_not_end_is_given_up_with_what_it_wrote(engine: Engine, runtime_image: str) -> None:
    with (
        engine.container(runtime_image) as container,
        pytest.raises(CallTimedOutError, match=r"still ran after 0\.5 s") as raised,
    ):
        container.call(python("import time; print('began', flush=True); time.sleep(60)"), timeout=0.5)
    assert raised.value.log == "began\n"


def test_everything_is_removed_when_the_body_raises(engine: Engine, runtime_image: str) -> None:
    names: list[str] = []

    def interrupted() -> None:
        with engine.volumes(runtime_image, {"/opt": {"a": b""}}) as volumes:
            names.append(volumes["/opt"])
            with engine.container(runtime_image, volumes=volumes) as container:
                names.append(container.name)
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    volume, container = names
    assert not exists(engine, container)
    assert volume not in volume_names(engine)


def test_containers_stay_when_they_are_to_be_looked_into(
    engine: Engine, runtime_image: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Engine.connect({**os.environ, KEEP_VARIABLE: "1"}) as keeping, keeping.container(runtime_image) as container:
        pass
    try:
        assert exists(engine, container.name)
        assert f"kept container {container.name}" in capsys.readouterr().err
    finally:
        engine._remove_container(container.name)
    assert not exists(engine, container.name)


def test_threads_share_an_engine(engine: Engine, runtime_image: str) -> None:
    def echo(number: int) -> str:
        with filled(engine, runtime_image, {"/opt": {"n": b"%d" % number}}) as container:
            return container.call(["cat", "/opt/n"]).stdout

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(echo, range(6))) == [str(n) for n in range(6)]
