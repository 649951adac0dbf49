"""Where interactions go: the URL that the stage's stack has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from deploy.errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploy.settings import Stage

TIMEOUT_SECONDS = (5, 20)


def of_stack(stage: Stage, output: str | None) -> str:
    """Ask AWS; raise AwsError where it refuses, ConfigError where the stack has no such output."""
    from deploy.aws.connection import connect
    from deploy.release import stack

    _demand(output)
    found = stack.outputs(connect(stage), stage)
    return of_outputs(stage, output, {each.key: each.value for each in found})


def of_outputs(stage: Stage, output: str | None, outputs: Mapping[str, str]) -> str:
    """Pick the URL among a stack's outputs; raise ConfigError where it is not there."""
    name = _demand(output)
    if name not in outputs:
        there = f"it has {', '.join(sorted(outputs))}" if outputs else "there is no such stack, or it has no outputs"
        where = f"stack {stage.stack}"
        raise ConfigError([Fault(where, f"has no output {name}", there, "deploy the stage first")])
    return outputs[name]


def unsigned(url: str) -> tuple[int | None, str]:
    """Send a PING that nobody signed; return the answer's status, or None and why there is none."""
    try:
        answer = requests.post(url, json={"type": 1}, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        return None, type(error).__name__
    return answer.status_code, answer.reason


def _demand(output: str | None) -> str:
    if output is None:
        cure = "name the stack's output in the module's own --endpoint, in config/pipeline.yaml, or give the URL itself"
        raise ConfigError([Fault("--endpoint", "names no output", cure=cure)])
    return output
