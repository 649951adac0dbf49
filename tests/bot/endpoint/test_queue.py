"""The sender, beside botocore: what the two send to the same SQS, how often, and what they make of its answers."""

from __future__ import annotations

import json
import random
import select
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from channelwright.endpoint import queue as module
from channelwright.endpoint.queue import Queue, QueueError, UnsureQueueError, authorization
from channelwright.jobs import Job
from tests.bot.conftest import QUEUE, aws_environment
from tests.lanes import examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.conftest import FakeSqs

JOB = Job(
    kind="add-campaign",
    interaction_id="1440000000000000005",
    application_id="1440000000000000001",
    guild_id="1440000000000000002",
    channel_id="1440000000000000003",
    user_id="1440000000000000006",
    user_name="Fluch über Strahd \U0001f9db",
    options={"name": "Çurse"},
    token="a-secret",
)
REGION = "eu-central-1"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let botocore lose no time between its tries."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


def text(chance: random.Random, most: int, letters: str = "aZ09~/._- :+=\\\"'\t\n äß€\U0001f9db") -> str:
    return "".join(chance.choices(letters, k=chance.randrange(most)))


def test_signatures_are_botocores_whatever_is_sent_when_and_by_whom(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = random.Random(20261129)  # noqa: S311 - chooses what is tried
    for number in range(examples(10_000)):
        when = datetime(2026, 11, 29, tzinfo=UTC) + timedelta(seconds=chance.uniform(-3e8, 3e8))
        monkeypatch.setattr("botocore.auth.get_current_datetime", lambda when=when: when.replace(tzinfo=None))
        access, secret = f"ASIA{chance.randrange(10**12)}", text(chance, 41, "aZ09+/=") or "s"
        token = text(chance, 900, "aZ09+/=") if chance.random() < 0.5 else ""
        region = chance.choice(["eu-central-1", "us-gov-west-1", "cn-north-1", "ap-southeast-5"])
        host = chance.choice([f"sqs.{region}.amazonaws.com", "localhost:4566", f"sqs.{region}.amazonaws.com.cn"])
        path = chance.choice(["/", "/", "/123456789012/Fluch~über Strahd.fifo", f"/{text(chance, 9, 'aZ09~_- ä€')}x"])
        body = text(chance, 400).encode()
        headers = {"content-type": text(chance, 30, "aZ/ -."), "host": host, "x-amz-target": "AmazonSQS.SendMessage"}
        told = {name: value for name, value in headers.items() if name != "host"}
        asked = AWSRequest("POST", f"https://{host}{path}", headers=told, data=body)
        SigV4Auth(Credentials(access, secret, token or None), "sqs", region).add_auth(asked)
        headers["x-amz-date"] = when.strftime("%Y%m%dT%H%M%SZ")
        if token:
            headers["x-amz-security-token"] = token
        own = authorization(path, headers, body, region, (access, secret))
        assert own == asked.headers["Authorization"], number


def by_boto3(sqs: FakeSqs) -> Callable[[Job], None]:
    """Return a sender of the same message by a boto3 client that tries as often."""
    config = Config(connect_timeout=0.7, read_timeout=0.7, retries={"total_max_attempts": 2, "mode": "standard"})
    client = boto3.client("sqs", region_name=REGION, config=config)

    def put(job: Job) -> None:
        client.send_message(
            QueueUrl=sqs.url + QUEUE,
            MessageBody=job.to_json(),
            MessageGroupId=job.guild_id,
            MessageDeduplicationId=job.interaction_id,
        )

    return put


def test_sqs_gets_from_it_what_it_gets_from_boto3(queue: Queue, sqs: FakeSqs) -> None:
    queue.put(JOB)
    by_boto3(sqs)(JOB)
    own, botos = sqs.received
    assert own == botos
    assert json.loads(own["MessageBody"])["user_name"] == "Fluch über Strahd \U0001f9db"


CODES = [
    *("QueueDoesNotExist", "AccessDenied", "InvalidSecurity", "KmsThrottled", "InvalidMessageContents", "OverLimit"),
    *("RequestThrottled", "ThrottlingException", "SlowDown", "RequestTimeout", "TooManyRequestsException"),
    *("Throttling", "ThrottledException", "RequestThrottledException", "RequestLimitExceeded"),
    *("ProvisionedThroughputExceededException", "TransactionInProgressException", "BandwidthLimitExceeded"),
    *("LimitExceededException", "PriorRequestNotComplete", "EC2ThrottledException", "RequestTimeoutException"),
]


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, code) for code in CODES] + [(status, "Other") for status in (403, 429, 500, 502, 503, 504)],
)
def test_it_tries_again_where_botocore_does_and_nowhere_else(
    queue: Queue, sqs: FakeSqs, status: int, code: str
) -> None:
    sqs.refusal, sqs.status = code, status
    pauses: list[float] = []
    with pytest.raises(QueueError, match=f"{status} {code}: no") as refused:
        replace(queue, sleep=pauses.append).put(JOB)
    own, sqs.asked = sqs.asked, 0
    with pytest.raises(ClientError):
        by_boto3(sqs)(JOB)
    assert not isinstance(refused.value, UnsureQueueError)
    assert own == sqs.asked
    assert all(0 <= each <= module.PAUSE for each in pauses)


