"""What the page shows: the server through one member's eyes, one channel of it, and what went over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.fake_discord.members.options import GROUP, SUBCOMMAND
from tools.fake_discord.operations.shapes import message_json
from tools.fake_discord.server.call import Answer
from tools.fake_discord.world.interactions import COMMAND, COMPONENT, MODAL, State
from tools.fake_discord.world.permissions import sees
from tools.fake_discord.world.sight import in_order, is_private, sight
from tools.fake_discord.world.state import CATEGORY, TYPE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.fake_discord.fake import FakeDiscord
    from tools.fake_discord.members.people import Person
    from tools.fake_discord.operations.messages import Message
    from tools.fake_discord.world.exchanges import Exchange
    from tools.fake_discord.world.interactions import Interaction
    from tools.fake_discord.world.state import Channel, Role

PATIENCE = 20.0
"""How long a request is held while nothing changes, in seconds."""
MOST_EXCHANGES = 500
Json = dict[str, Any]


def watched(fake: FakeDiscord, given: Mapping[str, str]) -> Answer:
    """Wait until something is new to one who `heard` a count of changes, then show it all; 204 if nothing is.

    However much happens meanwhile is one answer, so a page that is slow is late, but never behind. A viewer who is no
    member (any longer) gives way to the owner.
    """
    heard = int(given.get("heard", -1))
    if fake.world.bell.wait(heard, PATIENCE) == heard:
        return Answer(204)
    with fake.world.lock:
        names = {each.user.username for each in fake.guild.members.values()}
        viewer = fake.person(given["viewer"]) if given.get("viewer") in names else fake.owner
        shown = view(fake, viewer, given.get("channel", ""), int(given.get("after", 0)))
    return Answer(200, shown, {"Content-Type": "application/json"})


def view(fake: FakeDiscord, viewer: Person, channel_id: str = "", after: int = 0) -> Json:
    """Return everything but the bodies of exchanges; of those, the ones `after` a number.

    A channel that the viewer does not see, or that is gone, gives way to the first that there is.
    """
    visible = [each for each in in_order(fake.guild) if sees(fake.guild, viewer.member, each)]
    channel = _chosen(visible, channel_id)
    return {
        "heard": fake.world.bell.count,
        "now": fake.clock.now(),
        "guild": {"id": fake.guild_id, "name": fake.guild.name},
        "addresses": _addresses(fake),
        "viewer": viewer.id,
        "members": [_member(fake, each.user.id) for each in fake.guild.members.values()],
        "roles": [_role(fake, each) for each in sorted(fake.roles, key=lambda each: each.rank, reverse=True)],
        "channels": [_channel(fake, viewer, each) for each in visible],
        "channel": channel.id if channel else None,
        "messages": _messages(fake, viewer, channel) if channel else [],
        "attempts": _attempts(fake, viewer, channel) if channel else [],
        "commands": viewer.offers(channel) if channel else [],
        "has_commands": any(fake.world.commands.values()),
        "sight": [_seen(fake, each) for each in in_order(fake.guild)],
        "exchanges": [brief(each) for each in fake.exchanges[max(after, len(fake.exchanges) - MOST_EXCHANGES) :]],
        "violations": [str(each) for each in fake.violations],
        "unfaithful": [str(each) for each in fake.unfaithful],
    }


def brief(exchange: Exchange) -> Json:
    """Return an exchange without its bodies."""
    every = {**vars(exchange), "code": exchange.code}
    return {name: value for name, value in every.items() if name not in {"asked", "answered"}}


def _chosen(visible: list[Channel], channel_id: str) -> Channel | None:
    places = [each for each in visible if each.type != CATEGORY]
    return next((each for each in places if each.id == channel_id), places[0] if places else None)


def _addresses(fake: FakeDiscord) -> Json:
    return {
        "API": fake.api,
        "Interactions go to": fake.interactions_go_to,
        "Application": fake.application.id,
        "Server": fake.guild_id,
        "Public key": fake.public_key,
    }


def _member(fake: FakeDiscord, user_id: str) -> Json:
    member = fake.guild.members[user_id]
    owns = user_id == fake.guild.owner_id
    return {"id": user_id, "name": member.user.username, "bot": member.user.bot, "owner": owns}


def _role(fake: FakeDiscord, role: Role) -> Json:
    holders = [
        each.user.id for each in fake.guild.members.values() if role.id in each.roles or role.id == fake.guild_id
    ]
    return {"id": role.id, "name": role.name, "managed": role.managed, "holders": holders}


def _channel(fake: FakeDiscord, viewer: Person, channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "type": channel.type,
        "type_name": TYPE_NAMES[channel.type],
        "parent_id": channel.parent_id,
        "topic": channel.topic,
        "private": is_private(fake.guild, channel),
        "sight": sight(fake.guild, viewer.member, channel),
    }


def _seen(fake: FakeDiscord, channel: Channel) -> Json:
    eyes = {each.user.id: sight(fake.guild, each, channel) for each in fake.guild.members.values()}
    nested = channel.parent_id is not None
    return {"name": channel.name, "is_nested": nested, "type_name": TYPE_NAMES[channel.type], "sight": eyes}


def _messages(fake: FakeDiscord, viewer: Person, channel: Channel) -> list[Json]:
    commands = [each for each in fake.interactions if each.type == COMMAND]
    answers = {answer: each for each in commands for answer in (each.message_id, *each.followup_ids)}
    return [_message(fake, each, answers.get(each.id)) for each in viewer.reads(channel)]


def _message(fake: FakeDiscord, message: Message, command: Interaction | None) -> Json:
    more = {"only_for": message.only_for, "loading": message.is_loading, "used": _used(command) if command else None}
    return message_json(message, fake.clock) | more


def _used(interaction: Interaction) -> Json:
    """Return who ran which command, as `line` and options."""
    line, options = interaction.payload["data"].get("name", ""), interaction.payload["data"].get("options", [])
    while options and options[0]["type"] in {SUBCOMMAND, GROUP}:
        line, options = f"{line} {options[0]['name']}", options[0].get("options", [])
    return {"user_id": interaction.user_id, "line": line, "options": options}


def _attempts(fake: FakeDiscord, viewer: Person, channel: Channel) -> list[Json]:
    """Return what this member asked of the bot here without an answer, so far or for ever; of a message the latest."""
    latest: dict[str, Interaction] = {}
    for each in fake.interactions:
        if (each.user_id, each.channel_id) == (viewer.id, channel.id) and each.type in {COMMAND, COMPONENT, MODAL}:
            latest[each.source_message_id or each.id] = each
    return [_attempt(each) for each in latest.values() if each.state in {State.NEW, State.DEAD}]


def _attempt(interaction: Interaction) -> Json:
    return {
        "id": interaction.id,
        "source": interaction.source_message_id,
        "used": _used(interaction),
        "state": interaction.state,
        "failure": interaction.failure,
    }
