"""The functions of CloudFormation templates, those of SAM among them, and what of the templates cannot be taken over.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from ..configuration import CONFIG
from ..errors import ConfigError
from ..template.short_forms import parsed
from ..template_values import TemplateValues, plain
from ..terminal.quantity import quantity
from . import places, samconfig, template_layers
from .values import (
    PYTHON,
    STAGES,
    FoundFunction,
    FoundProgram,
    NotTakenError,
    Value,
    by_stage,
    key_of,
    variables,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_SUFFIXES = {".yaml", ".yml", ".json", ".template"}
_LARGEST = 1_000_000  # bytes: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
_SERVERLESS, _PLAIN = "AWS::Serverless::Function", "AWS::Lambda::Function"
# What a function's properties say that is taken over, or that the pipeline does anyway.
_SIZES = ("MemorySize", "Timeout")
_TAKEN = frozenset(
    {"Architectures", "AutoPublishAlias", "Code", "CodeUri", "Description", "Environment", "EphemeralStorage"}
    | {"FunctionName", "Handler", "Layers", "MemorySize", "PackageType", "Runtime", "Timeout"}
)
# What only a deploy decides of a name, with what joins it to the rest: orders-${Stage}, ${AWS::StackName}-orders.
_DECIDED = re.compile(r"^\$\{[^}]+\}[-_]?|[-_]?\$\{[^}]+\}")
# What makes several resources of one: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
_LOOP = "Fn::ForEach"
_ANYWHERE = "us-east-1"


def read(project: Path) -> Iterator[FoundProgram]:
    """Yield what each template at the top of the project, and in its folders, defines."""
    for path in sorted(each for folder in places.folders(project, 1) for each in folder.iterdir()):
        if path.suffix in _SUFFIXES and path != project / CONFIG and path.is_file() and _may_be(path):
            try:
                template = parsed(path.read_text(encoding="utf-8"))
            except (yaml.YAMLError, UnicodeDecodeError) as error:
                shown = str(path.relative_to(project))
                yield FoundProgram(what=shown, left=(f"{shown}: is not a template: {error}",))
                continue
            if _is_template(template):
                yield _program(project, path, TemplateValues(str(path.relative_to(project)), template, {}, _ANYWHERE))


def _may_be(path: Path) -> bool:
    return path.stat().st_size <= _LARGEST and b"AWS::" in (content := path.read_bytes()) and b"Resources" in content


def _is_template(template: object) -> bool:
    resources = template.get("Resources") if isinstance(template, dict) else None
    return isinstance(resources, dict) and any(
        isinstance(each, dict) and str(each.get("Type")).startswith("AWS::") for each in resources.values()
    )


def _program(project: Path, path: Path, values: TemplateValues) -> FoundProgram:
    shown, functions, left = str(path.relative_to(project)), [], []
    for logical, resource in values.template["Resources"].items():
        if logical.startswith(_LOOP):
            left.append(f"{shown}: {logical}: a loop is not worked out")
        if not isinstance(resource, dict) or resource.get("Type") not in (_SERVERLESS, _PLAIN):
            continue
        own = _own(values, resource)
        try:
            functions.append(_function(project, path, values, logical, own))
        except (NotTakenError, ConfigError) as error:
            left.append(f"{shown}: {logical}: {error}")
            continue
        if beside := sorted(own.keys() - _TAKEN):
            left.append(f"{shown}: {logical}: {', '.join(_described(own, each) for each in beside)}")
        left += [f"{shown}: {logical}: Layers: {each}" for each in template_layers.left(path, values, own)]
        if assumed := [key for key in _SIZES if isinstance(own.get(key), dict)]:
            left.append(f"{shown}: {logical}: {', '.join(assumed)}: here as the parameters are by default")
        if decided := _decided(own.get("FunctionName")):
            left.append(f"{shown}: {logical}: its name, {decided}: here {functions[-1].name} and the stage's suffix")
    if others := sorted({str(each.get("Type")) for each in _others(values.template["Resources"])}):
        left.append(f"{shown}: other resources: {', '.join(others)}")
    left += samconfig.others(path.parent)
    tool = "AWS SAM" if "AWS::Serverless" in str(values.template.get("Transform")) else "CloudFormation"
    return FoundProgram(
        what=f"{shown}: {tool}, {quantity(len(functions), 'Python function')}",
        functions=tuple(functions),
        left=tuple(left),
        name=samconfig.of(path.parent, "stack_name"),
        region=samconfig.of(path.parent, "region"),
        requirements=template_layers.lists(project, path, values, _shared(values)),
    )


def _own(values: TemplateValues, resource: Mapping[str, object]) -> dict[str, object]:
    """Return a function's properties with what `Globals` says of all: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html."""
    given = resource.get("Properties")
    own = given if isinstance(given, dict) else {}
    if resource["Type"] == _PLAIN:
        return dict(own)
    shared = _shared(values)
    both = {**_variables(shared), **_variables(own)}
    layers = [each for given in (shared.get("Layers"), own.get("Layers")) if isinstance(given, list) for each in given]
    added = {"Environment": {"Variables": both}} if both else {}
    return {**shared, **own, **added, **({"Layers": layers} if layers else {})}


