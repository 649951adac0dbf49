"""The first reply to an interaction, whether it came as the answer to Discord's POST or by the callback route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.fake_discord.operations.mentions import PARSES_USERS, pinged_by
from tools.fake_discord.operations.messages import EPHEMERAL, LOADING, Message, edited
from tools.fake_discord.operations.shapes import message_json
from tools.fake_discord.server.call import Answer
from tools.fake_discord.validator.form import Form
from tools.fake_discord.validator.message_form import read_message
from tools.fake_discord.validator.refusals import RefusalError
from tools.fake_discord.world.interactions import AUTOCOMPLETE, COMPONENT, MODAL, PING, State

if TYPE_CHECKING:
    from tools.fake_discord.server.call import Call
    from tools.fake_discord.world.interactions import Interaction

PONG, SAY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, OPEN_MODAL = 1, 4, 5, 6, 7, 8, 9
OF_INTERACTION = 20
"""The type of a message that answers a slash command."""


def create_interaction_response(call: Call) -> Answer:
    """Take a reply over the callback route: 10062 for an unknown or late one, 40060 for a second one."""
    interaction = call.world.interactions.get(call.path["interaction_token"])
    if interaction is None or interaction.id != call.path["interaction_id"]:
        raise RefusalError(10062)
    if interaction.state is State.DEAD or interaction.expired(call.world):
        raise RefusalError(10062)
    if interaction.state is not State.NEW:
        raise RefusalError(40060)
    take_reply(call, interaction, call.body)
    if call.query.get("with_response") not in {"true", "1", "True"}:
        return Answer(204)
    return Answer(200, _receipt(call, interaction))


def take_reply(call: Call, interaction: Interaction, body: Any) -> None:
    """Do what the reply says.

    Raises: RefusalError 50035 for a reply that is malformed, or of a type that this interaction cannot have.
    """
    form = Form(body)
    kind = form.choice("type", _possible(interaction), required=True)
    form.close()
    data = Form(form.body.get("data") or {}, parent=form, at=("data",))
    _TAKE[kind](call, interaction, data)
    interaction.reply = form.body
    interaction.state = State.DEFERRED if kind in {DEFER, DEFER_UPDATE} else State.ANSWERED


def _possible(interaction: Interaction) -> frozenset[int]:
    if interaction.type == PING:
        return frozenset({PONG})
    if interaction.type == AUTOCOMPLETE:
        return frozenset({CHOICES})
    kinds = {SAY, DEFER}
    kinds |= {DEFER_UPDATE, UPDATE} if interaction.source_message_id else set()
    return frozenset(kinds if interaction.type == MODAL else kinds | {OPEN_MODAL})


def _pong(_call: Call, _interaction: Interaction, _data: Form) -> None:
    """Say nothing more."""


def _say(call: Call, interaction: Interaction, data: Form) -> None:
    fields = read_message(data)
    interaction.message_id = post(call, interaction, fields, data.body.get("allowed_mentions")).id


def _defer(call: Call, interaction: Interaction, data: Form) -> None:
    """Show "thinking…". Its data may hold one flag, ephemeral, and that choice is final."""
    for name in data.body:
        if name != "flags":
            data.wrong(name, "BASE_TYPE_UNKNOWN", "only flags may be given with a deferred reply")
    flags = data.choice("flags", {0, EPHEMERAL}, default=0)
    data.close()
    interaction.message_id = post(call, interaction, {"flags": flags | LOADING}, None).id


def _defer_update(_call: Call, interaction: Interaction, _data: Form) -> None:
    interaction.message_id = interaction.source_message_id


def _update(call: Call, interaction: Interaction, data: Form) -> None:
    """Change the message that the component is on."""
    message = call.world.messages.get(interaction.source_message_id or "")
    if message is None:
        raise RefusalError(10008)
    call.world.messages[message.id] = edited(message, read_message(data, before=message), call)
    interaction.message_id = message.id


def _offer(_call: Call, interaction: Interaction, data: Form) -> None:
    """Offer up to 25 choices."""
    if not isinstance(data.body.get("choices"), list):
        data.wrong("choices", "BASE_TYPE_REQUIRED", "This field is required")
    for choice in data.forms("choices", 25):
        choice.text("name", 1, 100, required=True)
        if isinstance(choice.body.get("value"), str):
            choice.text("value", 0, 100)
    data.close()
    interaction.choices = tuple(data.body["choices"])


def _open(_call: Call, interaction: Interaction, data: Form) -> None:
    """Open a form: a title of 45 characters, 1 to 5 components."""
    data.text("title", 1, 45, required=True)
    data.text("custom_id", 1, 100, required=True)
    if not data.forms("components", 5):
        data.wrong("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    data.close()
    interaction.modal = data.body


_TAKE = {
    PONG: _pong,
    SAY: _say,
    DEFER: _defer,
    DEFER_UPDATE: _defer_update,
    UPDATE: _update,
    CHOICES: _offer,
    OPEN_MODAL: _open,
}


def post(call: Call, interaction: Interaction, fields: dict[str, Any], allowed: Any) -> Message:
    """Put a message of the application where the interaction was; an ephemeral one is for its member alone."""
    world = call.world
    guild = world.guild_of(interaction.channel_id)
    if guild is None:
        raise RefusalError(10003)
    message = Message(
        world.snowflakes.next(),
        interaction.channel_id,
        call.application.bot,
        **fields,
        type=0 if interaction.type == COMPONENT else OF_INTERACTION,
        application_id=call.application.id,
        only_for=interaction.user_id if fields.get("flags", 0) & EPHEMERAL else None,
        pinged=pinged_by(fields.get("content", ""), allowed, guild, parses=PARSES_USERS),
    )
    world.messages[message.id] = message
    return message


def _receipt(call: Call, interaction: Interaction) -> dict[str, Any]:
    shown = {"id": interaction.id, "type": interaction.type, "response_message_ephemeral": False}
    receipt: dict[str, Any] = {"interaction": shown}
    message = call.world.messages.get(interaction.message_id or "")
    if message and interaction.reply:
        shown |= {"response_message_id": message.id, "response_message_ephemeral": message.is_ephemeral}
        shape = message_json(message, call.world.clock)
        receipt["resource"] = {"type": interaction.reply["type"], "message": shape}
    return receipt
