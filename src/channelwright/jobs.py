"""What the bot hands to the worker: one message for each command."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, fields
from typing import Any

IDS = ("interaction_id", "application_id", "guild_id", "channel_id", "user_id")


class MalformedError(Exception):
    """A message or a command that is not what it should be; the text names fields, never values."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One command of one person in one server. Ids are Discord's, as text; `options` are the command's."""

    kind: str
    interaction_id: str
    application_id: str
    guild_id: str
    channel_id: str
    user_id: str
    options: dict[str, str | int | bool]
    token: str = field(repr=False)  # with it, anyone can answer the user for 15 minutes

    @classmethod
    def checked(cls, raw: dict[str, Any]) -> Job:
        """Make a job of these fields; raise MalformedError with the name of every one that is wrong."""
        wrong = [name for name in IDS if not re.fullmatch("[0-9]{1,20}", _text(raw.get(name)))]
        wrong += [name for name in ("kind", "token") if not _text(raw.get(name))]
        wrong += ["options"] if not isinstance(raw.get("options"), dict) else []
        wrong += sorted(raw.keys() - {each.name for each in fields(cls)})
        if wrong:
            raise MalformedError(f"wrong or missing: {', '.join(wrong)}")
        return cls(**raw)

    @classmethod
    def from_interaction(cls, interaction: dict[str, Any]) -> Job:
        """Read a slash command that was sent in a server; raise MalformedError."""
        try:
            raw = {name: interaction[name] for name in ("application_id", "guild_id", "channel_id", "token")}
            raw |= {"interaction_id": interaction["id"], "user_id": interaction["member"]["user"]["id"]}
            data = interaction["data"]
            options = {option["name"]: option["value"] for option in data.get("options", ())}
            raw |= {"kind": data["name"], "options": options}
        except (KeyError, TypeError, AttributeError) as error:
            raise MalformedError(f"not a command: {error}") from error
        return cls.checked(raw)

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Read a queue message; raise MalformedError."""
        return cls.checked(json_object(text))

    def to_json(self) -> str:
        return json.dumps(asdict(self))

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


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
