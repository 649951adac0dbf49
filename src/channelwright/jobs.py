"""What the bot hands to the worker: one message for each command and each press of a button.

During a rollout, and when dead letters are sent on again, a worker reads what another version of the bot wrote. So
within a format a job is read without the fields that it has beyond those known here, and with defaults for those that
it lacks: whatever is added to a job later has one. A change that no worker may overlook makes a new `format`.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

IDS = ("interaction_id", "application_id", "guild_id", "channel_id", "user_id")
MESSAGE = "message_id"
LOCALES = ("locale", "guild_locale")
TEXTS = ("kind", "user_name", "token")
PERMISSIONS = ("app_permissions", "user_permissions")

FORMAT = 1  # the latest that is known here; a job that names none is of the first

MAX_SEATS = 40  # of an invitation, so that its message holds all who joined
REPEATS = ("weekly", "every two weeks", "monthly")  # how often a session may come again

Value = str | int | bool


class MalformedError(Exception):
    """A message or an interaction that is not what it should be; the text names fields, never values."""


class OtherVersionError(Exception):
    """A message that another version of this application made, and this one cannot do; the text is for the logs."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One wish of one person in one server. Ids are Discord's, as text.

    `message_id` is the message that a pressed button is on, 0 for a command.
    `kind` is the command, with its subcommand (`campaign.list`), or what a button stands for; `options` are those of
    the command, by name, where users and channels are ids; or what the button knows. `app_permissions` are the bot's
    bits in the channel that the wish comes from, its overwrites included, and `user_permissions` the person's: bit
    sets of https://docs.discord.com/developers/topics/permissions, not the server-wide ones. `locale` is the person's,
    `guild_locale` the server's, empty where Discord does not say.
    """

    kind: str
    interaction_id: str
    application_id: str
    guild_id: str
    channel_id: str
    user_id: str
    user_name: str
    options: Mapping[str, Value]
    message_id: str = "0"
    locale: str = ""
    guild_locale: str = ""
    app_permissions: int = 0
    user_permissions: int = 0
    token: str = field(repr=False)  # with it, anyone can answer the user for 15 minutes

    @classmethod
    def checked(cls, raw: dict[str, Any]) -> Job:
        """Make a job of these fields; raise MalformedError with the name of every one that is wrong."""
        wrong = [name for name in IDS if not is_id(raw.get(name))]
        wrong += [name for name in TEXTS if not (isinstance(raw.get(name), str) and raw[name])]
        wrong += [name for name in PERMISSIONS if not _is_bits(raw.get(name, 0))]
        wrong += [] if is_id(raw.get(MESSAGE, "0")) else [MESSAGE]
        wrong += [name for name in LOCALES if locale(raw.get(name, "")) != raw.get(name, "")]
        wrong += [] if _are_options(raw.get("options")) else ["options"]
        if wrong:
            raise MalformedError(f"wrong or missing: {', '.join(wrong)}")
        return cls(**{each.name: raw[each.name] for each in fields(cls) if each.name in raw})

    @classmethod
    def wished(cls, interaction: Mapping[str, Any], kind: str, options: Mapping[str, Value]) -> Job:
        """Make the job of an interaction that was sent in a server; raise MalformedError."""
        try:
            member = interaction["member"]
            raw = {name: interaction[name] for name in ("application_id", "guild_id", "channel_id", "token")}
            raw |= {"interaction_id": interaction["id"], "kind": kind, "options": dict(options)}
            raw |= {"message_id": interaction["message"]["id"]} if interaction.get("message") else {}
            raw |= {"user_id": member["user"]["id"], "user_name": member["user"]["username"]}
            raw |= {name: locale(interaction.get(name)) for name in LOCALES}
            raw |= {"app_permissions": _bits(interaction.get("app_permissions"))}
            raw |= {"user_permissions": _bits(member.get("permissions"))}
        except (KeyError, TypeError, AttributeError) as error:
            raise MalformedError(f"not an interaction in a server: {error}") from error
        return cls.checked(raw)

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Read a queue message; raise MalformedError, or OtherVersionError for one of a later format."""
        raw = json_object(text)
        made_as = raw.get("format", 1)
        if isinstance(made_as, int) and made_as > FORMAT:
            raise OtherVersionError(f"a job of format {made_as}, where {FORMAT} is known")
        return cls.checked(raw)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @property
    def asked_at(self) -> float:
        """When it was asked for, in seconds since 1970: https://docs.discord.com/developers/reference#snowflakes."""
        return ((int(self.interaction_id) >> 22) + 1_420_070_400_000) / 1000

    @property
    def ids(self) -> dict[str, str]:
        """What the logs may know of it."""
        return {"kind": self.kind, "interaction": self.interaction_id, "guild": self.guild_id, "user": self.user_id}


def json_object(text: str | bytes) -> dict[str, Any]:
    """Read a JSON object; raise MalformedError for anything else."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedError("not JSON") from error
    if not isinstance(content, dict):
        raise MalformedError("not a JSON object")
    return content


def is_id(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9]{1,20}", value) is not None


def locale(value: object) -> str:
    """Return a locale, https://docs.discord.com/developers/reference#locales; empty for whatever is none."""
    return value if isinstance(value, str) and re.fullmatch("[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,4})?", value) else ""


def _bits(value: object) -> object:
    """Read a bit set, which Discord writes as decimal digits in text; leave anything else for the check."""
    if value is None:
        return 0
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,40}", value) else value


def _is_bits(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_options(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, Value) for each in value.values())