def test_what_is_refused_once_and_then_taken_is_taken(queue: Queue, sqs: FakeSqs) -> None:
    sqs.refusal, sqs.status = "ServiceUnavailable", 503

    def recovered(_seconds: float) -> None:
        sqs.refusal = ""

    replace(queue, sleep=recovered).put(JOB)
    assert (len(sqs.received), sqs.asked) == (1, 2)


def test_a_queue_that_may_have_it_is_never_said_to_have_refused_it(queue: Queue, sqs: FakeSqs) -> None:
    """The first try got no answer: what the second one is told does not undo it."""
    sqs.delay = 5

    def refusing(_seconds: float) -> None:
        sqs.delay, sqs.refusal = 0, "AccessDenied"

    with pytest.raises(UnsureQueueError, match="AccessDenied"):
        replace(queue, sleep=refusing).put(JOB)


def test_a_connection_is_used_again_and_made_anew_when_sqs_closed_it(queue: Queue, sqs: FakeSqs) -> None:
    queue.put(JOB)
    first = queue.connection.sock
    queue.put(JOB)
    assert queue.connection.sock is first
    sqs.hang_up()
    while not select.select([first], [], [], 1)[0]:
        pass
    queue.put(JOB)
    assert (len(sqs.received), sqs.asked) == (3, 3)


def test_no_connection_is_a_refusal_that_names_the_host(sqs: FakeSqs) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        queue = Queue.from_environment(aws_environment(sqs) | {"AWS_ENDPOINT_URL": closed}, sqs.url + QUEUE)
        with pytest.raises(QueueError, match=r"no connection to 127\.0\.0\.1") as refused:
            queue.put(JOB)
    assert not isinstance(refused.value, UnsureQueueError)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", b"nonsense\r\n\r\n"])
def test_half_an_answer_is_none(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        environment = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": REGION}
        queue = Queue.from_environment(environment | {"AWS_ENDPOINT_URL_SQS": address}, QUEUE)

        def answering() -> None:
            for _ in range(2):
                taken, _peer = server.accept()
                with taken:
                    taken.recv(65536)
                    taken.sendall(answer)

        thread = threading.Thread(target=answering)
        thread.start()
        with pytest.raises(UnsureQueueError, match=r"no answer from 127\.0\.0\.1"):
            queue.put(JOB)
        thread.join()


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_without_credentials_nothing_is_sent(sqs: FakeSqs, missing: str) -> None:
    queue = Queue.from_environment(aws_environment(sqs) | {missing: ""}, sqs.url + QUEUE)
    with pytest.raises(QueueError, match="no credentials"):
        queue.put(JOB)
    queue.connection.close()
    assert sqs.asked == 0


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'"no"', b"\xff", b"{}"])
def test_an_error_that_is_not_sqs_own_is_told_by_its_status(content: bytes) -> None:
    assert module._refusal(content) == ("without a code", "nothing said")


@pytest.mark.parametrize("url", ["jobs.fifo", "ftp://sqs/jobs.fifo", "https:///jobs.fifo"])
def test_what_is_no_url_ends_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="is not the URL of a queue"):
        Queue.from_environment({"AWS_REGION": REGION}, url)
