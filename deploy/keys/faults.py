"""What is wrong with config/pipeline.yaml: every fault at once, with its key path and what was probably meant."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from ..errors import suggest
from ..settings import Settings
from . import foreign, functions
from .command_names import COMMANDS
from .former import DISCORD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

SCHEMA = Path(__file__).parent.with_name("pipeline.schema.json")


def faults(raw: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield where, what and cure of everything that the schema or a reference refuses."""
    schema, validator = _schema()
    for error in validator.iter_errors(raw):
        yield from _explain(schema, error)
    yield from _overlapping(raw)
    yield from functions.faults(raw)
    yield from _astray(raw)
    yield from _shared(raw)
    yield from _twice(raw)
    yield from _claimed(raw)
    yield from _undated(raw)


@cache
def _schema() -> tuple[dict[str, Any], jsonschema_rs.Validator]:
    """Return the schema, and what tells where something is against it: made once, as it costs more than its use."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema, jsonschema_rs.validator_for(schema)


def _twice(raw: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield what is said in two ways, and images of runtimes that there are not."""
    runtimes = raw.get("runtimes") or [raw.get("runtime", Settings.runtime)]
    if "runtime" in raw and "runtimes" in raw:
        yield "runtimes", "is there beside `runtime`", "keep the list, with the functions' own runtime first"
    for each in _keys(raw.get("images")):
        if isinstance(runtimes, list) and each not in runtimes:
            yield f"images.{each}", "is not among the runtimes", "take it out, or add it to `runtimes`"
        elif isinstance(runtimes, list) and each == runtimes[0] and "image" in raw:
            yield f"images.{each}", "is there beside `image`, which is this runtime's too", "keep one of them"


def _claimed(raw: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield the names that an extension takes from the pipeline, or from another extension."""
    extensions = _keys(raw.get("extensions"))
    if DISCORD in raw and DISCORD in extensions:
        yield DISCORD, f"is there beside extensions.{DISCORD}, which is its name now", "keep the latter"
    taken: dict[str, str] = dict.fromkeys(COMMANDS, "the pipeline")
    for name, extension in extensions.items():
        for command in _keys(_keys(extension).get("commands")):
            if (owner := taken.setdefault(command, f"extensions.{name}")) != f"extensions.{name}":
                yield f"extensions.{name}.commands.{command}", f"is a command of {owner}", "give it another name"


def _explain(schema: dict[str, object], error: jsonschema_rs.ValidationError) -> Iterator[tuple[str, str, str]]:
    path = [str(part) for part in error.instance_path]
    where, shown = ".".join(path), json.dumps(error.instance, default=str)
    kind = error.kind.as_dict()
    match error.kind.name:
        case "additionalProperties":
            allowed = _at(schema, error.schema_path[:-1]).get("properties", {})
            for key in kind["unexpected"]:
                yield ".".join([*path, key]), "unknown key", suggest(key, allowed)
        case "required":
            own = _at(schema, [*error.schema_path[:-1], "properties", kind["property"]])
            yield ".".join([*path, kind["property"]]), "is required and missing", _description(own)
        case "anyOf":
            yield where, f"{shown} is not allowed here", _wanted(schema, error.schema_path[:-1])
        case "pattern":
            yield where, f"{shown} has not the form that it needs", _wanted(schema, error.schema_path[:-1])
        case "enum":
            yield (
                where,
                f"{shown} is not allowed",
                suggest(str(error.instance), [str(each) for each in kind["options"]]),
            )
        case _:
            yield where, error.message, _wanted(schema, error.schema_path[:-1])


def _wanted(schema: dict[str, object], path: Sequence[str | int]) -> str:
    """Say what a rule wants, or what the list of which it is a rule for each; nothing where neither says it."""
    described = [_at(schema, path), *([_at(schema, path[:-1])] if path and path[-1] == "items" else [])]
    return next(filter(None, map(_description, described)), "")


def _description(rule: dict[str, Any]) -> str:
    """Say what a rule wants; nothing where it does not say."""
    is_section = rule.get("type") == "object"
    return f"give {rule['description']}" if "description" in rule else "give keys and values" if is_section else ""


def _at(schema: Any, path: Collection[str | int]) -> Any:
    """Follow a path through the schema; jsonschema_rs gives it with every $ref already entered."""
    found = schema
    for part in path:
        if isinstance(found, dict) and "$ref" in found and part not in found:
            found = _at(schema, found["$ref"].removeprefix("#/").split("/"))
        if part != "$ref":
            found = found[part]
    while isinstance(found, dict) and "$ref" in found:
        found = _at(schema, found["$ref"].removeprefix("#/").split("/"))
    return found


def _overlapping(raw: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield the layers that claim the same packages."""
    yield from foreign.faults(raw)
    rest: dict[str, list[str]] = {}
    for name, layer in _keys(raw.get("layers")).items():
        if _keys(layer).get("packages", "rest") == "rest":
            rest.setdefault(str(_keys(layer).get("requirements", raw.get("requirements"))), []).append(name)
    for names in rest.values():
        if len(names) > 1:
            yield "layers", f"{' and '.join(names)} all take the rest of the lock", "give all but one their packages"


def _astray(raw: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield the buckets that lie in regions to which their stage publishes nothing."""
    for name, stage in _keys(raw.get("stages")).items():
        others = _keys(stage).get("publish-regions")
        regions = [_keys(stage).get("region"), *(others if isinstance(others, list) else ())]
        for region in _keys(_keys(stage).get("bucket")):
            if region not in regions:
                known = [each for each in regions if isinstance(each, str)]
                yield f"stages.{name}.bucket.{region}", "the stage publishes nothing there", suggest(region, known)


def _shared(raw: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield the stages whose stack is another stage's: a deploy to one would change the other."""
    owners: dict[tuple[object, ...], str] = {}
    for name, stage in _keys(raw.get("stages")).items():
        account = [_keys(stage).get(key) for key in ("stack", "region", "account", "profile")]
        if account[0] and (owner := owners.setdefault(tuple(map(str, account)), name)) != name:
            yield (
                f"stages.{name}.stack",
                f"{account[0]} is the stack of {owner} too",
                "give each stage a stack of its own",
            )


def _undated(raw: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield the days that no calendar has."""
    ignores = _keys(raw.get("scan")).get("ignore")
    for number, ignore in enumerate(ignores if isinstance(ignores, list) else ()):
        try:
            date.fromisoformat(str(_keys(ignore).get("until", "2000-01-01")))
        except ValueError as error:
            yield f"scan.ignore.{number}.until", str(error), "give a day, such as 2027-01-31"


def _keys(value: object) -> dict[str, object]:
    """Return a value that ought to be keys and values; nothing where it is not, which the schema says."""
    return value if isinstance(value, dict) else {}
