"""What a channel may be: the checks of the bodies that create and change one (docs: resources/channel)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.fake_discord.validator.refusals import RefusalError
from tools.fake_discord.world.names import stored_name
from tools.fake_discord.world.state import ANNOUNCEMENT, CATEGORY, FORUM, MEDIA, STAGE, TEXT, VOICE, Overwrite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.fake_discord.validator.form import Form
    from tools.fake_discord.world.state import Guild
    from tools.fake_discord.world.world import World

TYPES = frozenset({TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA})
CHOICES_WITHOUT_NEWS = "Value must be one of {0, 2, 4, 6, 13, 14, 15, 16}."
CHANNELS_IN_GUILD, CHANNELS_IN_CATEGORY = 500, 50
OVERWRITES_IN_REQUEST = 100

_RANGES: Mapping[str, Mapping[int, tuple[int, int]]] = {
    "bitrate": {VOICE: (8000, 96000), STAGE: (8000, 64000)},
    "user_limit": {VOICE: (0, 99), STAGE: (0, 10_000)},
    "default_forum_layout": {FORUM: (0, 2)},
    "default_sort_order": {FORUM: (0, 1), MEDIA: (0, 1)},
    "rate_limit_per_user": dict.fromkeys((TEXT, VOICE, STAGE, FORUM, MEDIA), (0, 21600)),
    "default_thread_rate_limit_per_user": dict.fromkeys((TEXT, ANNOUNCEMENT, FORUM, MEDIA), (0, 21600)),
}


def read_type(form: Form, guild: Guild) -> int:
    """Read the type, as far as this server has it.

    Announcements need NEWS (50035 at `type`, as seen), stages need COMMUNITY (50024), forums are the guild's `forums`.
    """
    if form.body.get("type") == ANNOUNCEMENT and "NEWS" not in guild.features:
        form.wrong("type", "BASE_TYPE_CHOICES", CHOICES_WITHOUT_NEWS)
        return TEXT
    kind = form.choice("type", TYPES, default=TEXT)
    if kind == STAGE and "COMMUNITY" not in guild.features:
        raise RefusalError(50024)
    if kind in {FORUM, MEDIA} and guild.forums == "50024":
        raise RefusalError(50024)
    if kind in {FORUM, MEDIA} and guild.forums == "50035":
        form.wrong("type", "BASE_TYPE_CHOICES", "Value must be one of {0, 2, 4, 5, 6, 13}.")
    return kind


def read_name(form: Form, kind: int, world: World, *, required: bool) -> str | None:
    """Read the name as it will be stored: 1 to 100 characters, before and after Discord has rewritten it."""
    name = form.text("name", 1, 100, required=required)
    if name is None:
        return None
    stored = stored_name(name, kind)
    if not stored:
        form.wrong("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    if any(word in stored.casefold() for word in world.banned_words):
        raise RefusalError(20031)
    return stored


def read_topic(form: Form, kind: int) -> str | None:
    """Read the topic: 1024 characters, 4096 for a forum's guidelines; voice channels and categories have none."""
    if kind not in {TEXT, ANNOUNCEMENT, FORUM, MEDIA}:
        return None
    return form.text("topic", 0, 4096 if kind in {FORUM, MEDIA} else 1024) or None


def read_parent(form: Form, guild: Guild, kind: int, child: str | None = None) -> str | None:
    """Read the parent: a category of this guild that has room; `child` is the channel that moves, if it exists."""
    parent_id = form.snowflake("parent_id")
    if parent_id is None:
        return None
    parent = guild.channels.get(parent_id)
    if parent is None:
        form.wrong("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
    elif parent.type != CATEGORY:
        form.wrong("parent_id", "CHANNEL_PARENT_INVALID_TYPE", "Not a category")
    elif kind == CATEGORY:
        form.wrong("parent_id", "CHANNEL_PARENT_INVALID_TYPE", "Categories cannot have a parent")
    elif len([each for each in guild.children(parent_id) if each.id != child]) >= CHANNELS_IN_CATEGORY:
        form.wrong("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", "Maximum number of channels in category reached (50)")
    return parent_id


def read_overwrites(form: Form, guild: Guild, world: World) -> tuple[Overwrite, ...]:
    """Read the overwrites, at most 100 in a request, each for a role of the guild or a user that exists."""
    read = tuple(read_overwrite(each) for each in form.forms("permission_overwrites", OVERWRITES_IN_REQUEST))
    form.close()
    for each in read:
        need_target(each, guild, world)
    return tuple({each.id: each for each in read}.values())


def read_overwrite(form: Form, target: str | None = None) -> Overwrite:
    """Read one overwrite; `target` is its id where the path says it."""
    overwrite_id = target or form.snowflake("id", required=True) or "0"
    return Overwrite(overwrite_id, form.choice("type", {0, 1}), form.bits("allow") or 0, form.bits("deny") or 0)


def need_target(overwrite: Overwrite, guild: Guild, world: World) -> None:
    if overwrite.type == 0 and overwrite.id not in guild.roles:
        raise RefusalError(10011)
    if overwrite.type == 1 and overwrite.id not in world.users:
        raise RefusalError(10013)


def read_more(form: Form, kind: int) -> dict[str, Any]:
    """Read the fields that only some types have; fields of other types are passed over."""
    more: dict[str, Any] = {"nsfw": form.flag("nsfw")} if "nsfw" in form and kind != CATEGORY else {}
    for name, ranges in _RANGES.items():
        if name in form and kind in ranges:
            more[name] = form.number(name, *ranges[kind])
    if "available_tags" in form and kind in {FORUM, MEDIA}:
        more["available_tags"] = [_read_tag(each, index) for index, each in enumerate(form.forms("available_tags", 20))]
    return {name: value for name, value in more.items() if value is not None}


def _read_tag(form: Form, index: int) -> dict[str, Any]:
    return {
        "id": str(index + 1),
        "name": form.text("name", 1, 20, required=True),
        "moderated": form.flag("moderated"),
        "emoji_id": None,
        "emoji_name": form.text("emoji_name", 0, 100),
    }
