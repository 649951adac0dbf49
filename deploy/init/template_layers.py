"""The layers that functions of a template have, and the lists of requirements that both are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import ConfigError
from .values import REGION, is_layer_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ..template_values import TemplateValues

_LIST = "requirements.txt"


def taken(values: TemplateValues, own: Mapping[str, object]) -> tuple[str, ...]:
    """Return the ARNs of a function's layers, in their order."""
    return tuple(arn for raw in _layers(own) if (arn := _arn(values, raw)))


def left(path: Path, values: TemplateValues, own: Mapping[str, object]) -> Iterator[str]:
    """Yield what of a function's layers is no ARN, and no layer of the template whose list is taken."""
    for raw in _layers(own):
        logical = raw.get("Ref") if isinstance(raw, dict) else None
        layer = values.template["Resources"].get(logical) if isinstance(logical, str) else None
        properties = layer.get("Properties") if isinstance(layer, dict) else None
        folder = properties.get("ContentUri") if isinstance(properties, dict) else None
        has_list = isinstance(folder, str) and (path.parent / folder / _LIST).is_file()
        if not has_list and not _arn(values, raw):
            yield str(logical or raw)


def lists(project: Path, path: Path, values: TemplateValues, shared: Mapping[str, object]) -> tuple[Path, ...]:
    """Return the lists of requirements in the folders that functions and layers are made of; `shared` is of all."""
    given = []
    for resource in values.template["Resources"].values():
        own = resource.get("Properties") if isinstance(resource, dict) else None
        given += [own.get(key) for key in ("CodeUri", "Code", "ContentUri") if isinstance(own, dict)]
    given.append(shared.get("CodeUri"))
    folders = dict.fromkeys(path.parent / each for each in given if isinstance(each, str))
    found = [(each / _LIST).resolve() for each in folders if (each / _LIST).is_file()]
    return tuple(each.relative_to(project.resolve()) for each in found if each.is_relative_to(project.resolve()))


def _layers(own: Mapping[str, object]) -> list[object]:
    given = own.get("Layers") or []
    return given if isinstance(given, list) else [given]


def _arn(values: TemplateValues, raw: object) -> str:
    """Return the ARN of a layer version as it is in any region; empty for what is none, or is known in AWS alone."""
    try:
        text = replace(values, region=REGION).text(raw)
    except ConfigError:
        return ""
    return text if is_layer_version(text) and "AWS::AccountId" not in str(raw) else ""
