"""What a function is asked first, and what it meets meanwhile: an event, or what a module of the project says.

The module is named by `functions.*.first-request`. It gets the environment that the template gives the function as JSON
on stdin, and prints an object:

event        what the function is sent
answers      keys and values that its answer has to have, so that a refusal is not measured; a body is read as JSON
environment  what the function is told besides
files        text by path below /bench, which the function can read
authority    a certificate that the layer's certifi trusts besides its own, so that the services can be met over TLS
service      a program of the standard library, run beside the function without network: the services that it calls.
             It prints a line once they listen.
usual        text by path below /var/task, in place of the function's own: one that does the same as most would write
             it, which is asked beside the function, with the layer of uv's way
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from .. import project_module
from ..errors import ConfigError

if TYPE_CHECKING:
    from ..settings import Function, Settings

FILES = "/bench"
UNSIGNED: dict[str, object] = {
    "version": "2.0",
    "rawPath": "/",
    "headers": {"content-type": "application/json"},
    "requestContext": {"http": {"method": "POST", "path": "/"}},
    "body": "{}",
    "isBase64Encoded": False,
}
"""A request to a function URL: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads"""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the module says, as above."""

    event: Mapping[str, object]
    answers: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    authority: str = ""
    service: str = ""
    usual: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, settings: Settings, function: Function, event: Mapping[str, object] | None, environment: Mapping[str, str]
    ) -> Question:
        """Ask the project, where it says what; else take the event that is configured, or given, or an unsigned one.

        Raises ConfigError where the module fails, or prints something else.
        """
        if not function.first_request:
            return cls(event=function.bench or event or UNSIGNED)
        where = f"functions.{function.key}.first-request"
        done, fault = project_module.run(settings, where, function.first_request, json.dumps(dict(environment)))
        if fault or not done:
            raise ConfigError([fault] if fault else [], log=done.stderr if done else "")
        try:
            said = json.loads(done.stdout)
        except ValueError as error:
            raise ConfigError.of(f"{where}: {function.first_request}", f"prints what is not JSON: {error}") from error
        unknown = (
            sorted(set(said) - {each.name for each in fields(cls)}) if isinstance(said, Mapping) else ["no object"]
        )
        if unknown or not isinstance(said.get("event"), Mapping):
            what = f"prints {', '.join(unknown)}" if unknown else "prints no event"
            cure = "print an object with `event`, and what of docs/reference/configuration.md it needs"
            raise ConfigError.of(f"{where}: {function.first_request}", what, cure=cure)
        return cls(**said)

    def refused(self, answer: str) -> str:
        """Say what an answer is that is not as it has to be; nothing for one that is."""
        try:
            said = json.loads(answer)
        except ValueError:
            return answer or "answered nothing"
        if isinstance(said, dict) and "errorType" in said:
            return answer
        if not self.answers or _has(said, self.answers):
            return ""
        return f"answered {answer[:300]}, and not {json.dumps(dict(self.answers))}"


def _has(said: object, wanted: object) -> bool:
    """Tell whether an answer has what is wanted; a text is JSON where keys are wanted of it, as a body is."""
    if not isinstance(wanted, Mapping):
        return said == wanted
    try:
        found = json.loads(said) if isinstance(said, str) else said
    except ValueError:
        return False
    return isinstance(found, dict) and all(key in found and _has(found[key], wanted[key]) for key in wanted)