def _shared(values: TemplateValues) -> dict[str, object]:
    sections = values.template.get("Globals")
    found = sections.get("Function") if isinstance(sections, dict) else None
    return found if isinstance(found, dict) else {}


def _variables(own: Mapping[str, object]) -> dict[str, object]:
    environment = own.get("Environment")
    found = environment.get("Variables") if isinstance(environment, dict) else None
    return dict(found) if isinstance(found, dict) else {}


def _others(resources: Mapping[str, object]) -> list[Mapping[str, object]]:
    return [
        each for each in resources.values() if isinstance(each, dict) and each.get("Type") not in (_SERVERLESS, _PLAIN)
    ]


def _described(own: Mapping[str, Any], key: str) -> str:
    if key == "Events" and isinstance(own[key], dict):
        kinds = {str(each.get("Type")) for each in own[key].values() if isinstance(each, dict)}
        return f"Events ({', '.join(sorted(kinds))})"
    return key


def _function(
    project: Path, path: Path, values: TemplateValues, logical: str, own: Mapping[str, object]
) -> FoundFunction:
    """Return one function; raise NotTakenError, or ConfigError where a value cannot be worked out."""
    if own.get("PackageType") == "Image" or "ImageUri" in own:
        raise NotTakenError("it is a container image, which takes no layers")
    runtime = values.text(own.get("Runtime", ""))
    if runtime and not runtime.startswith(PYTHON):
        raise NotTakenError(f"its runtime is {runtime}")
    handler = values.text(own.get("Handler", ""))
    if not handler:
        raise NotTakenError("it has no Handler")
    architectures = values.value(own.get("Architectures"))
    return FoundFunction(
        key=key_of(logical),
        name=_name(own.get("FunctionName"), logical),
        handler=handler,
        source=_source(project, path, values, handler, own),
        runtime=runtime,
        architecture=plain(architectures[0]) if isinstance(architectures, list) and architectures else "",
        memory=_number(values.text(own.get("MemorySize", 0))),
        timeout=_number(values.text(own.get("Timeout", 0))),
        storage=_storage(values, own),
        environment=variables({name: _written(path, values, raw) for name, raw in _variables(own).items()}),
        layers=template_layers.taken(values, own),
    )


def _written(path: Path, values: TemplateValues, raw: object) -> Value:
    """Return a variable's value as it stands in a template, or as samconfig.toml gives the parameter that it is.

    None where only a deploy decides it, or where it is a secret.
    """
    if not isinstance(raw, (dict, list)):
        return plain(raw)
    name = str(raw.get("Ref")) if isinstance(raw, dict) else ""
    definition = dict(values.parameters_declared()).get(name)
    if not isinstance(definition, dict) or plain(definition.get("NoEcho", False)) != "false":
        return None
    return by_stage({stage: samconfig.given(path.parent, stage).get(name) for stage in STAGES})


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _storage(values: TemplateValues, own: Mapping[str, object]) -> int:
    given = values.value(own.get("EphemeralStorage"))
    return _number(values.text(given.get("Size", 0))) if isinstance(given, dict) else 0


def _source(project: Path, path: Path, values: TemplateValues, handler: str, own: Mapping[str, object]) -> Path:
    given = values.value(own.get("CodeUri", own.get("Code", ".")))
    if "InlineCode" in own or (isinstance(given, dict) and "ZipFile" in given):
        return places.found(project, handler, "its code is in the template")
    if isinstance(given, dict) or str(given).startswith("s3://"):
        return places.found(project, handler, "its code is in S3")
    return places.declared(project, path.parent / str(given), handler)


def _name(raw: object, logical: str) -> str:
    """Return the name without what the stage decides of it; the logical one where CloudFormation makes one up."""
    text = _decided(raw) or raw
    if isinstance(text, str):
        name = _DECIDED.sub("", text)
        if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
            return name
    return logical


def _decided(raw: object) -> str:
    """Return the text of a name of which a deploy decides a part; nothing of one that is what it is."""
    text = raw.get("Fn::Sub") if isinstance(raw, dict) else None
    return text if isinstance(text, str) and "${" in text else ""
