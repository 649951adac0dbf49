"""Buttons: what a press will mean, for whom and until when, in the 100 characters of a custom_id.

    1:c:<who>:<until>:<detail>:<detail>…

Whoever sees a message can press its buttons, for as long as it is there, and the permissions of commands do not hold
for them. So each button is for one person and for a time; the endpoint refuses the others without asking anybody. Those
for ANYONE do what everybody may, or are judged by the worker, as all presses are.

https://docs.discord.com/developers/components/reference#custom-id
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from channelwright.jobs import Value

VERSION = "1"
MAX_CUSTOM_ID = 100
ID, TIME = 8, 5  # bytes
IN_A_ROW = 5
CANCEL = "delete-campaign.cancel"
KINDS = {
    "c": "delete-campaign.confirm",
    "x": CANCEL,
    "r": "campaign.resume",
    "m": "campaign.remove",
    "d": "campaign.doctor",
    "l": "campaign.list",
    "o": "campaign.restore",
    "w": "campaign.keep",
    "p": "campaign.plan-session",
    "q": "campaign.cancel-session",
    "s": "campaign.sessions",
    "j": "campaign.join",
    "k": "campaign.ask",
    "v": "campaign.leave",
    "y": "campaign.close-invitation",
    "a": "campaign.approve",
    "n": "campaign.decline",
}
ANYONE = "0"
# These are answered by a message of their own: the one that they are on is for others too.
ASIDE = frozenset({
    *("campaign.join", "campaign.ask", "campaign.leave", "campaign.close-invitation"),
    *("campaign.approve", "campaign.decline"),
})  # fmt: skip


class UnknownButtonError(Exception):
    """A custom_id that this version does not make; the text is for the logs."""


class Style(IntEnum):
    """https://docs.discord.com/developers/components/reference#button-button-styles."""

    PRIMARY = 1
    SECONDARY = 2
    SUCCESS = 3
    DANGER = 4


@dataclass(frozen=True)
class Button:
    """What a button stands for: the `kind` and `options` of the job that a press makes.

    `options` may hold `campaign` (the category), `role`, `since` (the interaction that made the campaign), `gm`,
    `player`, `message`, `channel`, `event` and `like` (a category): ids, as text; `template` and `plan`: up to 20 of
    a-z, A-Z, 0-9, - and _; and `repair`: True. Only `user_id` may press it, or anyone, before `expires`,
    in seconds since 1970.
    """

    kind: str
    user_id: str
    expires: int
    options: Mapping[str, Value] = field(default_factory=dict)

    @property
    def custom_id(self) -> str:
        """Raises ValueError for what a button cannot hold."""
        letter = next((letter for letter, kind in KINDS.items() if kind == self.kind), "")
        details = [_LETTERS[name] + _DETAILS[_LETTERS[name]].write(value) for name, value in self.options.items()]
        text = ":".join([VERSION, letter, _packed(self.user_id), _packed(self.expires, TIME), *details])
        if not letter or len(text) > MAX_CUSTOM_ID:
            raise ValueError(f"no button can hold {self.kind} with {', '.join(self.options) or 'nothing'}")
        return text

    @classmethod
    def read(cls, custom_id: str) -> Button:
        """Raise UnknownButtonError for what `custom_id` never made."""
        try:
            version, letter, user_id, expires, *details = custom_id.split(":")
            if version != VERSION:
                raise UnknownButtonError("the custom_id is of another version")
            options = {_DETAILS[each[:1]].name: _DETAILS[each[:1]].read(each[1:]) for each in details}
            return cls(KINDS[letter], _unpacked(user_id), int(_unpacked(expires, TIME)), options)
        except (KeyError, ValueError) as error:
            raise UnknownButtonError("the custom_id means nothing") from error

    def component(self, label: str, style: Style) -> dict[str, object]:
        """Return the button as Discord takes it, with a label of at most 80 characters."""
        return {"type": 2, "style": int(style), "label": label, "custom_id": self.custom_id}


def rows(buttons: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Return as many action rows as these buttons take; a message has at most five."""
    return [row(*buttons[at : at + IN_A_ROW]) for at in range(0, len(buttons), IN_A_ROW)]


def row(*buttons: Mapping[str, object]) -> dict[str, object]:
    """Return an action row of up to five buttons."""
    return {"type": 1, "components": list(buttons)}


def _packed(number: object, size: int = ID) -> str:
    """Write an unsigned number of `size` bytes, an id in 11 characters; raise ValueError for a larger one."""
    try:
        raw = int(str(number)).to_bytes(size, "big")
    except OverflowError as error:
        raise ValueError(f"not a number of {size} bytes: {number}") from error
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unpacked(text: str, size: int = ID) -> str:
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if len(raw) != size:
        raise ValueError(f"not {size} bytes")
    return str(int.from_bytes(raw, "big"))


def _word(value: object) -> str:
    if not (isinstance(value, str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,20}", value)):
        raise ValueError("not a word of at most 20 characters")
    return value


def _flag(text: str) -> bool:
    if text:
        raise ValueError("not a flag")
    return True


@dataclass(frozen=True)
class _Detail:
    name: str
    write: Callable[[Value], str]
    read: Callable[[str], Value]


_DETAILS = {
    "c": _Detail("campaign", _packed, _unpacked),
    "r": _Detail("role", _packed, _unpacked),
    "s": _Detail("since", _packed, _unpacked),
    "g": _Detail("gm", _packed, _unpacked),
    "u": _Detail("player", _packed, _unpacked),
    "m": _Detail("message", _packed, _unpacked),
    "h": _Detail("channel", _packed, _unpacked),
    "e": _Detail("event", _packed, _unpacked),
    "l": _Detail("like", _packed, _unpacked),
    "t": _Detail("template", _word, _word),
    "p": _Detail("plan", _word, _word),
    "f": _Detail("repair", lambda _: "", _flag),
}
_LETTERS = {detail.name: letter for letter, detail in _DETAILS.items()}
