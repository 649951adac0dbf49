"""What each command asks of AWS, as the tests recorded it: calls.json, which they write and compare with every run.

An action is named as in an IAM policy. A resource is an ARN from its service on, without region and account, with the
configuration's own names as words: `lambda:function:FUNCTION`, `lambda:layer:LAYER:VERSION`, `ssm:parameter/CHANNEL`,
`cloudformation:stack/STACK/*`; "*" where AWS judges by none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("calls.json")


@dataclass(frozen=True)
class RecordedCall:
    """What an action is asked on, and what all projects declared that it was recorded with: share, channels, a stack.

    A project that declares none of those never asks for it.
    """

    on: tuple[str, ...]
    features: frozenset[str]


@cache
def recorded() -> dict[str, dict[str, RecordedCall]]:
    """Return the calls of each command that asks AWS anything, by action."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        command: {action: RecordedCall(tuple(call["on"]), frozenset(call["with"])) for action, call in actions.items()}
        for command, actions in found.items()
    }
