"""SecureString parameters: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-securestring.html."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.aws.refusals import asking

if TYPE_CHECKING:
    from deploy.aws.connection import Aws


def keep(aws: Aws, name: str, value: str) -> None:
    """Keep a value encrypted under the account's own key, in place of the one that is there."""
    with asking("ssm:PutParameter", name):
        aws.parameters.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
