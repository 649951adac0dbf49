"""Where interactions go: the URL that the stage's stack has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from deploy.errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploy.aws.stacks import StackOutput
    from deploy.settings import DiscordApplication, Stage

TIMEOUT_SECONDS = (5, 20)


def of_stack(stage: Stage, application: DiscordApplication) -> str:
    """Ask AWS; raise AwsError where it refuses, ConfigError where the stack has no such output."""
    from deploy.aws.connection import connect
    from deploy.release import stack

    _demand(application)
    return of_outputs(stage, application, stack.outputs(connect(stage), stage))


def of_outputs(stage: Stage, application: DiscordApplication, outputs: Sequence[StackOutput]) -> str:
    """Pick the URL among a stack's outputs; raise ConfigError where it is not there."""
    name = _demand(application)
    found = {output.key: output.value for output in outputs}
    if name not in found:
        there = f"it has {', '.join(sorted(found))}" if found else "there is no such stack, or it has no outputs"
        where = f"stack {stage.stack}"
        raise ConfigError([Fault(where, f"has no output {name}", there, "deploy the stage first")])
    return found[name]


def unsigned(url: str) -> tuple[int | None, str]:
    """Send a PING that nobody signed; return the answer's status, or None and why there is none."""
    try:
        answer = requests.post(url, json={"type": 1}, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        return None, type(error).__name__
    return answer.status_code, answer.reason


def _demand(application: DiscordApplication) -> str:
    if application.endpoint is None:
        cure = "name the stack's output that is the URL, or give the URL itself"
        raise ConfigError([Fault("discord.endpoint", "is missing", cure=cure)])
    return application.endpoint
