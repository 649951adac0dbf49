"""The parts of a container engine's conversation that need no engine: archives, streams, build logs, failures."""

from __future__ import annotations

import io
import socket
import struct
import tarfile
import threading
import time
from typing import Any

import docker.errors
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from deploy.completed import Output
from deploy.container import archive
from deploy.container.build_log import BuildLog, follow_pull
from deploy.container.engine import Engine
from deploy.container.exec_stream import converse
from deploy.container.failures import AbsentError, InUseError, translated
from deploy.errors import BuildError, EngineError
from deploy.executable import Executable


def test_an_archive_holds_files_and_folders_of_root_without_times() -> None:
    with tarfile.open(fileobj=io.BytesIO(archive.pack({"b/c/d": b"1", "a": b"22"}))) as packed:
        members = {each.name: (each.isdir(), oct(each.mode), each.uid, each.mtime, each.size) for each in packed}
    assert members == {
        "a": (False, "0o644", 0, 0, 2),
        "b": (True, "0o755", 0, 0, 0),
        "b/c": (True, "0o755", 0, 0, 0),
        "b/c/d": (False, "0o644", 0, 0, 1),
    }


def test_an_archive_lets_run_what_may_be_run() -> None:
    with tarfile.open(fileobj=io.BytesIO(archive.pack({"bin/run": Executable(b"1"), "data": b"1"}))) as packed:
        assert {each.name: each.mode for each in packed} == {"bin": 0o755, "bin/run": 0o755, "data": 0o644}


PARTS = st.text("abcü.", min_size=1, max_size=90).filter(lambda part: part not in {".", ".."})


@given(st.dictionaries(PARTS, st.binary(max_size=600)))
def test_an_archive_gives_back_what_it_took(files: dict[str, bytes]) -> None:
    assert archive.unpack([archive.pack({f"folder/{name}": content for name, content in files.items()})]) == files


def test_a_single_file_keeps_its_name() -> None:
    assert archive.unpack([archive.pack({"report.json": b"{}"})]) == {"report.json": b"{}"}


def frame(which: int, content: bytes) -> bytes:
    return struct.pack(">BxxxL", which, len(content)) + content


def test_output_and_errors_are_told_apart_however_the_bytes_arrive() -> None:
    here, there = socket.socketpair()
    data = frame(1, b"out") + frame(2, b"err") + frame(1, b"") + frame(1, b"more")

    def send() -> None:
        assert there.recv(5) == b"input"
        for byte in data:
            there.sendall(bytes([byte]))
        there.close()

    sender, output = threading.Thread(target=send, daemon=True), Output()
    sender.start()
    with here, here.makefile("rb") as reader:
        converse(here, reader, b"input", output, 10)
    sender.join()
    assert (bytes(output.stdout), bytes(output.stderr)) == (b"outmore", b"err")


def test_a_stream_that_trickles_on_still_ends_in_time() -> None:
    here, there = socket.socketpair()
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(0.02):
            there.sendall(frame(1, b"."))

    sender, output, started = threading.Thread(target=trickle, daemon=True), Output(), time.monotonic()
    sender.start()
    with here, there, here.makefile("rb") as reader:
        with pytest.raises(TimeoutError):
            converse(here, reader, b"", output, 0.3)
        stop.set()
        sender.join()
    assert time.monotonic() - started < 2
    assert str(output).startswith("....")


CLASSIC = """\
Step 1/5 : ARG BASE
Step 2/5 : FROM ${BASE} AS first
 ---> 5daf3c60ab3c
Step 3/5 : RUN make
 ---> Running in 2ba390a8755e
made 0123456789ab
Removing intermediate container 2ba390a8755e
 ---> d72d22eb934b
Step 4/5 : FROM scratch
 --->\x20
Step 5/5 : COPY --from=first /out /out
 ---> Using cache
 ---> 0ae730dab2bf
"""


