"""Parameters of SSM Parameter Store, looked at without reading what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.aws.refusals import asking

if TYPE_CHECKING:
    from deploy.aws.connection import Aws

SECURE = "SecureString"


def kind(aws: Aws, name: str) -> str | None:
    """Return a parameter's type, "SecureString" for one that is encrypted; None where there is none.

    It is not decrypted. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
    """
    with asking("ssm:GetParameter", name):
        try:
            return aws.parameters.get_parameter(Name=name, WithDecryption=False)["Parameter"]["Type"]
        except aws.parameters.exceptions.ParameterNotFound:
            return None
