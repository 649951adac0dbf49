"""What is wrong with the layers that functions name: none that is there, or none where the function runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FORM = "arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION"
_REGION = 3


def faults(raw: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield where, what and cure; what is no keys and values, or no text, the schema says."""
    own, others = _keys(raw.get("layers")), _keys(raw.get("layer-arns"))
    for name in own.keys() & others.keys():
        yield f"layer-arns.{name}", "is a layer of the project's own, too", "give it another name"
    for name, arns in others.items():
        for region, arn in _keys(arns).items():
            if isinstance(arn, str) and arn.count(":") > _REGION and (found := arn.split(":")[_REGION]) != region:
                yield f"layer-arns.{name}.{region}", f"lies in {found}", "name the version of that layer in this region"
    for key, function in _keys(raw.get("functions")).items():
        named = _keys(function).get("layers")
        for layer in named if isinstance(named, list) else ():
            if isinstance(layer, str):
                yield from _layer(raw, f"functions.{key}.layers", layer)


def _layer(raw: Mapping[str, object], where: str, layer: str) -> Iterator[tuple[str, str, str]]:
    own, others = _keys(raw.get("layers")), _keys(raw.get("layer-arns"))
    if layer in own:
        return
    if layer.startswith("arn:"):
        parts = layer.split(":")
        if (
            len(parts) != len(["arn", "aws", "lambda", "REGION", "ACCOUNT", "layer", "NAME", "VERSION"])
            or parts[5] != "layer"
        ):
            yield where, f"{layer} is not the ARN of a layer version", f"it has the form {_FORM}"
            return
        regions = {parts[_REGION]}
    elif layer in others:
        regions = set(_keys(others[layer]))
    else:
        yield where, f"there is no layer {layer!r}", suggest(layer, [*own, *others])
        return
    for name, stage in _keys(raw.get("stages")).items():
        region = _keys(stage).get("region")
        if isinstance(region, str) and region not in regions:
            what = f"{layer} is in {' and '.join(sorted(regions))}; the functions of stage {name} are in {region}"
            yield where, what, f"name it in `layer-arns`, with its ARN in {region}"


def _keys(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
