"""Messages in channels: send (once per nonce), read, edit and delete (docs: resources/message)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tools.fake_discord.operations import access
from tools.fake_discord.operations.mentions import Pinged, pinged_by
from tools.fake_discord.operations.shapes import message_json
from tools.fake_discord.server.call import Answer
from tools.fake_discord.validator.component_form import every
from tools.fake_discord.validator.form import Form
from tools.fake_discord.validator.message_form import read_message
from tools.fake_discord.validator.refusals import RefusalError
from tools.fake_discord.world.clock import made_at
from tools.fake_discord.world.permissions import Permission, permissions_in
from tools.fake_discord.world.state import CATEGORY, FORUM, MEDIA

if TYPE_CHECKING:
    from tools.fake_discord.server.call import Call
    from tools.fake_discord.world.state import Channel, User

EPHEMERAL, LOADING = 1 << 6, 1 << 7
MOST_PINS = 250
NONCE_SECONDS = 180
"""How long a nonce is remembered; Discord says "the past few minutes"."""


@dataclass(frozen=True)
class Message:
    """`only_for` is the user who alone sees an ephemeral message; `pinged` are those whom it notified."""

    id: str
    channel_id: str
    author: User
    content: str = ""
    embeds: tuple[Any, ...] = ()
    components: tuple[Any, ...] = ()
    flags: int = 0
    type: int = 0
    nonce: str | int | None = None
    edited_at: float | None = None
    application_id: str | None = None
    only_for: str | None = None
    pinned_at: float | None = None
    pinged: Pinged = field(default_factory=Pinged)

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def is_loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def buttons(self) -> tuple[dict[str, Any], ...]:
        """Return all components that can be used, wherever they are nested."""
        return tuple(each for each in every(self.components) if "custom_id" in each or "url" in each)


def create_message(call: Call) -> Answer:
    """Send a message. With `enforce_nonce` a nonce that was just used returns the first message, and sends none."""
    guild, channel, member = access.channel_at(call)
    if channel.type in {CATEGORY, FORUM, MEDIA}:
        raise RefusalError(50008)
    access.need_in_channel(call, guild, member, channel, Permission.SEND_MESSAGES)
    form = Form(call.body)
    body = read_message(form)
    form.close()
    body["flags"] = body.get("flags", 0) & ~EPHEMERAL
    if body.get("embeds"):
        access.need_in_channel(call, guild, member, channel, Permission.EMBED_LINKS)
    if before := _same_nonce(call, channel):
        return Answer(200, message_json(before, call.world.clock))
    may_ping_all = bool(permissions_in(guild, member, channel) & Permission.MENTION_EVERYONE)
    pinged = pinged_by(body.get("content", ""), form.body.get("allowed_mentions"), guild, everyone=may_ping_all)
    message = Message(call.world.snowflakes.next(), channel.id, member.user, pinged=pinged, **body)
    call.world.messages[message.id] = replace(message, nonce=form.body.get("nonce"))
    call.world.put_channel(replace(channel, last_message_id=message.id))
    return Answer(200, message_json(call.world.messages[message.id], call.world.clock))


def _same_nonce(call: Call, channel: Channel) -> Message | None:
    nonce = call.body.get("nonce")
    if nonce is None or not call.body.get("enforce_nonce"):
        return None
    for message in call.world.messages.values():
        recent = call.world.clock.now() - made_at(message.id) <= NONCE_SECONDS
        mine = message.channel_id == channel.id and message.author.id == call.application.bot.id
        if recent and mine and message.nonce == nonce:
            return message
    return None


def list_messages(call: Call) -> Answer:
    """List a channel's messages, the newest first, or the first after one; none without READ_MESSAGE_HISTORY."""
    guild, channel, member = access.channel_at(call)
    if not permissions_in(guild, member, channel) & Permission.READ_MESSAGE_HISTORY:
        return Answer(200, [])
    there = [each for each in call.world.messages.values() if each.channel_id == channel.id and not each.is_ephemeral]
    most = int(call.query.get("limit", "50"))
    newest = sorted(there, key=lambda each: int(each.id), reverse=True)
    if after := call.query.get("after"):
        newest = [each for each in newest if int(each.id) > int(after)][-most:]
    return Answer(200, [message_json(each, call.world.clock) for each in newest[:most]])


def get_message(call: Call) -> Answer:
    guild, channel, member = access.channel_at(call)
    access.need_in_channel(call, guild, member, channel, Permission.READ_MESSAGE_HISTORY)
    return Answer(200, message_json(_message_at(call), call.world.clock))


def update_message(call: Call) -> Answer:
    access.channel_at(call)
    message = _message_at(call)
    if message.author.id != call.application.bot.id:
        raise RefusalError(50005)
    form = Form(call.body)
    changed = edited(message, read_message(form, before=message), call)
    form.close()
    call.world.messages[message.id] = changed
    return Answer(200, message_json(changed, call.world.clock))


def edited(message: Message, changes: dict[str, Any], call: Call) -> Message:
    """Return the message as edited now; it is no longer loading."""
    flags = changes.pop("flags", message.flags) & ~LOADING
    return replace(message, **changes, flags=flags, edited_at=call.world.clock.now())


def delete_message(call: Call) -> Answer:
    guild, channel, member = access.channel_at(call)
    message = _message_at(call)
    if message.author.id != call.application.bot.id:
        access.need_in_channel(call, guild, member, channel, Permission.MANAGE_MESSAGES)
    del call.world.messages[message.id]
    return Answer(204)


def create_pin(call: Call) -> Answer:
    """Pin a message, up to 250 of a channel (docs: resources/message#pin-message)."""
    guild, channel, member = access.channel_at(call)
    access.need_in_channel(call, guild, member, channel, Permission.PIN_MESSAGES)
    message = _message_at(call)
    pinned = [each for each in call.world.messages.values() if each.channel_id == channel.id and each.pinned_at]
    if len(pinned) >= MOST_PINS and not message.pinned_at:
        raise RefusalError(30003)
    call.world.messages[message.id] = replace(message, pinned_at=message.pinned_at or call.world.clock.now())
    return Answer(204)


def list_pins(call: Call) -> Answer:
    """List what is pinned, the last first; without READ_MESSAGE_HISTORY there is nothing."""
    guild, channel, member = access.channel_at(call)
    if not permissions_in(guild, member, channel) & Permission.READ_MESSAGE_HISTORY:
        return Answer(200, {"items": [], "has_more": False})
    most = int(call.query.get("limit", "50"))
    there = [each for each in call.world.messages.values() if each.channel_id == channel.id]
    pinned = sorted(((each.pinned_at, each) for each in there if each.pinned_at), key=lambda pair: -pair[0])
    clock = call.world.clock
    items = [{"pinned_at": clock.stamp(at), "message": message_json(each, clock)} for at, each in pinned[:most]]
    return Answer(200, {"items": items, "has_more": len(pinned) > most})


def _message_at(call: Call) -> Message:
    message = call.world.messages.get(call.path["message_id"])
    if message is None or message.channel_id != call.path["channel_id"] or message.is_ephemeral:
        raise RefusalError(10008)
    return message
