"""The trim rules for botocore's data: API models, endpoints, and the documentation in both.

Where the data is and how it is looked up: botocore/loaders.py. A model is found as .json or as .json.gz.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from ..refusal import Refused, fault, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..exchange import Recipe
    from ..files import Files, LayerFile
    from ..parts import Parts

Change = dict[str, bytes | None]

_DATA = re.compile(r"^botocore/data/(?P<service>[^/]+)/(?P<version>[^/]+)/(?P<name>[^/]+)$")
_ENDPOINTS = "botocore/data/endpoints.json"
_DOCUMENTED = ("service-2.json", "endpoint-rule-set-1.json")
_EXAMPLES = "examples-1.json"


def resources(files: Files, recipe: Recipe) -> Change:
    """Take what only boto3.resource() reads, and the examples in boto3's own documentation."""
    del recipe
    return dict.fromkeys(path for path in files if path.startswith(("boto3/data/", "boto3/examples/")))


def data(files: Files, recipe: Recipe) -> Change:
    """Keep the models of these services in their newest API version, and what is not a service's."""
    setting = tuple(recipe.trim.botocore_data)
    versions = _versions(files)
    if not versions:
        what = "names services, and botocore is not in this layer"
        raise Refused([fault("trim.botocore-data", what, cure="remove it here")])
    if faults := [_unknown(service, versions) for service in setting if service not in versions]:
        raise Refused(faults)
    newest = {(service, max(versions[service])) for service in setting}
    return dict.fromkeys(
        path for path in files if (found := _DATA.match(path)) and (found["service"], found["version"]) not in newest
    )


def _versions(files: Files) -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    for path in files:
        if (found := _DATA.match(path)) and found["name"].startswith("service-2.json"):
            versions.setdefault(found["service"], set()).add(found["version"])
    return versions


def _unknown(service: str, versions: dict[str, set[str]]) -> str:
    cure = suggestion(service, versions) or f"use names such as {', '.join(sorted(versions)[:3])}"
    return fault("trim.botocore-data", f"botocore has no service {service!r}", cure=cure)


def endpoints(files: Files, recipe: Recipe, parts: Parts) -> Change:
    """Cut the endpoints of each partition to the kept services, which it lists by their endpoint prefix."""
    if recipe.trim.botocore_data == "all" or _ENDPOINTS not in files:
        return {}
    kept = sorted(set(_prefixes(files, parts)))

    def cut(content: bytes) -> bytes:
        document = json.loads(content)
        for partition in document["partitions"]:
            partition["services"] = {name: each for name, each in partition["services"].items() if name in kept}
        return _compact(document)

    return {_ENDPOINTS: parts.remembered(files[_ENDPOINTS], f"endpoints of {' '.join(kept)}", cut)}


def _prefixes(files: Files, parts: Parts) -> Iterator[str]:
    for path, file in files.items():
        if (found := _DATA.match(path)) and found["name"].startswith("service-2.json"):
            yield found["service"]
            yield from parts.found(file.owner, ("endpoint prefix", path, file.sha256), partial(_prefix, path, file))


def _prefix(path: str, file: LayerFile) -> list[str]:
    return [_loads(path, file.content)["metadata"]["endpointPrefix"]]


def documentation(files: Files, recipe: Recipe, parts: Parts, deflate: Callable[[bytes], bytes]) -> Change:
    """Take documentation strings and examples, which only help() and documentation builds read.

    The models of chosen services are stored plain: the zip compresses them as well as gzip does, and reading
    them takes less time. With all services kept they stay gzipped, or they would fill Lambda's 250 MB; by `deflate`,
    since the bytes that Python's zlib gives are those of the build that it was linked with.
    """
    plain = recipe.trim.botocore_data != "all"
    found = {path: match for path in files if (match := _DATA.match(path))}
    change: Change = dict.fromkeys(path for path, match in found.items() if match["name"] == _EXAMPLES)

    def gzipped(path: str, content: bytes) -> bytes:
        return _gzipped(_undocumented(path, content), deflate)

    def shortened(path: str) -> Change:
        if path.endswith(".gz") and not plain:
            return {path: parts.remembered(files[path], f"undocumented, gzipped {path}", partial(gzipped, path))}
        content = parts.remembered(files[path], f"undocumented {path}", partial(_undocumented, path))
        return {path: None, path.removesuffix(".gz"): content}

    documented = [path for path, match in found.items() if match["name"].removesuffix(".gz") in _DOCUMENTED]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        for each in threads.map(shortened, documented):
            change |= each
    return change


def _undocumented(path: str, content: bytes) -> bytes:
    model = _loads(path, content)
    for each in _rules(model) if "/endpoint-rule-set" in path else _service(model):
        if isinstance(each.get("documentation"), str):  # a shape or member of that name is an object
            del each["documentation"]
    return _compact(model)


def _service(model: Any) -> Iterator[dict[str, object]]:
    """Yield the parts of a service's model whose documentation botocore/model.py can do without.

    Elsewhere it cannot: it takes a client context parameter's by key.
    """
    yield model
    for operation in model.get("operations", {}).values():
        yield operation
        yield from (operation[key] for key in ("input", "output") if key in operation)
        yield from operation.get("errors", ())
    for shape in model.get("shapes", {}).values():
        yield shape
        yield from shape.get("members", {}).values()
        yield from (shape[key] for key in ("member", "key", "value") if key in shape)


def _rules(model: Any) -> Iterator[dict[str, object]]:
    """Yield the parts of a set of endpoint rules whose documentation botocore/endpoint_provider.py can do without."""
    yield model
    yield from model.get("parameters", {}).values()
    for rule in model.get("rules", ()):
        yield from _rules(rule)


def _loads(path: str, content: bytes) -> Any:
    return json.loads(gzip.decompress(content) if path.endswith(".gz") else content)


def _compact(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _gzipped(content: bytes, deflate: Callable[[bytes], bytes]) -> bytes:
    """Write a gzip member without time and name: https://www.rfc-editor.org/rfc/rfc1952."""
    header = struct.pack("<2sBBLBB", b"\x1f\x8b", 8, 0, 0, 2, 255)
    return header + deflate(content) + struct.pack("<LL", zlib.crc32(content), len(content))
