"""The one door to SQS, for the sending side: one signed request over http.client.

All that the endpoint asks of AWS is SendMessage, and boto3 is most of what its first command would wait for. So this
file signs for itself, by https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html,
and its tests hold every signature and every retry to botocore's. Credentials are those that Lambda gives a function
in its environment; no proxy is used.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import select
import ssl
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from channelwright.environment import required

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from channelwright.jobs import Job

# Two tries of these and the pause between them leave time to tell the user within Discord's three seconds.
SECONDS, PAUSE = 0.7, 0.5
_TARGET, _TYPE = "AmazonSQS.SendMessage", "application/x-amz-json-1.0"
# Statuses and codes after which botocore's standard mode, too, tries again.
_TRANSIENT = frozenset({500, 502, 503, 504})
_AGAIN = frozenset({
    *("BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete"),
    *("ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled"),
    *("RequestThrottledException", "RequestTimeout", "RequestTimeoutException", "SlowDown", "ThrottledException"),
    *("Throttling", "ThrottlingException", "TooManyRequestsException", "TransactionInProgressException"),
})  # fmt: skip


class QueueError(Exception):
    """The queue did not take a message; it may be offered again."""


class UnsureQueueError(QueueError):
    """No answer came: the queue may have the message nevertheless."""


class _TriedError(QueueError):
    """One try went wrong, and another one may not: the queue was busy, or out of reach."""


class _SilentError(_TriedError):
    """One try got no answer."""


@dataclass(frozen=True)
class Queue:
    """`connection` is kept open between messages, `path` the one that is asked, `environment` has the credentials."""

    connection: HTTPConnection
    path: str
    url: str
    region: str
    environment: Mapping[str, str]
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], url: str) -> Queue:
        """Read the certificates now; connect with the first message. Raises MissingEnvironmentError, ValueError.

        SQS is asked where botocore's variables for endpoints say, otherwise where the queue's URL is.
        """
        [region] = required(environment, "AWS_REGION")
        named = environment.get("AWS_ENDPOINT_URL_SQS") or environment.get("AWS_ENDPOINT_URL")
        there = urlsplit(named or url)
        if there.scheme not in {"http", "https"} or not there.hostname:
            raise ValueError(f"{named or url} is not the URL of a queue")
        connection = HTTPConnection(there.hostname, there.port, timeout=SECONDS)
        if there.scheme == "https":
            context = _context(environment)
            connection = HTTPSConnection(there.hostname, there.port, timeout=SECONDS, context=context)
        return cls(connection, (named and there.path) or "/", url, region, environment)

    def put(self, job: Job) -> None:
        """Send a job: in order within its server, once within five minutes; raise QueueError.

        The second of two tries cannot send it twice: SQS knows it by its interaction's id.
        """
        message = {"QueueUrl": self.url, "MessageBody": job.to_json()}
        message |= {"MessageGroupId": job.guild_id, "MessageDeduplicationId": job.interaction_id}
        body = json.dumps(message).encode()
        silent = False
        for last in (False, True):
            try:
                self._try(body)
            except QueueError as error:
                silent |= isinstance(error, _SilentError)
                if last or not isinstance(error, _TriedError):
                    raise (UnsureQueueError if silent else QueueError)(str(error)) from error
                self.sleep(PAUSE * os.urandom(1)[0] / 256)
            else:
                return

    def _try(self, body: bytes) -> None:
        self._connect()
        try:
            self.connection.request("POST", self.path, body, self._headers(body))
            answer = self.connection.getresponse()
            status, content = answer.status, answer.read()
        except (OSError, HTTPException) as error:
            self.connection.close()
            raise _SilentError(f"no answer from {self.connection.host}: {error!r}") from error
        if status != 200:
            code, words = _refusal(content)
            again = status in _TRANSIENT or code in _AGAIN
            raise (_TriedError if again else QueueError)(f"{status} {code}: {words}")

    def _connect(self) -> None:
        """Open the connection, and anew one that SQS closed while the function was frozen."""
        if self.connection.sock and select.select([self.connection.sock], [], [], 0)[0]:
            self.connection.close()
        if not self.connection.sock:
            try:
                self.connection.connect()
            except OSError as error:
                self.connection.close()
                raise _TriedError(f"no connection to {self.connection.host}: {error!r}") from error

    def _headers(self, body: bytes) -> dict[str, str]:
        key = tuple(self.environment.get(f"AWS_{name}", "") for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"))
        if not all(key):
            raise QueueError("there are no credentials in the environment")
        place, usual = self.connection, self.connection.default_port
        host = place.host if place.port == usual else f"{place.host}:{place.port}"
        headers = {"content-type": _TYPE, "host": host, "x-amz-target": _TARGET}
        headers["x-amz-date"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        if token := self.environment.get("AWS_SESSION_TOKEN"):
            headers["x-amz-security-token"] = token
        return headers | {"authorization": authorization(self.path, headers, body, self.region, key)}


def authorization(path: str, headers: Mapping[str, str], body: bytes, region: str, credentials: Sequence[str]) -> str:
    """Return the Authorization header of a POST to SQS by the holder of an access key and its secret.

    `headers` are what is signed, by lower-case name, with x-amz-date.
    """
    access, secret = credentials
    signed, scope = ";".join(sorted(headers)), [headers["x-amz-date"][:8], region, "sqs", "aws4_request"]
    told = "".join(f"{name}:{' '.join(value.split())}\n" for name, value in sorted(headers.items()))
    asked = f"POST\n{quote(path, safe='/~')}\n\n{told}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
    stated = ["AWS4-HMAC-SHA256", headers["x-amz-date"], "/".join(scope), hashlib.sha256(asked.encode()).hexdigest()]
    key = f"AWS4{secret}".encode()
    for part in (*scope, "\n".join(stated)):
        key = hmac.digest(key, part.encode(), "sha256")
    return f"AWS4-HMAC-SHA256 Credential={access}/{'/'.join(scope)}, SignedHeaders={signed}, Signature={key.hex()}"


def _context(environment: Mapping[str, str]) -> ssl.SSLContext:
    """Trust the bundle that botocore would be told of, or a directory of certificates, which are read as they are met.

    Without either, what OpenSSL trusts by itself; never nobody's word: a variable that is empty says nothing.
    """
    if bundle := environment.get("AWS_CA_BUNDLE"):
        return ssl.create_default_context(cafile=bundle)
    return ssl.create_default_context(capath=environment.get("SSL_CERT_DIR") or None)


def _refusal(content: bytes) -> tuple[str, str]:
    """Return the code of a refusal in SQS's JSON protocol, and what it says; it may come from something before SQS."""
    try:
        told = json.loads(content)
    except ValueError:
        told = None
    told = told if isinstance(told, dict) else {}
    code = str(told.get("__type", "")).rpartition("#")[2]
    return code or "without a code", str(told.get("message") or told.get("Message") or "nothing said")
