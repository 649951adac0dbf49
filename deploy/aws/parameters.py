"""SSM parameters: of plain text read and written, encrypted ones kept and looked at without reading them.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..errors import AwsError, Fault
from .refusals import asking, once

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .connection import Aws

VALUE = 4096
"""Bytes that a parameter of the standard tier may have."""

NAME = 1011
"""Characters that a name may have, counted with the ARN before it."""

LEVELS = 15
"""Levels that a name may have, the last one counted."""

_AT_ONCE = 10  # names that GetParameters takes
_RULES = "https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html"


@dataclass(frozen=True)
class Parameter:
    """A parameter's text, and how often it was written: each write counts `version` up by one."""

    name: str
    value: str
    version: int


def read(aws: Aws, names: Sequence[str]) -> Mapping[str, Parameter]:
    """Read those of these parameters that exist, by name. A secret one shows as what it is encrypted to."""
    found: dict[str, Parameter] = {}
    for start in range(0, len(names), _AT_ONCE):
        some = list(names[start : start + _AT_ONCE])
        with asking("ssm:GetParameters", " ".join(some)):
            answer = aws.parameters.get_parameters(Names=some)
        found |= {
            each["Name"]: Parameter(each["Name"], each["Value"], each["Version"]) for each in answer["Parameters"]
        }
    return found


def write(aws: Aws, name: str, value: str, *, description: str, new: bool) -> int:
    """Write a parameter; return which version of it that made.

    `new` refuses to overwrite one. Raises AwsError, before AWS is asked, where the name or the value cannot be one. It
    is sent once: where AwsError tells that the answer was lost, it may be written.
    """
    if faults := list(unfit(aws, name, value)):
        raise AwsError(faults)
    with asking("ssm:PutParameter", name), once(aws.parameters, "PutParameter"):
        made = aws.parameters.put_parameter(
            Name=name, Value=value, Type="String", Overwrite=not new, Description=description
        )
    return made["Version"]


def delete(aws: Aws, name: str) -> None:
    """Delete a parameter; there is no error where it is gone already."""
    with asking("ssm:DeleteParameter", name):
        try:
            aws.parameters.delete_parameter(Name=name)
        except aws.parameters.exceptions.ParameterNotFound:
            return


def unfit(aws: Aws, name: str, value: str) -> Iterator[Fault]:
    """Yield what SSM would refuse of a name and a value; the rules are those of its user's guide."""
    where = f"ssm:PutParameter {name}"
    if not re.fullmatch(r"(/[a-zA-Z0-9_.-]+)+", name):
        yield Fault(where, "is no name: levels of letters, digits, dots, hyphens and underscores, a / before each")
    if re.match(r"/?(aws|ssm)", name, re.IGNORECASE):
        yield Fault(where, "begins with aws or ssm, which AWS keeps for itself", _RULES)
    if (levels := name.count("/")) > LEVELS:
        yield Fault(where, f"has {levels} levels; SSM allows {LEVELS}", _RULES, "shorten layers.<name>.channels")
    if (length := len(arn(aws, name))) > NAME:
        yield Fault(where, f"has {length} characters with its ARN; SSM allows {NAME}", _RULES, "shorten it")
    if not 0 < (size := len(value.encode())) <= VALUE:
        yield Fault(where, f"would hold {size:,} bytes; a standard parameter holds 1 to {VALUE:,}")


def arn(aws: Aws, name: str) -> str:
    partition = aws.session.get_partition_for_region(aws.region)
    return f"arn:{partition}:ssm:{aws.region}:{aws.account}:parameter{name}"


SECURE: Final = "SecureString"
"""https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-securestring.html."""


def kind(aws: Aws, name: str) -> str | None:
    """Return a parameter's type, "SecureString" for one that is encrypted; None where there is none.

    It is not decrypted. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
    """
    with asking("ssm:GetParameter", name):
        try:
            return aws.parameters.get_parameter(Name=name, WithDecryption=False)["Parameter"]["Type"]
        except aws.parameters.exceptions.ParameterNotFound:
            return None


def keep_secret(aws: Aws, name: str, value: str) -> None:
    """Keep a value encrypted under the account's own key, in place of the one that is there."""
    with asking("ssm:PutParameter", name):
        aws.parameters.put_parameter(Name=name, Value=value, Type=SECURE, Overwrite=True)
