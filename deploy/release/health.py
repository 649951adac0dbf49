"""Asks a function version what it really runs, before any traffic meets it.

A function with a `health` event answers it with the digests of the trees at /var/task and /opt:
`{"code": "…", "layers": "…"}`, each as tree_digest.of_files computes it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from deploy.aws import functions
from deploy.errors import Fault, RolloutError
from deploy.layer.opt import merged
from deploy.release import tree_digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from deploy.aws.connection import Aws
    from deploy.aws.functions import Answer
    from deploy.layer.values import BuiltLayer
    from deploy.release.bundle import CodeBundle


@dataclass(frozen=True)
class Digests:
    """The digests of the two trees that a function runs from: /var/task and the merged /opt."""

    code: str
    layers: str


def expected(code: CodeBundle, layers: Sequence[BuiltLayer]) -> Digests:
    """Digest what a function has to see: its code, and its layers merged in /opt."""
    return Digests(code.tree_digest, tree_digest.of_files(merged(layers)))


def check(aws: Aws, name: str, version: str, event: Mapping[str, Any], wanted: Digests) -> None:
    """Invoke a version with its health event; raise RolloutError unless it runs just what was verified."""
    answer = functions.invoke(aws, name, version, json.dumps(event).encode())
    where = f"{name}:{version}"
    if answer.failed:
        raise RolloutError([_failed(where, answer)], log=base64.b64decode(answer.log_base64).decode(errors="replace"))
    said = _object(answer.payload)
    faults = [
        _other(where, tree, want, said.get(tree)) for tree, want in asdict(wanted).items() if said.get(tree) != want
    ]
    if faults:
        raise RolloutError(faults)


def _object(payload: bytes) -> dict[str, Any]:
    """Decode an answer; what is not a JSON object says nothing of digests."""
    try:
        said = json.loads(payload)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _failed(where: str, answer: Answer) -> Fault:
    return Fault(
        where,
        f"the new version failed its health check: {answer.payload.decode(errors='replace')}",
        cause="it fails at import or in its handler, with this account's configuration and rights",
        cure="correct it and run it again; no alias was moved, traffic is still on the version before",
    )


def _other(where: str, tree: str, want: str, said: object) -> Fault:
    return Fault(
        where,
        f"answers its health check with {tree} {said}; {want} was verified",
        cause="it runs other bytes than these, or does not answer its `health` event as it should",
        cure="see what it answers: aws lambda invoke; no alias was moved",
    )
