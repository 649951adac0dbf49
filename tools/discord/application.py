"""What a project's module prints about its Discord application, checked as far as registration relies on it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploy import project_module
from deploy.errors import ConfigError, Fault

if TYPE_CHECKING:
    from deploy.settings import Settings

WHERE = "--application"
Command = dict[str, Any]


@dataclass(frozen=True)
class Described:
    """Where the application is described: the module that prints it, and the stack's output that is its endpoint."""

    line: str
    endpoint: str | None = None


@dataclass(frozen=True)
class Application:
    """The whole table of `commands` as Discord takes them, and the `permissions` that an invitation asks for."""

    commands: tuple[Command, ...]
    permissions: int


def read(settings: Settings, line: str) -> Application:
    """Ask the project's module; raise ConfigError where what it prints cannot be registered.

    `line` is the module and its arguments. It prints {"commands": […], "permissions": "…"}.
    """
    text = project_module.output(settings, WHERE, line)
    try:
        printed = json.loads(text)
        commands, permissions = printed["commands"], int(printed["permissions"])
    except (ValueError, KeyError, TypeError) as error:
        cure = 'print {"commands": […], "permissions": "…"} as JSON, and nothing else'
        raise ConfigError([Fault(f"{WHERE}: {line}", "printed something else", str(error), cure)], log=text) from error
    if not (isinstance(commands, list) and all(isinstance(each, dict) and "name" in each for each in commands)):
        raise ConfigError([Fault(f"{WHERE}: {line}", "commands are no list of objects with names")])
    return Application(tuple(commands), permissions)


def invitation(application_id: str, permissions: int) -> str:
    """Return the link with which an administrator adds the bot to a server.

    https://docs.discord.com/developers/topics/oauth2#bot-authorization-flow
    """
    query = f"client_id={application_id}&scope=bot%20applications.commands&permissions={permissions}"
    return f"https://discord.com/oauth2/authorize?{query}"
