from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import socketserver
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from deploy.container.calls import CallTimedOutError
from deploy.container.digest import image_digest
from deploy.container.engine import KEEP_VARIABLE, Engine
from deploy.container.failures import AbsentError
from deploy.container.images import LABEL
from deploy.errors import BuildError, EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deploy.container.calls import Container

pytestmark = pytest.mark.container

STATUS = "print(open('/proc/self/status').read())"


def silent(_line: str) -> None:
    pass


def python(script: str) -> list[str]:
    return ["python3.11", "-c", script]


@contextmanager
def filled(engine: Engine, image: str, contents: dict[str, dict[str, bytes]]) -> Iterator[Container]:
    with engine.volumes(image, contents) as volumes, engine.container(image, volumes=volumes) as container:
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


def test_a_container_has_no_network_but_loopback(engine: Engine, runtime_image: str) -> None:
    with engine.container(runtime_image) as container:
        interfaces = container.call(python("import socket; print([name for _, name in socket.if_nameindex()])"))
        reached = container.call(python("import socket; socket.create_connection(('172.17.0.1', 22), 5)"))
    assert interfaces.stdout.strip() == "['lo']"
    assert "Network is unreachable" in reached.stderr


def test_a_container_is_not_root_and_has_no_capabilities(engine: Engine, runtime_image: str) -> None:
    with engine.container(runtime_image) as container:
        status = dict(
            line.split(":\t", 1) for line in container.call(python(STATUS)).stdout.splitlines() if "\t" in line
        )
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


