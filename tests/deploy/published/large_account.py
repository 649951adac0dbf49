"""An account with a great many layer versions and functions, which answers in pages of 50 as AWS does.

No emulator lists published versions with `FunctionVersion=ALL`, or has a limit on what a page holds.
https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
https://docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from tests.integration.shipment import zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT, REGION, LAYER = "123456789012", "eu-central-1", "tiny-layer"
PAGE = 50


@dataclass
class LargeAccount:
    """`functions` functions with a published version each, on one of the newest of `versions` layer versions.

    The calls of these numbers are refused for their rate, and asked again.
    """

    functions: int = 500
    versions: int = 1001
    asked: Counter[str] = field(default_factory=Counter)
    refuses: frozenset[int] = frozenset()
    refused: int = 0
    deleted: set[int] = field(default_factory=set)
    marked: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def attach(self, session: Any) -> None:
        session.events.register("before-send", self._answer)

    def fetch(self, location: str, _: str) -> bytes:
        """Hand out a zip by its link."""
        return self.zips[int(location.rpartition("/")[2])]

    @cached_property
    def zips(self) -> dict[int, bytes]:
        """Hold in each version another version of idna; six in the second alone."""
        return {number: zipped(_files(number)) for number in range(1, self.versions + 1)}

    def arn(self, version: int) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:{LAYER}:{version}"

    def used_by(self, number: int) -> int:
        """Return the layer version of a function: the newest ones, and once the second."""
        return 2 if number == 0 else self.versions - number % 20

    def _answer(self, request: Any, event_name: str, **_: object) -> AWSResponse:
        operation = event_name.rpartition(".")[2]
        with self.lock:
            if self.asked.total() + self.refused in self.refuses:
                self.refused += 1
                return _response(request, 429, {"message": "Rate exceeded"}, "TooManyRequestsException")
            self.asked[operation] += 1
            return self._answered(request, operation)

    def _answered(self, request: Any, operation: str) -> AWSResponse:
        url = urlsplit(request.url)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        if operation in self._lists:
            assert query.get("FunctionVersion", "ALL") == "ALL"
            key, count, item = self._lists[operation]
            begin = int(query.get("Marker", 0))
            more = {"NextMarker": str(begin + PAGE)} if begin + PAGE < count else {}
            page = [item(at) for at in range(begin, min(begin + PAGE, count))]
            return _response(request, 200, {key: page} | more)
        if operation in _FIXED:
            return _text(request, *_FIXED[operation])
        found = re.search(r"/versions/([0-9]+)", url.path)
        number = int(found[1]) if found else int(unquote(query["Arn"]).rpartition(":")[2])
        return self._of_version(request, operation, number)

    @property
    def _lists(self) -> dict[str, tuple[str, int, Callable[[int], dict[str, Any]]]]:
        """Return of each list its key, how many there are, and what is at a place of it."""
        live = {"Name": "live", "FunctionVersion": "1", "RevisionId": "r"}
        there = [each for each in range(self.versions, 0, -1) if each not in self.deleted]
        return {
            "ListFunctions": ("Functions", 2 * self.functions, self._function),
            "ListLayers": ("Layers", 1, lambda _: {"LayerName": LAYER}),
            "ListLayerVersions": ("LayerVersions", len(there), lambda at: self._version(there[at])),
            "ListAliases": ("Aliases", 1, lambda _: live),
        }

    def _of_version(self, request: Any, operation: str, number: int) -> AWSResponse:
        if operation.startswith("GetLayerVersionPolicy") and number not in self.marked:
            return _response(request, 404, {"message": "none"}, "ResourceNotFoundException")
        if operation.startswith("Get"):
            return self._content(request, number)
        if operation == "AddLayerVersionPermission":
            self.marked.add(number)
            return _response(request, 201, {"Statement": "{}", "RevisionId": "r"})
        assert operation == "DeleteLayerVersion", f"{operation} is not expected of a look at a large account"
        assert number in self.marked, "deleted before it was said"
        self.deleted.add(number)
        return _response(request, 204, {})

    def _function(self, at: int) -> dict[str, Any]:
        number, version = at // 2, ("$LATEST", "1")[at % 2]
        return {
            "FunctionName": f"function-{number}",
            "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:function-{number}:{version}",
            "Version": version,
            "CodeSha256": base64.b64encode(bytes(32)).decode(),
            "RevisionId": "r",
            "Layers": [{"Arn": self.arn(self.used_by(number))}],
        }

    def _version(self, number: int) -> dict[str, Any]:
        """Return what a list says of a version, as if the pipeline had published it."""
        note = f"sha256:{hashlib.sha256(self.zips[number]).hexdigest()[:12]} git:none img:{'0' * 12}"
        fits = {"CompatibleRuntimes": ["python3.11"], "CompatibleArchitectures": ["x86_64"]}
        created = {"CreatedDate": "2020-01-01T00:00:00.000+0000", "Description": note}
        return {"LayerVersionArn": self.arn(number), "Version": number} | created | fits

    def _content(self, request: Any, number: int) -> AWSResponse:
        if number in self.deleted:
            return _response(request, 404, {"message": "none"}, "ResourceNotFoundException")
        digest = base64.b64encode(hashlib.sha256(self.zips[number]).digest()).decode()
        size = len(self.zips[number])
        content = {"CodeSha256": digest, "CodeSize": size, "Location": f"https://zips/{number}"}
        return _response(request, 200, self._version(number) | {"Content": content})


_LIMITS = {
    "AccountLimit": {"TotalCodeSize": 80, "ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000},
    "AccountUsage": {"TotalCodeSize": 1, "FunctionCount": 1},
}
_CALLER = f"<GetCallerIdentityResult><Account>{ACCOUNT}</Account></GetCallerIdentityResult>"
_NO_STACK = "<Code>ValidationError</Code><Message>Stack with id tiny-dev does not exist</Message>"
_FIXED: dict[str, tuple[int, str, str]] = {
    "DescribeLogGroups": (200, '{"logGroups": []}', ""),
    "DescribeStacks": (400, f"<ErrorResponse><Error>{_NO_STACK}</Error></ErrorResponse>", ""),
    "GetCallerIdentity": (200, f"<GetCallerIdentityResponse>{_CALLER}</GetCallerIdentityResponse>", ""),
    "GetFunctionConfiguration": (404, '{"message": "none"}', "ResourceNotFoundException"),
    "ListStackResources": (400, f"<ErrorResponse><Error>{_NO_STACK}</Error></ErrorResponse>", ""),
    "GetAccountSettings": (200, json.dumps(_LIMITS), ""),
}


def _files(number: int) -> dict[str, str]:
    held = {"idna": f"3.{number}"} | ({"six": "1.16"} if number == 2 else {})
    return {
        f"python/{name}-{version}.dist-info/METADATA": f"Name: {name}\nVersion: {version}\n"
        for name, version in held.items()
    }


def _response(request: Any, status: int, said: dict[str, Any], code: str = "") -> AWSResponse:
    return _text(request, status, json.dumps(said), code)


def _text(request: Any, status: int, body: str, code: str = "") -> AWSResponse:
    class Raw:
        def stream(self, **_: object) -> Iterator[bytes]:
            yield body.encode()

    return AWSResponse(request.url, status, HTTPHeaders.from_dict({"x-amzn-errortype": code} if code else {}), Raw())
