"""Discord, as far as the endpoint sees it, with a real key; and an SQS and an SSM that speak HTTP on loopback."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from nacl.signing import SigningKey

from channelwright.endpoint.interactions import Endpoint
from channelwright.endpoint.queue import Queue
from channelwright.endpoint.signature import public_key
from tests.bot.lab import Lab, Start
from tools.fake_discord import FakeDiscord, Opening

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENTS = Path(__file__).with_name("events")
PROJECT = Path(__file__).parents[2]
QUEUE = "/123456789012/jobs.fifo"


Payload = Callable[[str], dict[str, Any]]


def _payload(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return content


@pytest.fixture
def payload() -> Payload:
    """Read tests/bot/events/<name>.json."""
    return _payload


@dataclass
class Discord:
    """Signs as Discord does. Every argument can be put wrong on purpose."""

    key: SigningKey = field(default_factory=lambda: SigningKey(b"seven" + bytes(27)))

    @property
    def public_key(self) -> str:
        return self.key.verify_key.encode().hex()

    def headers(self, body: bytes, timestamp: str) -> dict[str, str]:
        signature = self.key.sign(timestamp.encode() + body).signature.hex()
        return {"x-signature-ed25519": signature, "x-signature-timestamp": timestamp}

    def event(self, body: bytes, *, shape: str = "function_url", age: float = 0) -> dict[str, Any]:
        """Send a body through a function URL, an HTTP API or a REST API."""
        event = _payload(shape)
        event["headers"] |= self.headers(body, str(int(time.time() - age)))
        try:
            event["body"] = body.decode()
        except UnicodeDecodeError:
            event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
        return event

    def says(self, content: object, **how: Any) -> dict[str, Any]:
        return self.event(json.dumps(content).encode(), **how)


@dataclass
class FakeSqs:
    """Takes SendMessage over HTTP in SQS's JSON protocol and keeps what came; `refusal` is an error to answer.

    `status` is what goes with a refusal, `asked` counts the messages that were offered, `hang_up` ends connections.
    `parameters` are what SSM has; a message whose visibility is changed is noted in `handed_back`.
    """

    parameters: dict[str, str] = field(default_factory=dict)
    handed_back: list[dict[str, Any]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    refusal: str = ""
    status: int = 400
    asked: int = 0
    sockets: list[socket.socket] = field(default_factory=list)
    delay: float = 0
    url: str = ""

    def answer(self, target: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if target == "AmazonSSM.GetParameter":
            return 200, {"Parameter": {"Name": request["Name"], "Value": self.parameters[request["Name"]]}}
        if target == "AmazonSQS.ChangeMessageVisibility":
            self.handed_back.append(request)
            return 200, {}
        assert target == "AmazonSQS.SendMessage"
        self.asked += 1
        time.sleep(self.delay)
        if self.refusal:
            return self.status, {"__type": f"com.amazonaws.sqs#{self.refusal}", "message": "no"}
        self.received.append(request)
        return 200, {"MessageId": f"message-{len(self.received)}", "MD5OfMessageBody": "0" * 32}

    def hang_up(self) -> None:
        for each in self.sockets:
            with suppress(OSError):  # its client may have closed it first
                each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSqs]:
    fake = FakeSqs()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # connections stay open, as SQS's do

        def setup(self) -> None:
            super().setup()
            fake.sockets.append(self.request)

        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            code, content = fake.answer(self.headers["X-Amz-Target"], sent)
            body = json.dumps(content).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that gave up waiting is part of the tests."""

    server = Server(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in aws_environment(fake).items():
        monkeypatch.setenv(name, value)
    yield fake
    fake.hang_up()
    server.shutdown()
    server.server_close()


def aws_environment(sqs: FakeSqs) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_ENDPOINT_URL": sqs.url,
        "AWS_REGION": "eu-central-1",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    }


@pytest.fixture
def discord() -> Discord:
    return Discord()


@pytest.fixture
def queue(sqs: FakeSqs) -> Iterator[Queue]:
    made = Queue.from_environment(aws_environment(sqs), sqs.url + QUEUE)
    yield made
    made.connection.close()


@pytest.fixture
def endpoint(discord: Discord, queue: Queue) -> Endpoint:
    return Endpoint(public_key(discord.public_key), queue)


@pytest.fixture
def command() -> dict[str, Any]:
    return _payload("add_campaign")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """What /var/task holds: the sources, and the template that ships with them."""
    task = tmp_path / "task"
    shutil.copytree(PROJECT / "src", task, ignore=shutil.ignore_patterns("__pycache__"))
    (task / "config").mkdir()
    shutil.copy(PROJECT / "config/campaign_channels.yaml", task / "config")
    return task


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """Return what was logged since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def start() -> Iterator[Start]:
    """Open labs; at the end nothing that was asked of Discord may be against its description or its rules."""
    labs: list[Lab] = []

    def opened(opening: Opening | None = None, **how: Any) -> Lab:
        labs.append(Lab(FakeDiscord(opening, frozen=True, key_seed=b"seven"), **how))
        return labs[-1]

    yield opened
    for lab in labs:
        assert lab.fake.violations == []
        assert lab.fake.unfaithful == []


@pytest.fixture
def lab(start: Start) -> Lab:
    return start()
