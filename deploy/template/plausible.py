"""A value for a parameter of a template that has no default."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def plausible(definition: Mapping[str, Any], account: str) -> str:
    """Make up a value that a parameter without a default would accept."""
    if allowed := definition.get("AllowedValues"):
        return str(allowed[0])
    if definition.get("Type") == "Number":
        return str(definition.get("MinValue", 1))
    pattern = re.compile(str(definition.get("AllowedPattern", ".*")))
    lengths = [int(definition.get("MinLength", 1)), 64, 32, 18, 12, 10, 1]
    candidates = [
        "none",
        *(digit * length for length in lengths for digit in "0a"),
        f"arn:aws:iam::{account}:role/none",
    ]
    fitting = [each for each in candidates if pattern.fullmatch(each) and len(each) >= lengths[0]]
    return (fitting or ["none"])[0]
