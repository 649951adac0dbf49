"""The layers that functions of a serverless.yml have, and the lists of requirements that its plugin installs.

https://www.serverless.com/framework/docs/providers/aws/guide/layers,
https://www.serverless.com/plugins/serverless-python-requirements
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..values import REGION, NotTakenError, is_layer_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..values import FoundFunction
    from .variables import Variables

# The plugin's own layer of all requirements, which is what is made here: by this name in the stack.
_OF_THE_PLUGIN = "PythonRequirementsLambdaLayer"
_LIST = "requirements.txt"
# Holds the place of the region while variables are worked out, of which it would be one.
_HELD = "\0region\0"


def taken(own: Mapping[str, object], provider: Mapping[str, object], variables: Variables) -> tuple[str, ...]:
    """Return the ARNs of a function's layers, which take the place of all that the provider names."""
    return tuple(arn for raw in _layers(own, provider) if (arn := _arn(raw, variables)))


def left(own: Mapping[str, object], provider: Mapping[str, object], variables: Variables) -> Iterator[str]:
    """Yield, for people, what of a function's layers is no ARN that is known here."""
    for raw in _layers(own, provider):
        name = raw.get("Ref") if isinstance(raw, dict) else None
        if name != _OF_THE_PLUGIN and not _arn(raw, variables):
            yield str(name or raw)


def lists(project: Path, named: str, functions: Iterable[FoundFunction]) -> Iterator[Path]:
    """Yield the lists of all functions; `named` is what the plugin's `fileName` says, else empty.

    The plugin takes those of each `module`. One that lies beside a handler is better than none.
    """
    if named and named != _LIST and (project / named).is_file():
        yield Path(named)
    for each in functions:
        beside = each.source / Path(each.handler.rpartition(".")[0]).parent
        for folder in dict.fromkeys((each.source, beside)):
            if folder != Path() and (project / folder / (named or _LIST)).is_file():
                yield folder / (named or _LIST)


def _layers(own: Mapping[str, object], provider: Mapping[str, object]) -> list[object]:
    given = own.get("layers", provider.get("layers"))
    return given if isinstance(given, list) else [given] if given else []


def _arn(raw: object, variables: Variables) -> str:
    """Return the ARN of a layer version as it is in any region; empty for what is none, or is known in AWS alone."""
    text = raw.get("Fn::Sub") if isinstance(raw, dict) else raw
    if not isinstance(text, str):
        return ""
    try:
        known = variables.text(text.replace("${aws:region}", REGION).replace(REGION, _HELD)).replace(_HELD, REGION)
    except NotTakenError:
        return ""
    return known if is_layer_version(known) else ""
