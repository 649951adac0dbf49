"""The ARN of a layer version, as AWS writes it: arn:aws:lambda:eu-central-1:123456789012:layer:tiny:3.

https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html; the partitions are those of
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html: aws, aws-cn, aws-us-gov, and what AWS adds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import AwsError, Fault

_FORM = re.compile(
    r"arn:(?P<partition>aws(?:-[a-z0-9]+)*):lambda:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12})"
    r":layer:(?P<name>[A-Za-z0-9_-]+):(?P<version>[0-9]+)"
)
WRITTEN = "arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION"


@dataclass(frozen=True, order=True, kw_only=True)
class LayerVersionArn:
    """A layer version of any account: `account` are its 12 digits, `name` is the layer's."""

    partition: str
    region: str
    account: str
    name: str
    version: int

    @classmethod
    def match(cls, text: str) -> LayerVersionArn | None:
        """Read an ARN; None where the text is not the ARN of a layer version.

        >>> LayerVersionArn.match("arn:aws:lambda:eu-central-1:123456789012:layer:tiny") is None
        True
        """
        found = _FORM.fullmatch(text)
        if found is None:
            return None
        return cls(
            partition=found["partition"],
            region=found["region"],
            account=found["account"],
            name=found["name"],
            version=int(found["version"]),
        )

    @classmethod
    def parse(cls, text: str) -> LayerVersionArn:
        """Read an ARN; raise AwsError where the text is not the ARN of a layer version."""
        found = cls.match(text)
        if found is None:
            raise AwsError([Fault(text, "is not the ARN of a layer version", cure=f"it has the form {WRITTEN}")])
        return found

    @property
    def short(self) -> str:
        """The layer and the version, as people name them.

        >>> LayerVersionArn.parse("arn:aws:lambda:eu-central-1:123456789012:layer:tiny:12").short
        'tiny:12'
        """
        return f"{self.name}:{self.version}"

    def __str__(self) -> str:
        return f"arn:{self.partition}:lambda:{self.region}:{self.account}:layer:{self.name}:{self.version}"
