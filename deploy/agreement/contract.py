"""What a template of the project's own has to have: the functions of the configuration, each as it says, with an alias.

docs/how-to/template.md has the contract for people. What cannot be worked out here, such as an import from another
stack, is not judged: CloudFormation does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Fault, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..settings import Function, Settings, Stage
    from ..template_values import TemplateValues

_DEFAULT_ARCHITECTURE = "x86_64"


def faults(settings: Settings, stage: Stage, values: TemplateValues) -> Iterator[Fault]:
    """Yield what of the template does not serve the configuration's functions in a stage."""
    named = dict(_named(values))
    if None in named.values():
        return  # a function's name cannot be worked out, and so not which are missing
    by_name = {name: logical for logical, name in named.items() if name is not None}
    for function in settings.functions.values():
        name = f"{function.name}{stage.suffix}"
        if name in by_name:
            yield from _of_function(settings, function, values, by_name[name])
        else:
            what = f"has no function named {name}, which functions.{function.key} is in stage {stage.name}"
            cause = f"it has {', '.join(sorted(by_name)) or 'none'}"
            yield Fault(values.where, what, cause, suggest(name, by_name))


def _named(values: TemplateValues) -> Iterator[tuple[str, str | None]]:
    """Yield every function of the template with its name; None where that cannot be worked out."""
    for logical, properties in values.functions():
        yield logical, values.known(properties.get("FunctionName", logical))


def _of_function(settings: Settings, function: Function, values: TemplateValues, logical: str) -> Iterator[Fault]:
    properties = dict(values.functions())[logical]
    where = f"{values.where}: {logical}"
    agree = f"make it and functions.{function.key} in config/pipeline.yaml agree"
    if values.known(properties.get("PackageType", "Zip")) == "Image":
        yield Fault(where, "is a container image, which has no layers", cure="take it out of `functions`")
        return
    for key, wanted in (("Handler", function.handler), ("Runtime", settings.runtime)):
        has = values.known(properties.get(key, ""))
        if has is not None and has != wanted:
            yield Fault(where, f"has {key} {has or 'none'}; config/pipeline.yaml says {wanted}", cure=agree)
    has = values.known(properties.get("Architectures", [_DEFAULT_ARCHITECTURE]))
    if has is not None and has not in settings.architectures:
        built = " and ".join(settings.architectures)
        yield Fault(
            where, f"runs on {has}; config/pipeline.yaml builds for {built}", cure=f"add {has} to `architectures`"
        )
    yield from _owned(where, properties)
    yield from _alias(function, values, logical, properties)


def _owned(where: str, properties: Mapping[str, object]) -> Iterator[Fault]:
    if properties.get("Layers"):
        cure = "take Layers out: `functions.*.layers` says them, and a deploy attaches the versions that were verified"
        yield Fault(where, "has Layers, which the rollout owns", cure=cure)


def _alias(
    function: Function, values: TemplateValues, logical: str, properties: Mapping[str, object]
) -> Iterator[Fault]:
    """See whether the template makes the alias that releases move, for this function."""
    found = [values.known(properties["AutoPublishAlias"])] if "AutoPublishAlias" in properties else []
    for _, resource in values.resources():
        own = resource.get("Properties", {})
        if resource.get("Type") == "AWS::Lambda::Alias" and _is_of(
            values, own.get("FunctionName"), logical, properties
        ):
            found.append(values.known(own.get("Name", "")))
    if function.alias not in found and None not in found:
        what = f"has no alias {function.alias}, which releases move"
        other = f"it has {', '.join(each for each in found if each)}" if found else ""
        cure = "add an AWS::Lambda::Version and an AWS::Lambda::Alias, as docs/how-to/template.md shows"
        yield Fault(f"{values.where}: {logical}", what, other, cure)


def _is_of(values: TemplateValues, named: object, logical: str, properties: Mapping[str, object]) -> bool:
    """Whether an alias names this function: by a reference, or by its name or ARN."""
    if named in ({"Ref": logical}, {"Fn::GetAtt": [logical, "Arn"]}):
        return True
    name, wanted = values.known(named), values.known(properties.get("FunctionName", logical))
    return name is None or (wanted is not None and name.rpartition(":")[2] == wanted)
