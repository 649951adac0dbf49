"""The credentials: whether there are any, and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import AwsError
from .findings import of_faults, ok, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..aws.connection import Aws
    from ..aws.identity import Identity
    from ..settings import Stage
    from .findings import Finding


def credentials(stage: Stage, connect: Callable[[], Aws], caller: Callable[[], Identity]) -> Iterator[Finding]:
    """Sign in as a deploy would; `connect` and `caller` raise AwsError where that is refused."""
    try:
        aws, identity = connect(), caller()
    except AwsError as error:
        yield from of_faults(error, "broken")
        return
    yield ok(f"signed in as {identity.arn}")
    where = "AWS" if aws.is_amazons else aws.functions.meta.endpoint_url
    if stage.account:
        yield ok(f"account {aws.account} is the stage's, in {aws.region} of {where}")
    else:
        cause = "credentials of another account would deploy there, unnoticed"
        cure = f'set stages.{stage.name}.account: "{aws.account}" in config/pipeline.yaml'
        yield warning(f"no account is named for stage {stage.name}; this is {aws.account}, {aws.region}", cause, cure)
    if identity.is_root:
        cause = "root may do everything, and nothing can be taken from it"
        yield warning("these are the account's root user's credentials", cause, "deploy with a role of its own")
