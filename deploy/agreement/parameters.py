"""Whether a stage gives the template's parameters what they need, as CloudFormation would judge it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import Fault, suggest
from ..settings import FromEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..settings import Stage
    from ..template_values import TemplateValues

GIVEN = ("NameSuffix", "Stage")
"""Parameters that the pipeline fills in where the template has them."""


def given(stage: Stage, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the values that are known of a stage's parameters, and what the pipeline fills in."""
    named = {
        key: value if isinstance(value, str) else environment.get(value.variable)
        for key, value in stage.parameters.items()
    }
    filled = {"NameSuffix": stage.suffix, "Stage": stage.name}
    return filled | {key: value for key, value in named.items() if value is not None}


def faults(values: TemplateValues, stage: Stage) -> Iterator[Fault]:
    """Yield the parameters that the template does not have, those that it misses, and values that it does not allow."""
    declared = dict(values.parameters_declared())
    where = f"stages.{stage.name}.parameters"
    for name in stage.parameters:
        if name not in declared:
            yield Fault(f"{where}.{name}", f"{values.where} has no such parameter", cure=suggest(name, declared))
    for name, definition in declared.items():
        if name not in {*stage.parameters, *GIVEN} and "Default" not in definition:
            what = f"is required by {values.where} and missing"
            yield Fault(f"{where}.{name}", what, cure="give it text or {env: NAME}")
        elif name in values.parameters and (why := _refused(values.parameters[name], definition)):
            yield Fault(_origin(stage, name), f"is {_shown(stage, name, values)}, and {why}", cure=_cure(definition))


def _origin(stage: Stage, name: str) -> str:
    """Say where a value is written."""
    if name in stage.parameters:
        return f"stages.{stage.name}.parameters.{name}"
    return f"stages.{stage.name}.suffix" if name == "NameSuffix" else f"stages.{stage.name}"


def _shown(stage: Stage, name: str, values: TemplateValues) -> str:
    """Show a value, but for one of the environment, which may be a secret."""
    given = stage.parameters.get(name)
    return f"in {given.variable}" if isinstance(given, FromEnvironment) else repr(values.parameters[name])


def _refused(value: str, definition: Mapping[str, Any]) -> str:
    """Say why CloudFormation would refuse a value; nothing where it would not."""
    allowed = definition.get("AllowedValues")
    if allowed is not None and value not in list(map(_text, allowed)):
        return f"one of {', '.join(map(_text, allowed))} is allowed"
    if "AllowedPattern" in definition and not _matches(str(definition["AllowedPattern"]), value):
        return f"{definition['AllowedPattern']} is asked for"
    if len(value) < int(definition.get("MinLength", 0)):
        return f"at least {definition['MinLength']} characters are asked for"
    if "MaxLength" in definition and len(value) > int(definition["MaxLength"]):
        return f"at most {definition['MaxLength']} characters are allowed"
    return _out_of_range(value, definition) if definition.get("Type") == "Number" else ""


def _out_of_range(value: str, definition: Mapping[str, Any]) -> str:
    try:
        number = float(value)
    except ValueError:
        return "a number is asked for"
    if number < float(definition.get("MinValue", number)) or number > float(definition.get("MaxValue", number)):
        return f"{definition.get('MinValue', 'any')} to {definition.get('MaxValue', 'any')} is allowed"
    return ""


def _matches(pattern: str, value: str) -> bool:
    """Whether all of a value matches. A pattern that only Java knows is CloudFormation's to judge."""
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True


def _cure(definition: Mapping[str, object]) -> str:
    return str(definition.get("ConstraintDescription", ""))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