def test_a_build_log_names_what_was_made_and_never_the_base() -> None:
    events = [{"stream": line} for line in CLASSIC.splitlines(keepends=True)]
    log = BuildLog().follow([*events, {"aux": {"ID": "sha256:full"}}, {"stream": "Successfully built 0ae730dab2bf\n"}])
    assert log.image == "sha256:full"
    assert log.images == ("sha256:full", "0ae730dab2bf", "d72d22eb934b")
    assert log.text.startswith(CLASSIC)
    assert log.error == ""


def test_a_build_log_without_an_id_takes_it_from_the_last_line() -> None:
    assert BuildLog().follow([{"stream": "Successfully built 0ae730dab2bf\n"}]).image == "0ae730dab2bf"


def test_a_build_that_fails_made_nothing() -> None:
    log = BuildLog().follow([{"stream": "Step 1/1 : RUN false\n"}, {"error": "non-zero code: 1"}])
    assert (log.error, log.image, log.images) == ("non-zero code: 1", "", ())


def test_a_pull_is_told_in_megabytes_and_its_failure_returned() -> None:
    said: list[str] = []
    events: list[dict[str, Any]] = [
        {"status": "Pulling fs layer", "id": "a"},
        {"status": "Downloading", "id": "a", "progressDetail": {"current": 5_000_000, "total": 20_000_000}},
        {"status": "Downloading", "id": "b", "progressDetail": {"current": 1_000_000, "total": 10_000_000}},
        {"status": "Downloading", "id": "a", "progressDetail": {"current": 20_000_000, "total": 20_000_000}},
    ]
    assert follow_pull(events, said.append, every=0) == ""
    assert said == ["  5 of 20 MB", "  6 of 30 MB", "  21 of 30 MB"]
    assert follow_pull([{"error": "denied"}], said.append) == "denied"


def refusal(status: int, message: str = "because") -> docker.errors.APIError:
    response = requests.Response()
    response.status_code = status
    return docker.errors.APIError("refused", response=response, explanation=message)


@pytest.mark.parametrize(
    ("raised", "expected", "words"),
    [
        (refusal(404), AbsentError, "because"),
        (refusal(409), InUseError, "because"),
        (refusal(500), EngineError, "because"),
        (refusal(500, "exec format error"), EngineError, "cannot run that architecture"),
        (docker.errors.DockerException("Connection aborted. No such file"), EngineError, "--backend host"),
        (PermissionError("not you"), EngineError, "member of the group `docker`"),
        (requests.ConnectionError("refused"), EngineError, "nox -s engine"),
        (requests.ReadTimeout("read timed out"), EngineError, "was silent for"),
    ],
)
def test_what_the_sdk_raises_becomes_an_error_that_helps(
    raised: Exception, expected: type[EngineError], words: str
) -> None:
    with pytest.raises(EngineError) as caught, translated("the place"):
        raise raised
    assert type(caught.value) is expected
    assert words in str(caught.value)
    assert caught.value.__cause__ is raised


def test_a_refusal_to_build_is_a_build_error() -> None:
    with pytest.raises(BuildError, match="Dockerfile: because"), translated("Dockerfile", refused=BuildError):
        raise refusal(400)


@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"])
def test_where_no_engine_answers_that_is_said_with_what_to_do(host: str) -> None:
    with pytest.raises(EngineError) as raised:
        Engine.connect({"DOCKER_HOST": host})
    assert raised.value.faults[0].what == "no container engine answers"
    assert raised.value.faults[0].cause.startswith(f"{host} (DOCKER_HOST names it): ")
    assert "--backend host" in raised.value.faults[0].cure


def test_what_an_engine_colours_is_plain_in_the_log() -> None:
    log = BuildLog().follow([{"stream": "\x1b[91mno such file\n"}, {"stream": "\x1b[0m ---> 0123456789ab\n"}])
    assert log.text == "no such file\n ---> 0123456789ab\n"
