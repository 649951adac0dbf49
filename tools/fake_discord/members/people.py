"""The members' side of Discord: running commands, pressing buttons, reading what they can see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.fake_discord.members.options import GROUP, SUBCOMMAND, CannotError, Filling, may_use
from tools.fake_discord.validator.command_form import SLASH
from tools.fake_discord.world.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Interaction
from tools.fake_discord.world.permissions import Permission, permissions_in, sees
from tools.fake_discord.world.state import CATEGORY, FORUM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.fake_discord.fake import FakeDiscord
    from tools.fake_discord.operations.messages import Message
    from tools.fake_discord.world.state import Channel, Member

Json = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """A member at the keyboard.

    `within` is the channel where it happens: a Channel, an id, or a name; #general if none is given.
    What the client would not allow raises CannotError; what the bot makes of it is in the Interaction.
    """

    fake: FakeDiscord
    id: str

    @property
    def member(self) -> Member:
        return self.fake.guild.members[self.id]

    @property
    def name(self) -> str:
        return self.member.user.username

    def command(self, line: str, /, *, within: Any = None, **options: Any) -> Interaction:
        """Run `/add-campaign` or `/campaign add-player` with options; a Person, Role or Channel stands for its id."""
        return self._run(COMMAND, line, within, options)

    def type_in(self, line: str, option: str, text: str, /, *, within: Any = None, **options: Any) -> Interaction:
        """Type into an option with autocomplete; the choices are in the Interaction."""
        return self._run(AUTOCOMPLETE, line, within, {**options, option: text}, focused=option)

    def press(self, message: Message | Interaction, button: str) -> Interaction:
        """Press the button with this label or custom_id on a message that this member sees."""
        shown_to = self._message(message)
        found = _component(shown_to, button)
        data = {"id": found["id"], "custom_id": found["custom_id"], "component_type": found["type"]}
        return self._use(shown_to, data)

    def choose(self, message: Message | Interaction, select: str, *values: Any) -> Interaction:
        """Choose in a select menu, by its custom_id or placeholder."""
        shown_to = self._message(message)
        found = _component(shown_to, select)
        filling = Filling(self.fake.world, self.fake.guild)
        chosen = [str(getattr(value, "id", value)) for value in values]
        for each in chosen:
            if each in self.fake.world.users:
                filling.add_user(each)
        data = {"id": found["id"], "custom_id": found["custom_id"], "component_type": found["type"], "values": chosen}
        return self._use(shown_to, data | {"resolved": filling.resolved})

    def submit(self, interaction: Interaction, **values: str) -> Interaction:
        """Send off the form that an interaction opened; values by the custom_id of each input."""
        if interaction.modal is None:
            raise CannotError("no form is open")
        rows = [
            {"type": 1, "components": [{"type": 4, "custom_id": name, "value": value}]}
            for name, value in values.items()
        ]
        data = {"custom_id": interaction.modal["custom_id"], "components": rows}
        channel = self.fake.guild.channels[interaction.channel_id]
        return self._interact(MODAL, channel, data, source=interaction.source_message_id)

    def sees(self, channel: Any) -> bool:
        """Tell whether the channel is in this member's list."""
        return sees(self.fake.guild, self.member, self.fake.channel(channel))

    def permissions_in(self, channel: Any) -> Permission:
        return Permission(permissions_in(self.fake.guild, self.member, self.fake.channel(channel)))

    def reads(self, channel: Any) -> list[Message]:
        """Return the messages that this member can read in a channel, the oldest first."""
        where = self.fake.channel(channel)
        if not self.permissions_in(where) & Permission.VIEW_CHANNEL:
            return []
        mine = (each for each in self.fake.world.messages.values() if each.only_for in {None, self.id})
        return [each for each in mine if each.channel_id == where.id]

    def _run(
        self, kind: int, line: str, within: Any, options: Mapping[str, Any], focused: str | None = None
    ) -> Interaction:
        channel = self.fake.channel(within or "general")
        name, *path = line.removeprefix("/").split()
        command = self._offered(name, channel)
        filling = Filling(self.fake.world, self.fake.guild)
        described = command.get("options") or []
        wrap = []
        for step in path:
            described, found = _step(described, step)
            wrap.append(found)
        if any(each["type"] in {SUBCOMMAND, GROUP} for each in described):
            raise CannotError(f"/{line} is not complete")
        sent = filling.fill(described, options, focused)
        for found in reversed(wrap):
            sent = [{"name": found["name"], "type": found["type"], "options": sent}]
        data = {"id": command["id"], "name": name, "type": command["type"], "options": sent}
        if filling.resolved:
            data["resolved"] = filling.resolved
        return self._interact(kind, channel, data)

    def offered(self, within: Any = None) -> list[str]:
        """Return the names of the commands that the client offers here; one that is in both scopes is there twice."""
        channel = self.fake.channel(within or "general")
        return [each["name"] for each in self._scopes() if may_use(each, self.fake.guild, self.member, channel)]

    def offers(self, within: Any = None) -> list[Json]:
        """Return the slash commands that this member can run here: none where commands cannot be used at all."""
        channel = self.fake.channel(within or "general")
        if not self._uses_commands(channel):
            return []
        own = [each for each in self._scopes() if each["type"] == SLASH]
        return [each for each in own if may_use(each, self.fake.guild, self.member, channel)]

    def _uses_commands(self, channel: Channel) -> bool:
        held = self.permissions_in(channel)
        there = channel.type not in {CATEGORY, FORUM} and not self.member.user.bot
        return there and bool(held & Permission.USE_APPLICATION_COMMANDS)

    def _scopes(self) -> list[Json]:
        commands = self.fake.world.commands
        return [*commands.get(self.fake.guild.id, ()), *commands.get("", ())]

    def _offered(self, name: str, channel: Channel) -> Json:
        """Find a command that the client offers to this member here."""
        scopes = self._scopes()
        found: Json | None = next((each for each in scopes if each["name"] == name), None)
        if found is None:
            raise CannotError(f"/{name} is not registered; there are {[each['name'] for each in scopes]}")
        if not self._uses_commands(channel):
            raise CannotError(f"{self.name} cannot use commands in {channel.name}")
        if not may_use(found, self.fake.guild, self.member, channel):
            raise CannotError(f"{self.name} is not offered /{name}")
        return found

    def _message(self, message: Message | Interaction) -> Message:
        message_id = message.message_id if isinstance(message, Interaction) else message.id
        found = self.fake.world.messages.get(message_id or "")
        if found is None or found not in self.reads(found.channel_id):
            raise CannotError(f"{self.name} does not see this message")
        return found

    def _use(self, message: Message, data: Json) -> Interaction:
        channel = self.fake.guild.channels[message.channel_id]
        return self._interact(COMPONENT, channel, data, source=message.id)

    def _interact(self, kind: int, channel: Channel, data: Json, source: str | None = None) -> Interaction:
        if self.member.timed_out_until > self.fake.clock.now():
            raise CannotError(f"{self.name} is timed out")
        return self.fake.switchboard.interact(self, kind, channel, data, source)


def _step(described: list[Json], name: str) -> tuple[list[Json], Json]:
    for each in described:
        if each["name"] == name and each["type"] in {SUBCOMMAND, GROUP}:
            return each.get("options") or [], each
    raise CannotError(f"there is no subcommand {name}; there are {[each['name'] for each in described]}")


def _component(message: Message, wanted: str) -> Json:
    """Find a component by label, placeholder or custom_id."""
    for each in message.buttons:
        if wanted in {each.get("label"), each.get("custom_id"), each.get("placeholder")} and "custom_id" in each:
            if each.get("disabled"):
                raise CannotError(f"{wanted!r} is disabled")
            return each
    raise CannotError(f"there is no {wanted!r}; there are {[each.get('label') for each in message.buttons]}")
