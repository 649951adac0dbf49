"""An interaction's token as a webhook: the original reply and the messages that follow it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tools.fake_discord.operations.callbacks import post
from tools.fake_discord.operations.mentions import PARSES_USERS, pinged_by
from tools.fake_discord.operations.messages import EPHEMERAL, Message, edited
from tools.fake_discord.operations.shapes import message_json
from tools.fake_discord.server.call import Answer
from tools.fake_discord.validator.form import Form
from tools.fake_discord.validator.message_form import read_message
from tools.fake_discord.validator.refusals import RefusalError
from tools.fake_discord.world.interactions import State

if TYPE_CHECKING:
    from tools.fake_discord.server.call import Call
    from tools.fake_discord.world.interactions import Interaction


def update_original_webhook_message(call: Call) -> Answer:
    """Edit @original; on a deferred reply this is the answer."""
    interaction = _interaction(call)
    answer = _edit(call, _message(call, interaction.message_id))
    interaction.state = State.ANSWERED
    return answer


def get_original_webhook_message(call: Call) -> Answer:
    return Answer(200, message_json(_message(call, _interaction(call).message_id), call.world.clock))


def delete_original_webhook_message(call: Call) -> Answer:
    interaction = _interaction(call)
    del call.world.messages[_message(call, interaction.message_id).id]
    return Answer(204)


def execute_webhook(call: Call) -> Answer:
    """Send a further message; while the reply is deferred the first one takes the place of @original."""
    interaction = _interaction(call)
    original = call.world.messages.get(interaction.message_id or "")
    if interaction.state is State.DEFERRED and original is not None and original.is_loading:
        interaction.state = State.ANSWERED
        return _edit(call, original)
    form = Form(call.body)
    fields = read_message(form)
    message = post(call, interaction, fields, form.body.get("allowed_mentions"))
    interaction.followup_ids.append(message.id)
    return Answer(200, message_json(message, call.world.clock))


def get_webhook_message(call: Call) -> Answer:
    return Answer(200, message_json(_followup(call), call.world.clock))


def update_webhook_message(call: Call) -> Answer:
    return _edit(call, _followup(call))


def delete_webhook_message(call: Call) -> Answer:
    del call.world.messages[_followup(call).id]
    return Answer(204)


def _interaction(call: Call) -> Interaction:
    """Find the interaction by its token.

    404 10015 while the first reply has not been taken in (Discord's issue 6851), 401 50027 after 15 minutes.
    """
    interaction = call.world.interactions.get(call.path["webhook_token"])
    if call.path["webhook_id"] != call.application.id:
        raise RefusalError(10015)
    if interaction is None or interaction.expired(call.world):
        raise RefusalError(50027)
    if interaction.state in {State.NEW, State.DEAD}:
        raise RefusalError(10015)
    return interaction


def _followup(call: Call) -> Message:
    interaction = _interaction(call)
    if call.path["message_id"] not in {interaction.message_id, *interaction.followup_ids}:
        raise RefusalError(10008)
    return _message(call, call.path["message_id"])


def _message(call: Call, message_id: str | None) -> Message:
    message = call.world.messages.get(message_id or "")
    if message is None:
        raise RefusalError(10008)
    return message


def _edit(call: Call, message: Message) -> Answer:
    """Edit a message. What it is for one member alone stays so; only an answer that was awaited notifies anyone."""
    form = Form(call.body)
    fields = read_message(form, before=message)
    if "flags" in fields:
        fields["flags"] = (fields["flags"] & ~EPHEMERAL) | (message.flags & EPHEMERAL)
    changed = edited(message, fields, call)
    if message.is_loading:
        guild = call.world.guild_of(message.channel_id)
        allowed = form.body.get("allowed_mentions")
        changed = replace(changed, pinged=pinged_by(changed.content, allowed, guild, parses=PARSES_USERS))
    call.world.messages[message.id] = changed
    return Answer(200, message_json(changed, call.world.clock))
