from __future__ import annotations

import http.server
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import boto3
import pytest

from deploy.aws.connection import BRIEF, Aws, connect
from deploy.errors import AwsError
from deploy.settings import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STAGE = Stage(name="dev", region="eu-central-1", stack="tiny")


IDENTITY = """<GetCallerIdentityResponse><GetCallerIdentityResult>
<Arn>a</Arn><UserId>u</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
THROTTLED = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"


class Sts(http.server.BaseHTTPRequestHandler):
    """Answers GetCallerIdentity; the first `throttles` times it is too busy."""

    throttles = 0
    asked = 0
    keys: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).asked += 1
        self.keys.append(self.headers["Authorization"].partition("Credential=")[2].partition("/")[0])
        busy = self.asked <= self.throttles
        text = THROTTLED if busy else IDENTITY
        self.send_response(400 if busy else 200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Sts]]:
    class Handler(Sts):
        keys: ClassVar[list[str]] = []

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr("botocore.retries.standard.time.sleep", lambda _: None)
    yield Handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_account_is_asked_for_and_the_region_is_the_stages(sts: type[Sts]) -> None:
    aws = connect(STAGE)
    assert (aws.account, aws.region, sts.asked) == ("123456789012", "eu-central-1", 1)


@pytest.mark.usefixtures("sts")
def test_the_stages_own_account_is_taken() -> None:
    assert connect(replace(STAGE, account="123456789012")).account == "123456789012"


@pytest.mark.usefixtures("sts")
def test_another_account_is_refused_with_both_named() -> None:
    with pytest.raises(AwsError) as refused:
        connect(replace(STAGE, account="999999999999"))
    [fault] = refused.value.faults
    assert fault.where == "stages.dev.account"
    assert fault.what == "the credentials are for account 123456789012; this stage is 999999999999's"


def test_a_stages_profile_is_used_for_it_and_for_no_other(
    sts: type[Sts], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile theirs]\naws_access_key_id = their-key\naws_secret_access_key = secret\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    connect(replace(STAGE, profile="theirs"))
    connect(STAGE)
    assert sts.keys == ["their-key", "key"]
    with pytest.raises(AwsError, match=r"(?s)999999999999's\n    cause: its profile theirs leads there"):
        connect(replace(STAGE, profile="theirs", account="999999999999"))


def test_a_profile_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "absent"))
    with pytest.raises(AwsError, match=r"(?s)there is no profile nobodys.*aws configure"):
        connect(replace(STAGE, profile="nobodys"))


def test_throttling_is_retried_by_botocore(sts: type[Sts]) -> None:
    sts.throttles = 2
    assert connect(STAGE).account == "123456789012"
    assert sts.asked == 3


def test_throttling_without_end_is_told(sts: type[Sts]) -> None:
    sts.throttles = 100
    with pytest.raises(AwsError, match=r"(?s)sts:GetCallerIdentity.*still so after every retry"):
        connect(STAGE)
    assert sts.asked == BRIEF.retries["total_max_attempts"]  # type: ignore[attr-defined] # set by Config's options


def test_without_credentials_the_cure_is_to_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    with pytest.raises(AwsError, match=r"(?s)no usable AWS credentials.*aws sso login"):
        connect(STAGE)


def test_an_unknown_profile_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(AwsError, match="nobody"):
        connect(STAGE)


@pytest.mark.parametrize(
    ("endpoint", "amazons"),
    [
        (None, True),
        ("https://lambda.cn-north-1.amazonaws.com.cn", True),
        ("https://lambda.eu-central-1.api.aws", True),
        ("https://vpce-0123.lambda.eu-central-1.vpce.amazonaws.com", True),
        ("http://127.0.0.1:4566", False),
        ("http://localhost:4566", False),
        ("http://ministack:4566", False),
        ("https://amazonaws.com.example.org", False),
    ],
)
def test_amazons_endpoints_are_known_by_their_domain(
    monkeypatch: pytest.MonkeyPatch,
    endpoint: str | None,
    amazons: bool,  # noqa: FBT001 - a table
) -> None:
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert Aws(boto3.Session("key", "secret", region_name="eu-central-1"), "1").is_amazons is amazons
