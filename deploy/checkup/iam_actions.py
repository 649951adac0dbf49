"""What a deploy asks of AWS, as IAM names it, and what each call is made on: from what the tests recorded of one.

Which of it a project needs is told by what it declares: layers that are shared, channels, a stack, a bucket.

What CloudFormation does in turn, with the same credentials, when the template changes is not here: that is the
template's to decide, and CloudFormation says what it lacks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws.calls import recorded
from ..share import channels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..settings import Layer, Settings, Stage

_ALWAYS_ALLOWED = {"sts:GetCallerIdentity"}
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: a policy cannot even deny it."""

_BY_LAMBDA = {"s3:PutObject": ("s3:PutObject", "s3:GetObject")}
"""Lambda reads an upload with the rights of whoever names it: the call that makes it, and what that takes besides."""


@dataclass(frozen=True)
class _Place:
    """A stage of a project in an account: what the words of a recorded resource stand for."""

    settings: Settings
    stage: Stage
    partition: str
    account: str

    def declared(self) -> set[str]:
        return {name for name in ("share", "channels", "stack") if self._declares(name)}

    def _declares(self, feature: str) -> bool:
        return self.settings.has_stack if feature == "stack" else bool(self._layers({feature}))

    def _layers(self, features: set[str] | frozenset[str]) -> list[Layer]:
        """Return the layers that declare what a call was recorded with."""
        wanted = features & {"share", "channels"}
        return [each for each in self.settings.layers.values() if all(getattr(each, name) for name in wanted)]

    def arns(self, resource: str, features: frozenset[str]) -> Iterator[str]:
        """Yield the ARNs that a recorded resource stands for here; none for what is not the project's own."""
        service, _, name = resource.partition(":")
        everywhere = service == "ssm" or "LAYER" in name
        for region in self.stage.regions if everywhere else (self.stage.region,):
            start = f"arn:{self.partition}:{service}:{region}:{self.account}:"
            yield from (f"{start}{each}" for each in self._named(name, features))
        if name.startswith("BUCKET"):
            buckets = {bucket for region in self.stage.regions if (bucket := self.stage.bucket_in(region))}
            yield from (f"arn:{self.partition}:s3:::{name.replace('BUCKET', each)}" for each in sorted(buckets))
        if resource == "*":
            yield resource

    def _named(self, name: str, features: frozenset[str]) -> Iterator[str]:
        numbered = name.replace("VERSION", "1")
        if "FUNCTION" in name:
            for function in self.settings.functions.values():
                yield numbered.replace("FUNCTION", f"{function.name}{self.stage.suffix}")
        elif "LAYER" in name:
            yield from (numbered.replace("LAYER", layer.name) for layer in self._layers(features))
        elif "STACK" in name:
            yield name.replace("STACK", self.stage.stack)
        elif "CHANNEL" in name:
            for layer in self._layers({"channels"}):
                for target in self.settings.targets:
                    held = channels.name(self.settings, layer, channels.NEXT, target)
                    yield name.replace("CHANNEL", held.removeprefix("/"))


def by_resource(settings: Settings, stage: Stage, partition: str, account: str) -> Mapping[str, tuple[str, ...]]:
    """Return the actions that a deploy of the stage needs on each resource, by its ARN; a version's number is 1."""
    place = _Place(settings, stage, partition, account)
    found: defaultdict[str, list[str]] = defaultdict(list)
    declared = place.declared()
    for action, call in recorded()["deploy"].items():
        if action in _ALWAYS_ALLOWED or not call.features <= declared:
            continue
        for resource in call.on:
            for arn in place.arns(resource, call.features):
                found[arn] += _BY_LAMBDA.get(action, (action,))
    return {arn: tuple(actions) for arn, actions in found.items()}
