"""Encrypted parameters of SSM Parameter Store: kept, and looked at without reading what they hold.

https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-securestring.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .refusals import asking

if TYPE_CHECKING:
    from .connection import Aws

SECURE: Final = "SecureString"


def kind(aws: Aws, name: str) -> str | None:
    """Return a parameter's type, "SecureString" for one that is encrypted; None where there is none.

    It is not decrypted. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
    """
    with asking("ssm:GetParameter", name):
        try:
            return aws.parameters.get_parameter(Name=name, WithDecryption=False)["Parameter"]["Type"]
        except aws.parameters.exceptions.ParameterNotFound:
            return None


def keep(aws: Aws, name: str, value: str) -> None:
    """Keep a value encrypted under the account's own key, in place of the one that is there."""
    with asking("ssm:PutParameter", name):
        aws.parameters.put_parameter(Name=name, Value=value, Type=SECURE, Overwrite=True)
