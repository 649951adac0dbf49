"""What a deploy asks of AWS, as IAM names it, and what each call is made on.

The names are those that `deploy.aws.refusals.asking` is given before a call; a test deploys for real and compares
what was asked with what is here. Which kind of resource an action has is told by
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html and its neighbours.

What CloudFormation does in turn, with the same credentials, when the template changes is not here: that is the
template's to decide, and CloudFormation says what it lacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..settings import Settings, Stage

ANY = ("cloudformation:GetTemplateSummary", "lambda:ListLayerVersions")
"""Actions that no resource can be named for: a policy allows them on "*"."""

FUNCTION = (
    "lambda:CreateAlias",
    "lambda:DeleteAlias",
    "lambda:GetAlias",
    "lambda:GetFunction",
    "lambda:GetFunctionConfiguration",
    "lambda:ListAliases",
    "lambda:ListVersionsByFunction",
    "lambda:PublishVersion",
    "lambda:UpdateAlias",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
)
VERSION = ("lambda:InvokeFunction",)
"""The health check asks a version: a policy has to name `function:NAME:*`, the name alone does not cover it.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
"""
LAYER = ("lambda:PublishLayerVersion",)
LAYER_VERSION = ("lambda:GetLayerVersion",)
"""Also what attaching a layer to a function takes."""

STACK = (
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:ListStackResources",
)
BUCKET = ("s3:PutObject",)


def by_resource(settings: Settings, stage: Stage, partition: str, account: str) -> Mapping[str, tuple[str, ...]]:
    """Return the actions that a deploy of the stage needs on each resource, by its ARN."""
    region = f"{stage.region}:{account}"
    found: dict[str, tuple[str, ...]] = {"*": ANY if settings.has_stack else ANY[1:]}
    for function in settings.functions.values():
        arn = f"arn:{partition}:lambda:{region}:function:{function.name}{stage.suffix}"
        found |= {arn: FUNCTION, f"{arn}:1": VERSION}
    for layer in settings.layers:
        arn = f"arn:{partition}:lambda:{region}:layer:{layer}"
        found |= {arn: LAYER, f"{arn}:1": LAYER_VERSION}
    if settings.has_stack:
        found[f"arn:{partition}:cloudformation:{region}:stack/{stage.stack}/*"] = STACK
    if stage.bucket:
        found[f"arn:{partition}:s3:::{stage.bucket}/channelwright/*"] = BUCKET
    return found


def actions() -> Iterator[str]:
    """Yield every action that a deploy may need, whatever the project has."""
    for group in (ANY, FUNCTION, VERSION, LAYER, LAYER_VERSION, STACK, BUCKET):
        yield from group
