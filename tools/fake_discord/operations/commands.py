"""The application's commands: read and replace the whole table, for everywhere or for one guild."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.fake_discord.server.call import Answer
from tools.fake_discord.validator.command_form import LOCALIZATIONS, check_commands
from tools.fake_discord.validator.refusals import RefusalError

if TYPE_CHECKING:
    from tools.fake_discord.server.call import Call

EVERYWHERE = ""
"""The scope of commands that are not bound to a guild."""


def list_commands(call: Call) -> Answer:
    """Answer the table; what the commands are called in other languages is told to those who ask for it."""
    found = call.world.commands.get(_scope(call), [])
    return Answer(200, found if call.query.get("with_localizations") == "true" else list(map(_in_english, found)))


def bulk_set_commands(call: Call) -> Answer:
    """Replace all commands of the scope; one that keeps its name keeps its id."""
    scope = _scope(call)
    check_commands(call.body)
    before = {(each["type"], each["name"]): each for each in call.world.commands.get(scope, [])}
    call.world.commands[scope] = [_stored(call, each, before, scope) for each in call.body or []]
    return Answer(200, call.world.commands[scope])


def get_command(call: Call) -> Answer:
    return Answer(200, _command_at(call))


def delete_command(call: Call) -> Answer:
    command = _command_at(call)
    call.world.commands[_scope(call)].remove(command)
    return Answer(204)


def _in_english(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _in_english(value) for key, value in part.items() if key not in LOCALIZATIONS}
    return [_in_english(each) for each in part] if isinstance(part, list) else part


def _command_at(call: Call) -> dict[str, Any]:
    for command in call.world.commands.get(_scope(call), []):
        if command["id"] == call.path["command_id"]:
            return command
    raise RefusalError(10063)


def _scope(call: Call) -> str:
    if call.path["application_id"] != call.application.id:
        raise RefusalError(50001)
    guild_id = call.path.get("guild_id", EVERYWHERE)
    if guild_id and guild_id not in call.world.guilds:
        raise RefusalError(50001)
    return guild_id


def _stored(call: Call, sent: dict[str, Any], before: dict[Any, Any], scope: str) -> dict[str, Any]:
    kind = sent.get("type") or 1
    old = before.get((kind, sent["name"]))
    permissions = sent.get("default_member_permissions")
    return {
        "id": old["id"] if old else call.world.snowflakes.next(),
        "application_id": call.application.id,
        "version": call.world.snowflakes.next(),
        "default_member_permissions": None if permissions is None else str(permissions),
        "type": kind,
        "name": sent["name"],
        "name_localizations": sent.get("name_localizations"),
        "description": sent.get("description") or "",
        "description_localizations": sent.get("description_localizations"),
        "dm_permission": sent.get("dm_permission", True),
        "contexts": sent.get("contexts"),
        "integration_types": sent.get("integration_types") or [0],
        "nsfw": sent.get("nsfw", False),
        **({"guild_id": scope} if scope else {}),
        **({"options": sent["options"]} if sent.get("options") else {}),
    }
