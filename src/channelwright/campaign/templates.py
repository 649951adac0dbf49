"""config/campaign_channels.yaml: the channels that campaigns get. There are no others to fall back to.

channels: […]                      what a campaign gets for which no template was chosen: "default"
templates: {one-shot: {channels: […]}, …}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from channelwright.campaign.template_rules import DEFAULT, SPOKEN, TAGGED, faults

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Literal

    Players = Literal["write", "read", "none"]

Templates = dict[str, tuple["PlannedChannel", ...]]


MAX_TOPIC = 1024


class TemplateError(Exception):
    """Says everything that is wrong with the file."""


@dataclass(frozen=True, kw_only=True)
class PlannedChannel:
    """A channel to be. `players` is what they may do there; `slowmode` is seconds between two messages of one person.

    `tags` are a forum's, `user_limit` is how many may be in a voice channel, 0 for any number. `message` is the first
    one in it, which the bot writes.
    """

    name: str
    type: str
    players: Players = "write"
    description: str = ""
    slowmode: int = 0
    age_restricted: bool = False
    tags: tuple[str, ...] = ()
    user_limit: int = 0
    message: str = ""

    @classmethod
    def from_yaml(cls, raw: Mapping[str, Any]) -> PlannedChannel:
        """Read what has no fault; `gm_only` is the former way to say that players see nothing."""
        given: dict[str, Any] = {key: tuple(each) if isinstance(each, list) else each for key, each in raw.items()}
        if given.pop("gm_only", False):
            given["players"] = "none"
        return cls(**given)

    @property
    def gm_only(self) -> bool:
        return self.players == "none"

    def settings(self, kind: int) -> dict[str, object]:
        """Return the fields with which a channel of this type is created, besides its name, type and permissions.

        https://docs.discord.com/developers/resources/guild#create-guild-channel
        """
        found: dict[str, object] = {"nsfw": True} if self.age_restricted else {}
        if self.slowmode:
            found["rate_limit_per_user"] = self.slowmode
        if self.type in SPOKEN:
            return found | ({"user_limit": self.user_limit} if self.user_limit else {})
        if self.description:  # a forum's guidelines may be longer than the topic of what stands in for it
            found["topic"] = self.description if kind == TAGGED else self.description[:MAX_TOPIC]
        if self.tags and kind == TAGGED:
            found["available_tags"] = [{"name": each} for each in self.tags]
        return found


def load(path: Path) -> Templates:
    """Read the channels of every template in their order, the default's first; raise TemplateError with every fault."""
    with path.open("rb") as file:
        try:
            raw = yaml.load(file, Loader=yaml.CSafeLoader)
        except yaml.YAMLError as error:
            raise TemplateError(f"{path}: {error}") from error
    if found := [f"{path}: {'.'.join(map(str, place))}: {what}" for place, what in faults(raw)]:
        raise TemplateError("\n".join(found))
    named = {DEFAULT: raw, **raw.get("templates", {})}
    return {name: tuple(map(PlannedChannel.from_yaml, template["channels"])) for name, template in named.items()}
