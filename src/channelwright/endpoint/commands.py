"""The commands: one table, which Discord is told and by which the endpoint reads what comes back.

https://docs.discord.com/developers/interactions/application-commands
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from channelwright.jobs import MAX_SEATS, REPEATS, MalformedError, is_id
from channelwright.permission_bits import MANAGE_CHANNELS, MANAGE_ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.jobs import Value

SUBCOMMAND, STRING, INTEGER, BOOLEAN, USER, CHANNEL = 1, 3, 4, 5, 6, 7
CATEGORY = 4
# " Members" is appended for the role, and Discord takes 100 characters.
MAX_NAME = 92
# Who has both may use the commands; administrators of a server may say otherwise for its roles and members.
MAKERS = str(MANAGE_CHANNELS | MANAGE_ROLES)

Json = dict[str, Any]


class UnknownCommandError(Exception):
    """A command or an option that is not in the table: what Discord was told is not what this version understands."""


def _described(kind: int, name: str, description: str, **more: Any) -> Json:
    return {"type": kind, "name": name, "description": description, **more}


def _command(name: str, description: str, *options: Json, makers: bool = True) -> Json:
    """Make a slash command for servers alone: neither for direct messages nor for personal installations."""
    scope = {"contexts": [0], "integration_types": [0], "default_member_permissions": MAKERS if makers else None}
    return _described(1, name, description, options=list(options), **scope)


def _subcommand(name: str, description: str, *options: Json) -> Json:
    return _described(SUBCOMMAND, name, description, options=list(options))


CAMPAIGN = _described(CHANNEL, "campaign", "The campaign's category", channel_types=[CATEGORY], required=True)


def _person(name: str, description: str) -> Json:
    return _described(USER, name, description, required=True)


PLAYER = _person("player", "Whom it is about")
NAME = _described(STRING, "name", "The name of the campaign", required=True, min_length=1, max_length=MAX_NAME)
TABLE: tuple[Json, ...] = (
    _command(
        "add-campaign",
        "Make a private campaign: a role for its players, a category and its channels",
        NAME,
        _described(USER, "gm", "The game master, who sees the GM's channels too; you, if nobody is chosen"),
        _described(STRING, "template", "Which channels it gets; the default if none is chosen", autocomplete=True),
        _described(
            CHANNEL, "like", "A campaign whose channels it gets, instead of a template's", channel_types=[CATEGORY]
        ),
        _described(BOOLEAN, "preview", "Show what would be made, and make nothing"),
    ),
    _command("delete-campaign", "Delete a campaign: its channels, category and role; asks first", CAMPAIGN),
    _command(
        "campaign",
        "Look after campaigns",
        _subcommand("list", "List the campaigns of this server"),
        _subcommand("add-player", "Let somebody into a campaign", CAMPAIGN, PLAYER),
        _subcommand("remove-player", "Take somebody out of a campaign", CAMPAIGN, PLAYER),
        _subcommand("archive", "Make a campaign read-only; nothing is lost", CAMPAIGN),
        _subcommand("unarchive", "Make an archived campaign writable again", CAMPAIGN),
        _subcommand(
            "doctor",
            "Find what is wrong with a campaign, and show who sees what",
            CAMPAIGN,
            _described(BOOLEAN, "repair", "Repair what was found at once"),
        ),
        _subcommand(
            "invite",
            "Invite players: a message here with a button to join",
            CAMPAIGN,
            _described(INTEGER, "seats", "How many may join", min_value=1, max_value=MAX_SEATS),
            _described(BOOLEAN, "approval", "The GM lets each of them in"),
        ),
        _subcommand(
            "session",
            "Plan when the campaign plays, as an event of this server",
            CAMPAIGN,
            _described(STRING, "when", "2027-01-30 19:30, or Discord's <t:…>", required=True, max_length=40),
            _described(STRING, "zone", "The time zone, such as Europe/Berlin; as last time, if you leave it out"),
            _described(STRING, "repeat", "How often", choices=[{"name": each, "value": each} for each in REPEATS]),
            _described(INTEGER, "moves", "The number of a session that is moved, as in the list", min_value=1),
        ),
        _subcommand("sessions", "List the campaign's sessions, and cancel them", CAMPAIGN),
        _subcommand("rename", "Give a campaign another name", CAMPAIGN, NAME),
        _subcommand("add-gm", "Let one more run a campaign", CAMPAIGN, _person("gm", "The new GM")),
        _subcommand("remove-gm", "Take a campaign's GM out of it", CAMPAIGN, _person("gm", "Who is GM no longer")),
        _subcommand("hand-over", "Give a campaign to another GM", CAMPAIGN, _person("to", "Who runs it from now on")),
        _subcommand("help", "What you can do with campaigns"),
        makers=False,
    ),
)
_VALUES = {
    STRING: lambda value: isinstance(value, str),
    INTEGER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    BOOLEAN: lambda value: isinstance(value, bool),
    USER: is_id,
    CHANNEL: is_id,
}


def read(data: Mapping[str, Any]) -> tuple[str, dict[str, Value]]:
    """Return the kind of a command's data, such as `campaign.list`, and its options by name.

    Raises MalformedError for what no command looks like, UnknownCommandError for what is not in the table.
    """
    described = _named(TABLE, data)
    kind, given = described["name"], _objects(data)
    if _has_subcommands(described):
        if len(given) != 1:
            raise UnknownCommandError(f"{kind} without a subcommand")
        described = _named(described["options"], given[0])
        kind, given = f"{kind}.{described['name']}", _objects(given[0])
    return kind, _options(kind, described["options"], given)


def _options(kind: str, described: Sequence[Json], given: Sequence[Mapping[str, Any]]) -> dict[str, Value]:
    options: dict[str, Value] = {}
    for each in given:
        option = _named(described, each)
        if each.get("type") != option["type"] or not _VALUES[option["type"]](each.get("value")):
            raise UnknownCommandError(f"{kind} with another {option['name']}")
        options[option["name"]] = each["value"]
    if missing := [each["name"] for each in described if each.get("required") and each["name"] not in options]:
        raise UnknownCommandError(f"{kind} without {', '.join(missing)}")
    return options


def _named(described: Sequence[Json], given: Mapping[str, Any]) -> Json:
    if not isinstance(name := given.get("name"), str):
        raise MalformedError("something without a name")
    for each in described:
        if each["name"] == name:
            return each
    raise UnknownCommandError(f"not one of: {', '.join(each['name'] for each in described)}")


def _has_subcommands(described: Json) -> bool:
    return any(each["type"] == SUBCOMMAND for each in described["options"])


def _objects(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the options of something, which may be absent."""
    given = data.get("options", [])
    if not isinstance(given, list) or not all(isinstance(each, Mapping) for each in given):
        raise MalformedError("options that are no list of objects")
    return given
