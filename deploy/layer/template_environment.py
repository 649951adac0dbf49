"""The environment that a function has: what the CloudFormation template gives it, and what Lambda sets itself."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ConfigError, Fault
from ..template import source
from ..template_values import TemplateValues, plain
from .evidence import FunctionUnderTest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..settings import Function, Settings
    from ..template.source import ProjectTemplate

# Where functions believe to be while they are tried; no stage is asked, so that one trial serves all of them.
TRIAL_REGION = "us-east-1"
LEAST_MEMORY = 128
"""MB that a function has where nothing says how much: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What a template gives a function: its own variables, and its memory in MB."""

    environment: Mapping[str, str]
    memory: int


NOTHING_DECLARED = Declared(environment={}, memory=LEAST_MEMORY)
"""What a function is given where the project has no template."""


def declared(template: ProjectTemplate, function_name: str, parameters: Mapping[str, str], region: str) -> Declared:
    """Return what the template gives the function of this name, the stage's suffix included.

    Raises ConfigError where the template cannot be read, has no such function, or uses what is not known here.
    """
    values = TemplateValues.of(template, parameters, region)
    functions = {
        values.text(properties.get("FunctionName", logical)): properties for logical, properties in values.functions()
    }
    if function_name not in functions:
        found = ", ".join(sorted(functions)) or "none"
        cure = "give both the same FunctionName and `name` + `suffix`, or the stage the parameters that make them equal"
        raise ConfigError([Fault(template.where, f"has no function named {function_name}; it has {found}", cure=cure)])
    own = functions[function_name]
    variables = values.value(own.get("Environment", {})) or {}
    memory = values.text(own.get("MemorySize", LEAST_MEMORY))
    if not memory.isdecimal():
        raise ConfigError(
            [Fault(f"{template.where}: {function_name}", f"MemorySize is {memory}", cure="give it in MB")]
        )
    return Declared(
        environment={name: plain(value) for name, value in variables.get("Variables", {}).items()}, memory=int(memory)
    )


def under_test(settings: Settings, function: Function) -> FunctionUnderTest:
    """Return a function with the environment and the memory of the template, as far as no stage decides them.

    Raises ConfigError as `declared` does.
    """
    template = source.read(settings)
    own = declared(template, function.name, {}, TRIAL_REGION) if template else NOTHING_DECLARED
    given = lambda_environment(function.name, TRIAL_REGION, memory=own.memory, runtime=settings.runtime)
    return FunctionUnderTest(
        key=function.key,
        handler=function.handler,
        layers=function.layers,
        health=function.health,
        trial=function.trial,
        memory=own.memory,
        target=settings.targets[0],
        bytecode=settings.code_of(function).bytecode,
        environment={**given, **own.environment},
    )


def lambda_environment(function_name: str, region: str, *, memory: int, runtime: str) -> dict[str, str]:
    """Return the variables that Lambda sets: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.

    The credentials are of the right shape, the same for each function, and open nothing: nothing in here tells a trial
    from Lambda. PATH and LD_LIBRARY_PATH are the sandbox's.
    """
    return {
        **_credentials(function_name),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function_name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function_name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"2026/01/01/[1]{hashlib.sha256(function_name.encode()).hexdigest()[:32]}",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
    }


def _credentials(seed: str) -> dict[str, str]:
    """Return keys of a role's session that nobody was given."""
    made = hashlib.shake_256(seed.encode()).digest(700)
    return {
        "AWS_ACCESS_KEY_ID": f"ASIA{base64.b32encode(made[:10]).decode()}",
        "AWS_SECRET_ACCESS_KEY": base64.b64encode(made[10:40]).decode(),
        "AWS_SESSION_TOKEN": f"IQoJb3JpZ2luX2Vj{base64.b64encode(made[40:]).decode()}",
    }
