"""`/delete-campaign`: ask first, saying exactly what goes; then delete that and nothing else."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from channelwright import campaigns
from channelwright.campaign_plan import SUFFIX
from channelwright.components import CANCEL, Style
from channelwright.removal import ROUNDS, Removal
from channelwright.reply import Message, StoppedError, fitted
from channelwright.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from channelwright.campaigns import Campaign
    from channelwright.server import Channel, Role
    from channelwright.work import Work

CONFIRM = "delete-campaign.confirm"
CONFIRM_SECONDS = 300


def delete_campaign(work: Work) -> Message:
    """Show what would go, with a button to agree to that; raise StoppedError for what is no campaign of ours."""
    server = work.look(rights=False)
    campaign = campaigns.campaign(server, work.text("campaign"))
    goes, older = _goes(campaign)
    lines = [f"**Delete {campaign.name} for good?** There is no way back. These go, with all their messages:"]
    lines += [f"- {channel.link}" for channel in goes]
    tail = [f"and then the category {campaign.category.link} and the role <@&{campaign.role.id}>."]
    if older:
        tail.append(f"{_links(older)} existed before the campaign: they stay, without a category.")
    tail.append("Channels that I cannot see would stay too. `/campaign archive` keeps everything, read-only.")
    options = {
        "campaign": str(campaign.category.id),
        "role": str(campaign.role.id),
        "since": work.job.interaction_id,
        "plan": digest(goes),
    }
    buttons = (
        work.button(CONFIRM, f"Delete {len(goes)} channels", Style.DANGER, CONFIRM_SECONDS, options),
        work.button(CANCEL, "Keep it", Style.SECONDARY, CONFIRM_SECONDS, {}),
    )
    return Message("\n".join([fitted(lines, 1990 - len("\n".join(tail))), *tail]), buttons)


def confirm(work: Work) -> Message:
    """Delete what was agreed to; safe to be cut off anywhere and to be asked from inside the campaign."""
    server = work.look()
    category = server.channels.get(int(work.text("campaign", "0")))
    role = server.roles.get(int(work.text("role", "0")))
    agreed = int(work.text("since", "0"))
    removal = Removal(work.discord, server, agreed)
    if category is None:
        return _role_alone(work, removal, role)
    campaign = campaigns.campaign(server, category.id)
    goes, older = _goes(campaign)
    if work.is_first and digest(goes) != work.text("plan"):
        raise StoppedError(
            f"**{campaign.name}** has changed since you were asked, so I deleted nothing. Use `/delete-campaign` again."
        )
    work.unfinished = lambda text: Message(
        f"**{campaign.name}** is not deleted as a whole. {text} `/delete-campaign` deletes the rest."
    )
    added = _empty_out(work, removal, category, goes)
    if not added and not removal.kept and removal.may_delete(campaign.role) and removal.delete(category):
        removal.delete_role(campaign.role)
    return _report(campaign, removal, older, added, counted=work.is_first)


def digest(channels: Iterable[Channel]) -> str:
    """Return a word for exactly these channels, short enough for a button."""
    ids = ",".join(str(each) for each in sorted(channel.id for channel in channels))
    return sha256(ids.encode()).hexdigest()[:12]


def _goes(campaign: Campaign) -> tuple[list[Channel], list[Channel]]:
    """Tell the campaign's channels from those that are older than its category, which somebody moved into it."""
    goes = [each for each in campaign.channels if each.id > campaign.category.id]
    return goes, [each for each in campaign.channels if each.id < campaign.category.id]


def _empty_out(work: Work, removal: Removal, category: Channel, goes: list[Channel]) -> list[Channel]:
    """Delete channels until a look shows none that was agreed to. Return what somebody added in the meantime."""
    here = int(work.job.channel_id)
    for _ in range(ROUNDS):
        going = [each for each in goes if each.id <= removal.since and each.id not in removal.kept]
        for at, channel in enumerate(sorted(going, key=lambda each: each.id == here)):
            if channel.id == here:  # with it goes the message that is the answer
                work.reply.say(Message(f"**{category.name}** is being deleted, and this channel with it."))
            else:
                work.reply.progress(f"Deleting **{category.name}**: {len(going) - at} channels left.")
            removal.delete(channel)
        goes = [each for each in removal.now().children(category) if each.id > category.id]
        if not [each for each in goes if each.id <= removal.since and each.id not in removal.kept]:
            break
    return [each for each in goes if each.id not in removal.kept]


def _role_alone(work: Work, removal: Removal, role: Role | None) -> Message:
    """Finish a deletion that got as far as the category. On a first delivery there was nothing to delete."""
    if work.is_first:
        raise StoppedError("The campaign's category is gone, or I cannot see it any longer. I deleted nothing.")
    if role and role.name.endswith(SUFFIX) and not role.managed:
        removal.delete_role(role)
    return Message("The campaign is deleted: its channels, its category and its role.")


def _report(
    campaign: Campaign, removal: Removal, older: list[Channel], added: list[Channel], *, counted: bool
) -> Message:
    """Say what is gone and what is not. Only a first delivery has `counted` all that was there."""
    if not removal.kept and not added:
        count = f"{len(campaign.channels) - len(older)} channels" if counted else "channels"
        gone = f"**{campaign.name}** is deleted: {count}, category and role."
        stayed = f" {_links(older)} stayed, as they are older than the campaign." if older else ""
        return Message(gone + stayed)
    lines = [f"**{campaign.name}** could not be deleted as a whole."]
    lines += [f"- {_shown(campaign, id_)}: {why}" for id_, why in removal.kept.items()]
    lines += [f"- {channel.link}: added after you were asked, so I left it alone" for channel in added]
    lines.append("What can go is gone. Settle that, and use `/delete-campaign` again for the rest.")
    return Message(fitted(lines))


def _shown(campaign: Campaign, id_: int) -> str:
    return f"<@&{id_}>" if id_ == campaign.role.id else f"<#{id_}>"


def _links(channels: list[Channel]) -> str:
    return listed([each.link for each in channels])
