"""A function version as it was published: its code and layers, downloaded back from AWS, and its configuration."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws import functions, layers
from ..errors import AwsError, Fault
from ..layer.opt_folder import unpacked
from ..layer.template_environment import LEAST_MEMORY, lambda_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..aws.functions import FunctionState
    from ..published.downloads import Downloads

_DEFAULT_TIMEOUT = 3


@dataclass(frozen=True, kw_only=True)
class Published:
    """A version and all that it runs from: files by path below /var/task and /opt, and its environment.

    `timeout` is in seconds, `memory` in MB.
    """

    name: str
    version: str
    runtime: str
    handler: str
    timeout: int
    memory: int
    environment: Mapping[str, str]
    task: Mapping[str, bytes]
    opt: Mapping[str, bytes]

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"


def fetch(downloads: Downloads, name: str, version: str) -> Published:
    """Download a version; raise AwsError where it, its code or one of its layers cannot be had."""
    state = functions.read(downloads.aws, name, version)
    if state is None:
        raise AwsError([Fault(f"{name}:{version}", "there is no such version")])
    task = unpacked([io.BytesIO(downloads.code(name, version, state.sha256))])
    opt = unpacked(io.BytesIO(_layer(downloads, arn)) for arn in state.layers)
    runtime = str(state.configuration["Runtime"])
    memory = int(state.configuration.get("MemorySize", LEAST_MEMORY))
    return Published(
        name=name,
        version=version,
        runtime=runtime,
        handler=str(state.configuration["Handler"]),
        timeout=int(state.configuration.get("Timeout", _DEFAULT_TIMEOUT)),
        memory=memory,
        environment={
            **lambda_environment(name, downloads.aws.region, memory=memory, runtime=runtime),
            "AWS_LAMBDA_FUNCTION_VERSION": version,
            **_variables(state),
        },
        task=task,
        opt=opt,
    )


def _layer(downloads: Downloads, arn: str) -> bytes:
    found = layers.read(downloads.aws, arn)
    if found is None:
        raise AwsError([Fault(arn, "was deleted; Lambda goes on with it where it is attached, this machine cannot")])
    return downloads.layer(found[1], arn)


def _variables(state: FunctionState) -> Mapping[str, str]:
    variables: Mapping[str, str] = state.configuration.get("Environment", {}).get("Variables", {})
    return variables
