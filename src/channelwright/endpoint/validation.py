"""What can be said about a request at once, without asking Discord."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from channelwright.endpoint.commands import MAX_NAME
from channelwright.jobs import MalformedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.jobs import Value


# What has no width and no effect; joiners where there is nothing to join.
_USELESS = re.compile(
    "[\u00ad\u180e\u200b\u2060-\u2064\ufeff]|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
# Joiners of emoji and of scripts whose letters change by them, and the tags of flags.
_JOINING = re.compile("[\u200c\u200d\U000e0020-\U000e007f]")
# What looks like nothing, turns the direction of what follows, or annotates it.
_MISLEADING = re.compile(
    "[\u061c\u115f\u1160\u17b4\u17b5\u200e\u200f\u202a-\u202e\u2066-\u2069\u2800\u3164\uffa0\ufff9-\ufffb]"
)


class DeclinedError(Exception):
    """A request that cannot be fulfilled; the text is for the one who has it, and `about` is put into it."""

    def __init__(self, text: str, **about: object) -> None:
        super().__init__(text.format_map(about))
        self.text = text
        self.about = about


def checked(kind: str, options: Mapping[str, Value], resolved: object) -> dict[str, Value]:
    """Return a command's options with their names tidied; raise DeclinedError, or MalformedError for impossible data.

    `resolved` is what Discord tells about the users that the options name. A GM who left can be taken out.
    """
    known = resolved if isinstance(resolved, dict) else {}
    tidied = dict(options)
    if "name" in options:
        tidied["name"] = _name(str(options["name"]))
    for option in ("gm", "to", "player"):
        if option in options and kind != "campaign.remove-gm":
            _check_person(str(options[option]), known)
    for option in ("gm", "to"):
        if option in options and _entry(known, "users", str(options[option])).get("bot") is True:
            raise DeclinedError("A bot cannot be the game master. Nothing was changed.")
    return tidied


def _name(text: str) -> str:
    """Tidy a name; raise DeclinedError for one that cannot be seen, or that shows other text than it holds."""
    if re.search("[\ud800-\udfff]", text):
        raise MalformedError("a name that is no Unicode text")
    name = " ".join(_USELESS.sub("", text).split())
    misleading = [sign for sign in name if _MISLEADING.match(sign) or not (sign.isprintable() or _JOINING.match(sign))]
    if not name or len(misleading) == len(name.replace(" ", "")):
        raise DeclinedError("A campaign needs a name that one can see. Nothing was made.")
    if misleading:
        codes = ", ".join(f"U+{ord(sign):04X}" for sign in sorted(set(misleading)))
        raise DeclinedError(
            "A campaign's name cannot hold characters that nobody sees: {codes}. Nothing was made.", codes=codes
        )
    if len(name) > MAX_NAME:
        raise DeclinedError(
            "That name has {count} characters, and Discord has room for {most} of them.", count=len(name), most=MAX_NAME
        )
    return name


def _check_person(user_id: str, resolved: Mapping[str, Any]) -> None:
    """Refuse who is known to Discord and not a member here: nobody else has roles."""
    if _entry(resolved, "users", user_id) and not _entry(resolved, "members", user_id):
        raise DeclinedError("<@{user}> is not in this server. Invite them first; nothing was changed.", user=user_id)


def _entry(resolved: Mapping[str, Any], sort: str, object_id: str) -> dict[str, Any]:
    entries = resolved.get(sort)
    entry = entries.get(object_id) if isinstance(entries, dict) else None
    return entry if isinstance(entry, dict) else {}
