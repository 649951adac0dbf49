"""The trim rules for botocore's data: API models, endpoints, and the documentation in both.

Where the data is and how it is looked up: botocore/loaders.py. A model is found as .json or as .json.gz.
"""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any

from deploy.inside.refusal import Refused, fault, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.inside.exchange import Recipe
    from deploy.inside.files import Files

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


def endpoints(files: Files, recipe: Recipe) -> Change:
    """Cut the endpoints of each partition to the kept services, which it lists by their endpoint prefix."""
    if recipe.trim.botocore_data == "all" or _ENDPOINTS not in files:
        return {}
    kept = set(_prefixes(files))
    document = json.loads(files[_ENDPOINTS].content)
    for partition in document["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in kept}
    return {_ENDPOINTS: _compact(document)}


def _prefixes(files: Files) -> Iterator[str]:
    for path, file in files.items():
        if (found := _DATA.match(path)) and found["name"].startswith("service-2.json"):
            yield found["service"]
            yield _loads(path, file.content)["metadata"]["endpointPrefix"]


def documentation(files: Files, recipe: Recipe) -> Change:
    """Take documentation strings and examples, which only help() and documentation builds read.

    The models of chosen services are stored plain: the zip compresses them as well as gzip does, and reading
    them takes less time. With all services kept they stay gzipped, or they would fill Lambda's 250 MB.
    """
    plain = recipe.trim.botocore_data != "all"
    change: Change = {}
    for path, file in files.items():
        found = _DATA.match(path)
        if found and found["name"] == _EXAMPLES:
            change[path] = None
        elif found and found["name"].removesuffix(".gz") in _DOCUMENTED:
            content = _compact(_undocumented(_loads(path, file.content)))
            if path.endswith(".gz") and not plain:
                change[path] = _gzipped(content)
            else:
                change |= {path: None, path.removesuffix(".gz"): content}
    return change


def _undocumented(node: Any) -> Any:
    """Copy a model without documentation strings; a member or shape of that name is an object, and stays."""
    if isinstance(node, dict):
        return {
            key: _undocumented(each)
            for key, each in node.items()
            if not (key == "documentation" and isinstance(each, str))
        }
    return [_undocumented(each) for each in node] if isinstance(node, list) else node


def _loads(path: str, content: bytes) -> Any:
    return json.loads(gzip.decompress(content) if path.endswith(".gz") else content)


def _compact(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=9, mtime=0)
