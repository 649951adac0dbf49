"""Where interactions go: the URL that the stage's stack has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.errors import ConfigError, Fault

if TYPE_CHECKING:
    from deploy.settings import DiscordApplication, Stage


def of_stack(stage: Stage, application: DiscordApplication) -> str:
    """Ask AWS; raise AwsError where it refuses, ConfigError where the stack has no such output."""
    from deploy.aws.connection import connect
    from deploy.release import stack

    if application.endpoint is None:
        cure = "name the stack's output that is the URL, or give the URL itself"
        raise ConfigError([Fault("discord.endpoint", "is missing", cure=cure)])
    outputs = {output.key: output.value for output in stack.outputs(connect(stage), stage)}
    if application.endpoint not in outputs:
        there = f"it has {', '.join(sorted(outputs))}" if outputs else "there is no such stack, or it has no outputs"
        where = f"stack {stage.stack}"
        raise ConfigError([Fault(where, f"has no output {application.endpoint}", there, "deploy the stage first")])
    return outputs[application.endpoint]
