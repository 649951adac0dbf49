"""Asks a function version what it really runs, before any traffic meets it.

A function with a `health` event answers it with the digests of the trees at /var/task and /opt:
`{"code": "…", "layers": "…"}`, each as tree_digest.of_files computes it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ..aws import versions
from ..code import tree_digest
from ..errors import Fault, RolloutError
from ..layer.opt_folder import unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ..aws.connection import Aws
    from ..aws.versions import InvocationAnswer
    from ..code.bundle import CodeBundle


@dataclass(frozen=True)
class Digests:
    """The digests of the two trees that a function runs from: /var/task and the merged /opt.

    `layers` is None where a layer of somebody else's cannot be read.
    """

    code: str
    layers: str | None


def expected(code: CodeBundle, layers: Sequence[Path | None]) -> Digests:
    """Digest what a function has to see: its code, and the zips of its layers merged in /opt, None for one unread."""
    zips = [each for each in layers if each]
    whole = len(zips) == len(layers)
    return Digests(code.tree_digest, tree_digest.of_files(unpacked(zips)) if whole else None)


def check(aws: Aws, name: str, version: str, event: Mapping[str, object], wanted: Digests) -> None:
    """Invoke a version with its health event; raise RolloutError unless it runs just what was verified.

    `wanted` holds whole digests, or the starts of them that a version's description has room for.
    """
    said = ask(aws, name, version, event)
    faults = [
        _other(f"{name}:{version}", tree, want, said.get(tree))
        for tree, want in asdict(wanted).items()
        if want is not None and (not want or not str(said.get(tree)).startswith(want))
    ]
    if faults:
        raise RolloutError(faults)


def ask(aws: Aws, name: str, version: str, event: Mapping[str, object]) -> Mapping[str, object]:
    """Invoke a version with its health event and return the answer; raise RolloutError, with its log, if it fails."""
    answer = versions.invoke(aws, name, version, json.dumps(event).encode())
    if answer.failed:
        log = base64.b64decode(answer.log_base64).decode(errors="replace")
        raise RolloutError([_failed(f"{name}:{version}", answer)], log=log)
    return _object(answer.payload)


def _object(payload: bytes) -> dict[str, object]:
    """Decode an answer; what is not a JSON object says nothing of digests."""
    try:
        said = json.loads(payload)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _failed(where: str, answer: InvocationAnswer) -> Fault:
    return Fault(
        where,
        f"failed its health check: {answer.payload.decode(errors='replace')}",
        cause="it fails at import or in its handler, with this account's configuration and rights",
        cure="correct that and run it again; no alias was moved, traffic is where it was",
    )


def _other(where: str, tree: str, want: str, said: object) -> Fault:
    return Fault(
        where,
        f"answers its health check with {tree} {said}; {want} was verified",
        cause="it runs other bytes than these, or does not answer its `health` event as it should",
        cure="see what it answers: aws lambda invoke; no alias was moved",
    )