def test_a_call_keeps_output_and_errors_apart_and_tells_the_code(engine: Engine, runtime_image: str) -> None:
    with engine.container(runtime_image) as container:
        done = container.call(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"))
        missing = container.call(["no-such-command"])
    assert (done.code, done.stdout, done.stderr) == (3, "out\n", "err\n")
    assert missing.code == 126
    assert "no-such-command" in missing.stdout + missing.stderr


def test_a_call_reads_all_its_input_and_loses_no_output(engine: Engine, runtime_image: str) -> None:
    data = os.urandom(3_000_000)
    script = "import sys; data = sys.stdin.buffer.read(3_000_000); sys.stdout.buffer.write(data.hex().encode())"
    with engine.container(runtime_image) as container:
        assert bytes.fromhex(container.call(python(script), stdin=data).stdout) == data


def test_output_that_comes_at_once_is_not_lost(engine: Engine, runtime_image: str) -> None:
    with engine.container(runtime_image) as container:
        assert [container.call(["echo", str(n)]).stdout for n in range(20)] == [f"{n}\n" for n in range(20)]


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
        assert list(pool.map(echo, range(12))) == [str(n) for n in range(12)]


def test_a_build_has_no_network_and_its_whole_log_is_kept(engine: Engine, runtime_image: str) -> None:
    dockerfile = (
        "ARG BASE\nFROM ${BASE}\nRUN echo before the fault\n"
        "RUN python3.11 -c \"import socket; socket.create_connection(('172.17.0.1', 22), 5)\"\n"
    )
    with pytest.raises(BuildError, match="returned a non-zero code") as raised:
        engine.build({"Dockerfile": dockerfile.encode()}, {"BASE": runtime_image})
    assert "before the fault" in raised.value.log
    assert "Network is unreachable" in raised.value.log
    assert "before the fault" in str(raised.value)


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_of_a_build_stays(engine: Engine, runtime_image: str, *, fails: bool) -> None:
    mark = f"test.{uuid.uuid4().hex}"
    dockerfile = (
        f"ARG BASE\nFROM ${{BASE}} AS first\nLABEL {mark}=1\nCOPY a /out/a\n"
        f"RUN cp /out/a /out/b{' && false' if fails else ''}\n"
        f"FROM ${{BASE}}\nLABEL {mark}=2\nCOPY --from=first /out /out\n"
    )
    context = {"Dockerfile": dockerfile.encode(), "a": b"content"}
    try:
        with engine.built(context, {"BASE": runtime_image}, use_cache=False) as image:
            assert engine.read(image, "/out") == {"a": b"content", "b": b"content"}
            assert engine.client.images(all=True, filters={"label": mark})
    except BuildError:
        assert fails
    assert engine.client.images(all=True, filters={"label": mark}) == []
    assert engine.inspect(runtime_image)


def test_of_a_build_that_stays_only_its_image_stays(engine: Engine, runtime_image: str) -> None:
    mark = f"test.{uuid.uuid4().hex}"
    dockerfile = (
        f"ARG BASE\nFROM ${{BASE}} AS first\nLABEL {mark}=1\nCOPY a /out/a\n"
        f"FROM scratch\nLABEL {mark}=2\nCOPY --from=first /out /out\nCMD a\n"
    )
    image = engine.build({"Dockerfile": dockerfile.encode(), "a": b"1"}, {"BASE": runtime_image}, tag=f"{mark}:1")
    try:
        left = engine.client.images(filters={"label": mark})
        assert [(each["Id"], each["RepoTags"]) for each in left] == [(image, [f"{mark}:1"])]
    finally:
        engine.client.remove_image(f"{mark}:1")
    assert engine.client.images(all=True, filters={"label": mark}) == []


def test_an_image_that_someone_named_is_not_removed_with_a_build(engine: Engine, runtime_image: str) -> None:
    name = f"test.{uuid.uuid4().hex}"
    context = {"Dockerfile": f"ARG BASE\nFROM ${{BASE}}\nCOPY a /out/{name}\n".encode(), "a": b"1"}
    with engine.built(context, {"BASE": runtime_image}) as image:
        engine.client.tag(image, name, "1")
    try:
        found = engine.inspect(f"{name}:1")
        assert found
        assert found["Id"] == image
    finally:
        engine.client.remove_image(f"{name}:1")


def test_a_fault_in_the_dockerfile_is_a_build_error(engine: Engine) -> None:
    with pytest.raises(BuildError, match="unknown instruction: FORM"):
        engine.build({"Dockerfile": b"FORM scratch\n"}, {})


def test_a_missing_image_is_named(engine: Engine) -> None:
    with pytest.raises(AbsentError, match="no-such-image") as raised, engine.container("no-such-image:0"):
        pass
    assert "nox -s engine" in str(raised.value)


def test_an_image_that_cannot_be_pulled_is_named_with_what_to_do(engine: Engine) -> None:
    said: list[str] = []
    with pytest.raises(EngineError, match=r"127\.0\.0\.1:1/nothing") as raised:
        engine.resolve("127.0.0.1:1/nothing:0", "x86_64", said.append)
    assert said == ["pulling 127.0.0.1:1/nothing:0 for x86_64"]
    assert "nox -s engine" in raised.value.faults[0].cure


def test_the_digest_without_the_sdk_is_the_one_with_it(engine: Engine, runtime_image: str) -> None:
    resolved = engine.resolve(runtime_image, "x86_64", silent)
    found = engine.inspect(runtime_image)
    assert found
    assert resolved.digest.startswith("sha256:")
    assert image_digest(runtime_image, os.environ) == resolved
    assert image_digest(found["Id"], os.environ) == engine.resolve(found["Id"], "x86_64", silent)


def test_the_digest_of_an_absent_image_is_left_to_the_sdk(engine: Engine) -> None:
    assert engine.inspect("no-such-image:0") is None
    assert image_digest("no-such-image:0", os.environ) is None


def test_an_engine_behind_tcp_serves_the_same(runtime_image: str) -> None:
    """What a remote engine, or Docker Desktop, looks like from here."""
    with forwarded("/var/run/docker.sock") as port:
        environment = {**os.environ, "DOCKER_HOST": f"tcp://127.0.0.1:{port}"}
        with (
            Engine.connect(environment) as remote,
            filled(remote, runtime_image, {"/opt": {"a": b"hello"}}) as container,
        ):
            done = container.call(python("import sys; print(sys.stdin.read(2), open('/opt/a').read())"), stdin=b"ok")
    assert done.stdout == "ok hello\n"
    assert image_digest(runtime_image, environment) is None


@contextmanager
def forwarded(path: str) -> Iterator[int]:
    """Forward a TCP port of this machine to a Unix socket."""

    class Forward(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.socket(socket.AF_UNIX) as target:
                target.connect(path)
                back = threading.Thread(target=pump, args=(target, self.request))
                back.start()
                pump(self.request, target)
                back.join()

    def pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Forward) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_an_engine_of_a_context_serves_the_same(runtime_image: str, tmp_path: Path) -> None:
    folder = tmp_path / "contexts/meta" / hashlib.sha256(b"mine").hexdigest()
    folder.mkdir(parents=True)
    meta = {"Name": "mine", "Endpoints": {"docker": {"Host": "unix:///var/run/docker.sock"}}}
    (folder / "meta.json").write_text(json.dumps(meta))
    environment = {"DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "mine"}
    with Engine.connect(environment) as found, filled(found, runtime_image, {"/opt": {"a": b"hello"}}) as container:
        done = container.call(python("import sys; print(sys.stdin.read(2), open('/opt/a').read())"), stdin=b"ok")
    assert done.stdout == "ok hello\n"
