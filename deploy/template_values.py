"""Works out the values of a CloudFormation template without asking AWS.

What only exists after a deploy gets a value of the right shape: a queue's URL, an ARN.
"""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from . import template_references
from .errors import ConfigError, Fault, suggest
from .keys import document
from .template.plausible import plausible
from .template.short_forms import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .template.source import ProjectTemplate

ACCOUNT = "123456789012"
_FUNCTIONS = {"AWS::Lambda::Function", "AWS::Serverless::Function"}
_NOTHING = object()
_UNTYPED = "is no resource: it has no Type"
_INVENTED = {"AWS::AccountId", "AWS::StackId", "AWS::StackName", "AWS::Partition", "AWS::URLSuffix"}
_NOTIFIED = {"AWS::NotificationARNs"}
# What stands before the name in the ARN of a resource, where anything does.
_IN_ARNS = {
    "AWS::DynamoDB::Table": "table/",
    "AWS::IAM::Role": "role/",
    "AWS::Lambda::Function": "function:",
    "AWS::Logs::LogGroup": "log-group:",
    "AWS::SSM::Parameter": "parameter/",
    "AWS::SecretsManager::Secret": "secret:",
}


@dataclass(frozen=True)
class TemplateValues:
    """Works out a template's values: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html."""

    where: str
    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    region: str
    pseudo: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        stack = "verification"
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::NoValue": _NOTHING,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackId": f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:stack/{stack}/0",
            "AWS::StackName": stack,
            "AWS::URLSuffix": "amazonaws.com",
        }
        object.__setattr__(self, "pseudo", pseudo)

    @classmethod
    def of(cls, source: ProjectTemplate, parameters: Mapping[str, str], region: str) -> TemplateValues:
        """Read a template; raise ConfigError where it is none."""
        try:
            template = parsed(source.body)
        except yaml.YAMLError as error:
            raise ConfigError([document.unusable(source.where, source.body, error)]) from error
        if not isinstance(template, dict):
            cure = "write one, or correct `template` in config/pipeline.yaml"
            raise ConfigError([Fault(source.where, "is no CloudFormation template", cure=cure)])
        return cls(source.where, template, parameters, region)

    def resources(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield every resource by its name in the template."""
        yield from ((name, each) for name, each in self._section("Resources") if isinstance(each, dict))

    def functions(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Yield the properties of every function, with those that SAM has for all."""
        common = dict(self._section("Globals")).get("Function", {})
        for logical, resource in self.resources():
            if resource.get("Type") in _FUNCTIONS:
                own = resource.get("Properties", {})
                yield logical, {**common, **own} if resource["Type"].startswith("AWS::Serverless") else own

    def parameters_declared(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Yield the definition of every parameter."""
        yield from self._section("Parameters")

    def _section(self, name: str) -> Iterator[tuple[str, Any]]:
        found = self.template.get(name)
        yield from found.items() if isinstance(found, dict) else ()

    def faults(self) -> Iterator[Fault]:
        """Yield what no stack can be made of: no resources, one without a type, references that lead nowhere."""
        if not list(self.resources()):
            yield Fault(self.where, "has no Resources")
        for name, each in self._section("Resources"):
            if name.startswith("Fn::ForEach"):
                return
            if not isinstance(each, dict) or not isinstance(each.get("Type"), str):
                yield Fault(f"{self.where}: {name}", _UNTYPED)
        if "Transform" in self.template:
            return  # which may define more
        there = {*self.pseudo, *_NOTIFIED, *dict(self._section("Parameters")), *dict(self._section("Resources"))}
        for section in ("Conditions", "Resources", "Outputs"):
            for name, each in self._section(section):
                for lost in dict.fromkeys(template_references.named(each)):
                    if lost not in there:
                        what = f"refers to {lost}, which is not defined"
                        yield Fault(f"{self.where}: {name}", what, cure=suggest(lost, there))

    def known(self, raw: object) -> str | None:
        """Return a value as text; None where it depends on what is not known here."""
        declared = dict(self._section("Parameters"))
        for name in template_references.of(raw, dict(self._section("Conditions"))):
            without = name in declared and name not in self.parameters
            if without and "Default" in declared[name]:
                continue
            if without or name in {template_references.UNKNOWN, *_INVENTED}:
                return None
        return self.text(raw)

    def value(self, raw: object) -> Any:
        """Resolve a value and all that is in it."""
        if isinstance(raw, list):
            return [value for each in raw if (value := self.value(each)) is not _NOTHING]
        if not isinstance(raw, dict):
            return raw
        if len(raw) == 1:
            name, argument = next(iter(raw.items()))
            if name == "Ref" or str(name).startswith("Fn::"):
                return self._worked_out(name, argument)
        return {key: value for key, each in raw.items() if (value := self.value(each)) is not _NOTHING}

    def text(self, raw: object) -> str:
        return plain(self.value(raw))

    def _worked_out(self, name: str, argument: object) -> object:
        """Work out a function; raise ConfigError where its arguments are none that it takes."""
        try:
            return self._ref(argument) if name == "Ref" else self._function(name, argument)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            what = f"{name} of {textwrap.shorten(json.dumps(argument, default=str), 60)} cannot be worked out"
            raise ConfigError([Fault(self.where, what, f"{type(error).__name__}: {error}", "correct it")]) from error

    def _function(self, name: str, argument: object) -> object:
        known: Mapping[str, Callable[[Any], object]] = {
            "Fn::Base64": self.text,
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": lambda pair: self._attribute(pair[0], self.text(pair[1])),
            "Fn::If": lambda three: self.value(three[1] if self._holds(three[0]) else three[2]),
            "Fn::ImportValue": self.text,
            "Fn::Join": lambda pair: pair[0].join(plain(each) for each in self.value(pair[1])),
            "Fn::Select": lambda pair: self.value(pair[1])[int(self.text(pair[0]))],
            "Fn::Split": lambda pair: self.text(pair[1]).split(pair[0]),
            "Fn::Sub": self._sub,
        }
        if name not in known:
            raise ConfigError([Fault(self.where, f"{name} is not worked out here", cure="use another function")])
        return known[name](argument)

    def _ref(self, name: Any) -> object:
        if name in self.pseudo:
            return self.pseudo[name]
        if name in dict(self._section("Parameters")):
            return self._parameter(name)
        return self._identity(name)

    def _parameter(self, name: str) -> str:
        definition = self.template["Parameters"][name]
        if name in self.parameters:
            return self.parameters[name]
        return str(definition["Default"]) if "Default" in definition else plausible(definition, ACCOUNT)

    def _identity(self, logical: str) -> str:
        """Return what a Ref to a resource gives: for a queue its URL, for a topic or secret its ARN, else its name."""
        kind, name = self._resource(logical)
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{self.region}.amazonaws.com/{ACCOUNT}/{name}"
        if kind in {"AWS::SNS::Topic", "AWS::SecretsManager::Secret"}:
            return self._attribute(logical, "Arn")
        return name

    def _attribute(self, logical: str, attribute: str) -> str:
        kind, name = self._resource(logical)
        service = kind.partition("::")[2].partition("::")[0].lower()
        if attribute.endswith("Arn"):
            where = "" if service == "s3" else f"{'' if service == 'iam' else self.region}:{ACCOUNT}"
            return f"arn:aws:{service}:{where or ':'}:{_IN_ARNS.get(kind, '')}{name}"
        return self._identity(logical) if attribute == "QueueUrl" else name

    def _resource(self, logical: str) -> tuple[str, str]:
        """Return the type and the name of a resource; CloudFormation would make up a name where none is given."""
        resource = self.template.get("Resources", {}).get(logical)
        if resource is None:
            raise ConfigError([Fault(self.where, f"refers to {logical}, which it does not define")])
        if not isinstance(resource, dict) or "Type" not in resource:
            raise ConfigError([Fault(f"{self.where}: {logical}", _UNTYPED)])
        kind = str(resource["Type"])
        properties = resource.get("Properties") or {}
        given = properties.get(f"{kind.rpartition('::')[2]}Name", properties.get("Name"))
        return kind, logical if given is None else self.text(given)

    def _sub(self, argument: Any) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def replaced(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in own:
                return self.text(own[name])
            return self._attribute(*name.split(".", 1)) if "." in name else plain(self._ref(name))

        return re.sub(r"\$\{([^}]+)\}", replaced, text)

    def _find_in_map(self, path: list[object]) -> object:
        found = self.template.get("Mappings", {})
        for key in path[:3]:
            found = found[self.text(key)]
        return found

    def _holds(self, condition: Any) -> bool:
        if isinstance(condition, str):
            return self._holds(self.template["Conditions"][condition])
        name, argument = next(iter(condition.items()))
        match name:
            case "Condition":
                return self._holds(argument)
            case "Fn::Not":
                return not self._holds(argument[0])
            case "Fn::And":
                return all(self._holds(each) for each in argument)
            case "Fn::Or":
                return any(self._holds(each) for each in argument)
            case _:
                return self.text(argument[0]) == self.text(argument[1])


def plain(value: object) -> str:
    """Write a value as CloudFormation hands it to Lambda: everything is text there."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(plain, value)) if isinstance(value, list) else str(value)
