"""AWS on this machine: MiniStack as a process on loopback, in an environment of its own."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from ..errors import EngineError
from ..invocation import installs
from .children import child, free_port

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping

ACCOUNT = "123456789012"
_START_SECONDS = 60


@dataclass(frozen=True)
class Emulator:
    """A running MiniStack."""

    url: str

    def environment(self, region: str) -> dict[str, str]:
        """Return all that boto3 has to be told to use it, and nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def address_of(self, function_url: str) -> str:
        """Return where a function's URL is answered here: its host name is nowhere else known."""
        host = function_url.removeprefix("https://").removeprefix("http://").partition("/")[0]
        identifier, _, rest = host.partition(".")
        return f"{self.url}/_aws/lambda-url/{identifier}/" if rest.startswith("lambda-url.") else function_url


def demand() -> None:
    """Raise EngineError where MiniStack is not installed, before anybody has waited for a layer."""
    if importlib.util.find_spec("ministack") is None:
        raise EngineError.of("the emulated AWS", "MiniStack is not installed", cure=installs("local", "local"))


@contextmanager
def running(
    home: Path, *, functions: str = "-", settling: float = 0, settings: Mapping[str, str] | None = None
) -> Iterator[Emulator]:
    """Start MiniStack in `home`, whose environment is nothing but what it needs and `settings`; stop it on leaving.

    `functions` is where invocations go; without it MiniStack runs functions with this interpreter. Raises EngineError
    with its log where it does not start.
    """
    demand()
    port = free_port()
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "localhost",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "LOG_LEVEL": "WARNING",
        **(settings or {}),
    }
    program = [sys.executable, str(Path(__file__).with_name("emulator_main.py")), functions, str(settling)]
    log = home / "ministack.log"
    with log.open("wb") as output, child(program, environment, cwd=home, stdout=output, stderr=output) as process:
        _await_health(f"http://127.0.0.1:{port}", process, log)
        yield Emulator(f"http://127.0.0.1:{port}")


def _await_health(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if requests.get(f"{url}/_ministack/health", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    raise EngineError.of("the emulated AWS", "did not start", log=log.read_text(errors="replace"))
