"""Between Discord and the bot: interactions go out signed, and their replies are taken in."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.fake_discord.members.options import partial_channel
from tools.fake_discord.operations.callbacks import take_reply
from tools.fake_discord.operations.shapes import member_json, message_json, user_json
from tools.fake_discord.validator.refusals import RefusalError
from tools.fake_discord.world.exchanges import Exchange, shown
from tools.fake_discord.world.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, PING, Interaction, State
from tools.fake_discord.world.permissions import permissions_in

if TYPE_CHECKING:
    from tools.fake_discord.fake import FakeDiscord
    from tools.fake_discord.members.people import Person
    from tools.fake_discord.members.signing import Reply
    from tools.fake_discord.validator.openapi import Violation
    from tools.fake_discord.world.state import Channel, Guild, Member

Json = dict[str, Any]

# What a badly signed request has to be answered with: https://docs.discord.com/developers/interactions/overview.
_REFUSED = 401
_OPERATIONS = {PING: "ping", COMMAND: "command", COMPONENT: "component", AUTOCOMPLETE: "autocomplete", MODAL: "modal"}


@dataclass
class Switchboard:
    """Sends interactions to the bot, and takes its replies."""

    fake: FakeDiscord

    def interact(self, person: Person, kind: int, channel: Channel, data: Json, source: str | None) -> Interaction:
        interaction = self._new(person, kind, channel, data, source)
        self.send(interaction)
        return interaction

    def send(self, interaction: Interaction) -> None:
        """Deliver an interaction, or deliver it again, and do what the reply says."""
        body = json.dumps(interaction.payload).encode()
        reply = self.deliver(body, interaction)
        interaction.seconds = reply.seconds
        with self.fake.world.lock:
            if interaction.state is State.NEW:
                self._take(interaction, reply)
        self.fake.world.bell.ring()

    def deliver(self, body: bytes, interaction: Interaction | None = None, *, forged: bool = False) -> Reply:
        """Send a body to the endpoint, signed, or badly signed, and record the exchange."""
        started = time.monotonic()
        reply = self.fake.deliver(body, self.fake.signer.headers(body, forged=forged))
        exchange = Exchange(
            towards="bot",
            at=self.fake.clock.now(),
            method="POST",
            path="interactions endpoint",
            operation=_OPERATIONS[interaction.type] if interaction else "probe",
            status=reply.status,
            ms=round((time.monotonic() - started) * 1000, 3),
            fault=reply.failure,
            asked=shown(body),
            answered=shown(reply.body),
            broken=tuple(str(each) for each in self._violations(reply, interaction)),
            expected=_REFUSED if forged else 0,
        )
        self.fake.gate.record(exchange)
        return reply

    def _violations(self, reply: Reply, interaction: Interaction | None) -> list[Violation]:
        """Hold a first reply against the official description, if there is anything to be read."""
        if interaction is None or interaction.state is not State.NEW or reply.status != 200:
            return []
        try:
            said = json.loads(reply.body)
        except ValueError:
            return []
        with self.fake.world.lock:
            return self.fake.gate.check_reply(said)

    def _take(self, interaction: Interaction, reply: Reply) -> None:
        """Take the reply in; what Discord cannot use leaves the member with "The application did not respond"."""
        if reply.status == 202 and not reply.body:
            interaction.die("202, but nothing came over the callback")
            return
        if reply.status != 200:
            interaction.die(reply.failure or f"the endpoint answered {reply.status}")
            return
        try:
            said = json.loads(reply.body)
            take_reply(self.fake.call("interaction_reply"), interaction, said)
        except (ValueError, RefusalError) as error:
            interaction.die(f"the reply cannot be used: {error} {getattr(error, 'errors', '') or ''}")

    def _new(self, person: Person, kind: int, channel: Channel, data: Json, source: str | None) -> Interaction:
        world, guild = self.fake.world, self.fake.guild
        interaction = Interaction(
            id=world.snowflakes.next(),
            token="aW50ZXJhY3Rpb246" + secrets.token_urlsafe(120),
            type=kind,
            user_id=person.id,
            guild_id=guild.id,
            channel_id=channel.id,
            born=world.clock.now(),
            payload={},
            source_message_id=source,
        )
        interaction.payload = self._payload(interaction, guild, person.member, channel, data)
        with world.lock:
            world.interactions[interaction.token] = interaction
        world.bell.ring()
        return interaction

    def _payload(self, interaction: Interaction, guild: Guild, member: Member, channel: Channel, data: Json) -> Json:
        """Write what Discord sends (docs: interactions/receiving-and-responding, "Interaction Structure")."""
        world, application = self.fake.world, self.fake.application
        bot = guild.members.get(application.bot.id)
        held = permissions_in(guild, member, channel)
        message = world.messages.get(interaction.source_message_id or "")
        return {
            "app_permissions": str(permissions_in(guild, bot, channel) if bot else 0),
            "application_id": application.id,
            "attachment_size_limit": 10_485_760,
            "authorizing_integration_owners": {"0": guild.id},
            "channel": partial_channel(channel, held) | {"guild_id": guild.id, "flags": 0},
            "channel_id": channel.id,
            "context": 0,
            "data": data,
            "entitlement_sku_ids": [],
            "entitlements": [],
            "guild": {"id": guild.id, "locale": guild.locale, "features": sorted(guild.features)},
            "guild_id": guild.id,
            "guild_locale": guild.locale,
            "id": interaction.id,
            "locale": member.user.locale,
            "member": member_json(member, world.clock) | {"permissions": str(held)},
            "token": interaction.token,
            "type": interaction.type,
            "version": 1,
            **({"message": message_json(message, world.clock)} if message else {}),
        }

    def ping(self) -> bytes:
        """Write the PING that Discord sends when a URL is saved."""
        application = self.fake.application
        return json.dumps(
            {
                "application_id": application.id,
                "authorizing_integration_owners": {},
                "entitlements": [],
                "id": self.fake.world.snowflakes.next(),
                "token": "aW50ZXJhY3Rpb246" + secrets.token_urlsafe(60),
                "type": PING,
                "user": user_json(application.bot) | {"bot": False},
                "version": 1,
            }
        ).encode()

    def probe(self) -> str:
        """Try the endpoint: it must answer PONG to a PING, and 401 to one that is badly signed. Say what is wrong."""
        reply = self.deliver(self.ping(), forged=True)
        if reply.status != _REFUSED:
            return reply.failure or f"a badly signed request was answered with {reply.status}, not {_REFUSED}"
        reply = self.deliver(self.ping())
        try:
            pong = json.loads(reply.body) if reply.status == 200 else None
        except ValueError:
            pong = None
        return "" if pong == {"type": 1} else reply.failure or f"a PING was answered with {reply.status}, not PONG"
