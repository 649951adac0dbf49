"""An emulated AWS over HTTP: MiniStack as a subprocess, on loopback, in an environment of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import docker
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ACCOUNT = "123456789012"
REGION = "eu-central-1"
PREFIX = "emulated"

# As it comes, MiniStack hands out the code of $LATEST for every version.
_START = """
import sys
from ministack.services import lambda_svc
def get_function(name, qualifier=None, plain=lambda_svc._get_function):
    status, headers, body = plain(name, qualifier)
    return status, headers, body.replace(f"/{name}?X-Amz".encode(), f"/{name}@{qualifier or ''}?X-Amz".encode())
def serve_function_code(name, account_id=None, region=None):
    name, _, qualifier = name.partition("@")
    function = lambda_svc._functions.get_scoped(account_id, region, name)
    record, _ = lambda_svc._effective_func_record_for_qualifier(function, qualifier or None)
    return 200, {"Content-Type": "application/zip"}, record["code_zip"]
lambda_svc._get_function, lambda_svc.serve_function_code = get_function, serve_function_code
lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = float(sys.argv.pop())
lambda_svc._write_context_arn_shim = lambda *_: None
from ministack.app import main
main()
"""


@dataclass(frozen=True)
class EmulatedAws:
    """A running MiniStack. `environment` is all that boto3 has to be told to use it."""

    url: str

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def reset(self) -> None:
        requests.post(f"{self.url}/_ministack/reset", timeout=30).raise_for_status()


@contextmanager
def emulated_aws(home: Path, *, settling: float = 0.5, **settings: str) -> Iterator[EmulatedAws]:
    """Start MiniStack in `home`, whose environment is nothing but `settings` and what it needs; stop it on leaving.

    Its local executor runs functions with this interpreter: with nothing at /opt, the layers on sys.path instead.
    `settling` is how many seconds a function is in progress after each change of it. Its container executor, which
    `in_containers` chooses, would put a file of its own beside the function's code; that is left out.
    """
    port = _free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "localhost",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "LOG_LEVEL": "WARNING",
    }
    log = home / "ministack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, str(settling)],
            env=environment | settings,
            cwd=home,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _await_health(f"http://127.0.0.1:{port}", process, log)
        yield EmulatedAws(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def in_containers(image: str) -> Mapping[str, str]:
    """Make the settings with which functions run in containers of this image, the layers at /opt."""
    with closing(docker.from_env()) as client:
        client.images.get(image).tag(f"{PREFIX}/public.ecr.aws/lambda/python", "3.11")
    return {"LAMBDA_STRICT": "1", "LAMBDA_EXECUTOR": "docker", "MINISTACK_IMAGE_PREFIX": PREFIX}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _await_health(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if requests.get(f"{url}/_ministack/health", timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    message = f"MiniStack did not start:\n{log.read_text(errors='replace')}"
    raise RuntimeError(message)
