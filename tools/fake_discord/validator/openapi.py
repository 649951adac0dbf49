"""Holding every request, and every answer of this fake, against Discord's official OpenAPI description.

Where documentation and description differ the documentation wins, as the description's own README says:
permissions may be decimal strings; the codes within a form's errors are words; `flags` of a channel, `nsfw` of a
command and media channels are only documented.
A property that a request schema does not know is a violation too: Discord would pass over it without a word.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jsonschema_rs

from tools.fake_discord.world.state import MEDIA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tools.fake_discord.operations.routes import Route

VARIABLE = "CHANNELWRIGHT_DISCORD_OPENAPI"
BESIDE = Path(__file__).parents[4] / "shared/discord/openapi.json"

_BITS = frozenset({"allow", "deny", "permissions", "default_member_permissions"})
_DOCUMENTED = {
    "CreateGuildChannelRequest": {"flags": {"type": ["integer", "null"]}},
    "ApplicationCommandUpdateRequest": {"nsfw": {"type": "boolean"}, "default_permission": {"type": "boolean"}},
}


@dataclass(frozen=True)
class Violation:
    """Something that does not agree with the description: the operation, where in it, what."""

    operation: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.where}: {self.what}"


class Description:
    """The description, ready to be asked."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.paths: Mapping[str, Any] = document["paths"]
        documents = [("urn:asked", _asked(document)), ("urn:answered", _answered(document))]
        self._registry = jsonschema_rs.Registry(documents)
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    @classmethod
    def at_hand(cls) -> Description | None:
        """Read the description, if it is where CHANNELWRIGHT_DISCORD_OPENAPI says, or beside the project."""
        path = Path(os.environ.get(VARIABLE) or BESIDE)
        return _read(path) if path.is_file() else None

    def faults_of_request(self, route: Route, query: Mapping[str, str], body: Any) -> Iterator[Violation]:
        operation = self.paths[route.template][route.method.lower()]
        known = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
        for name in query.keys() - known:
            yield Violation(route.operation, f"?{name}", "there is no such query parameter")
        wants = operation.get("requestBody")
        if body is not None and wants is None:
            yield Violation(route.operation, "body", "this operation takes none")
        elif body is None and wants and wants.get("required"):
            yield Violation(route.operation, "body", "is missing")
        elif body is not None:
            yield from self._against("urn:asked", f"{_pointer(route)}/requestBody", route, body)

    def faults_of_answer(self, route: Route, status: int, body: Any) -> Iterator[Violation]:
        described = self.paths[route.template][route.method.lower()]["responses"]
        key = str(status) if str(status) in described else f"{status // 100}XX"
        if key not in described:
            yield Violation(route.operation, "status", f"{status} is not among the answers")
        elif status == 429:
            yield from self._against("urn:answered", "/components/responses/ClientRatelimitedResponse", route, body)
        elif status >= 400:
            yield from self._against("urn:answered", "/components/responses/ClientErrorResponse", route, body)
        elif "content" in described[key]:
            yield from self._against("urn:answered", f"{_pointer(route)}/responses/{key}", route, body)
        elif body is not None:
            yield Violation(route.operation, "body", "this answer has none")

    def _against(self, document: str, holder: str, route: Route, body: Any) -> Iterator[Violation]:
        reference = f"{document}#{holder}/content/application~1json/schema"
        if reference not in self._validators:
            schema = {"$ref": reference}
            self._validators[reference] = jsonschema_rs.Draft202012Validator(schema, registry=self._registry)
        for error in self._validators[reference].iter_errors(body):
            where = ".".join(str(each) for each in error.instance_path) or "body"
            yield Violation(route.operation, where, _brief(error.message))


@cache
def _read(path: Path) -> Description:
    return Description(json.loads(path.read_text()))


def _brief(message: str) -> str:
    """Shorten a message from the middle: what it is about is in front, what is wrong is at the end."""
    return message if len(message) <= 300 else f"{message[:140]} … {message[-140:]}"


def _pointer(route: Route) -> str:
    return f"/paths/{quote(route.template.replace('/', '~1'))}/{route.method.lower()}"


def _asked(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document that requests are held against."""
    strict: dict[str, Any] = _strict(document)
    schemas = strict["components"]["schemas"]
    for name, properties in _DOCUMENTED.items():
        schemas[name]["properties"] |= properties
    kinds = schemas["CreateGuildChannelRequest"]["properties"]["type"]["oneOf"][1]
    kinds["enum"].append(MEDIA)
    del kinds["allOf"]
    return strict


def _answered(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document that answers are held against: within a form's errors a code is a word, not a number."""
    field_error = {"type": "object", "required": ["code", "message"], "properties": {"code": {"type": "string"}}}
    inner = document["components"]["schemas"]["InnerErrors"]
    inner |= {"properties": {"_errors": {"type": "array", "items": field_error}}}
    return dict(document)


def _strict(node: Any, *, name: str = "", in_all_of: bool = False) -> Any:
    """Copy a document so that objects take the properties they name and no others, and bits may be strings."""
    if isinstance(node, list):
        return [_strict(each, in_all_of=name == "allOf") for each in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _strict(each, name=key) for key, each in node.items()}
    if name in _BITS and "integer" in _types(node):
        return {"type": ["integer", "string", "null"], "pattern": "^[0-9]+$"}
    if "properties" in node and "object" in _types(node) and not in_all_of:
        copy.setdefault("additionalProperties", False)
    return copy


def _types(node: Mapping[str, Any]) -> list[str]:
    kind = node.get("type", [])
    return [kind] if isinstance(kind, str) else kind if isinstance(kind, list) else []
