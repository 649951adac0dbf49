"""What can be said about a wish at once, without asking Discord."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from channelwright.endpoint.commands import MAX_NAME
from channelwright.jobs import MalformedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.jobs import Value


class RefusedError(Exception):
    """A wish that cannot be fulfilled; the text is for the one who has it."""


def checked(options: Mapping[str, Value], resolved: object) -> dict[str, Value]:
    """Return the options with their names tidied; raise RefusedError, or MalformedError for impossible data.

    `resolved` is what Discord tells about the users that the options name.
    """
    known = resolved if isinstance(resolved, dict) else {}
    tidied = dict(options)
    if "name" in options:
        tidied["name"] = _name(str(options["name"]))
    for option in ("gm", "player"):
        if option in options:
            _check_person(str(options[option]), known)
    if "gm" in options and _entry(known, "users", str(options["gm"])).get("bot") is True:
        raise RefusedError("A bot cannot be the game master. Nothing was made.")
    return tidied


def _name(text: str) -> str:
    """Trim it, and make every run of whitespace one space, as Discord would or would not."""
    name = " ".join(text.split())
    if re.search("[\ud800-\udfff]", name):
        raise MalformedError("a name that is no Unicode text")
    if not any(sign.isprintable() and not sign.isspace() for sign in name):
        raise RefusedError("A campaign needs a name that one can see. Nothing was made.")
    if len(name) > MAX_NAME:
        raise RefusedError(f"That name has {len(name)} characters, and Discord has room for {MAX_NAME} of them.")
    return name


def _check_person(user_id: str, resolved: Mapping[str, Any]) -> None:
    """Refuse who is known to Discord and not a member here: nobody else has roles."""
    if _entry(resolved, "users", user_id) and not _entry(resolved, "members", user_id):
        raise RefusedError(f"<@{user_id}> is not in this server. Invite them first; nothing was changed.")


def _entry(resolved: Mapping[str, Any], sort: str, object_id: str) -> dict[str, Any]:
    entries = resolved.get(sort)
    entry = entries.get(object_id) if isinstance(entries, dict) else None
    return entry if isinstance(entry, dict) else {}
