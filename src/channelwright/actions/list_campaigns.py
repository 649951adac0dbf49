"""`/campaign list`, page by page; for those who look after the server also what is left of deleted campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.actions.reply import Message
from channelwright.campaign.campaigns import campaigns
from channelwright.campaign.leftovers import leftovers
from channelwright.campaign.plan import SUFFIX
from channelwright.campaign.rights import Asker
from channelwright.components import Style
from channelwright.discord.text import fitted, linked, listed, mention, paged
from channelwright.language import say

if TYPE_CHECKING:
    from channelwright.actions.work import Work
    from channelwright.campaign.campaigns import Campaign
    from channelwright.campaign.leftovers import Leftover

PAGE = 1700
BUTTON_SECONDS = 900


def list_campaigns(work: Work) -> Message:
    """List the campaigns that the asker sees, or all for who looks after the server."""
    server = work.look()
    asker = Asker.seen(work.discord, server, work.job.user_id)
    found = [each for each in campaigns(server) if asker.is_maker() or asker.sees(server, each.category)]
    lost = leftovers(work.discord, server) if asker.is_maker() else []
    if not found and not lost:
        return Message(say("There is no campaign in this server yet, or none that you see. `/add-campaign` makes one."))
    pages = paged([_line(each) for each in found], PAGE) or [[]]
    at = min(work.page(), len(pages) - 1)
    about = {"count": len(found), "page": at + 1, "pages": len(pages)}
    title = say("**Campaigns** ({count})", **about)
    if len(pages) > 1:
        title = say("**Campaigns** ({count}, page {page} of {pages})", **about)
    lines = [title, *pages[at], *map(_lost, lost)]
    return Message(fitted(lines), (*work.turns("campaign.list", at, len(pages), {}), *(_restores(work, lost))))


def _restores(work: Work, lost: list[Leftover]) -> list[dict[str, object]]:
    """Return a button for each; a row holds five, two of which turn pages."""
    return [
        work.button(
            "campaign.restore",
            say("Put {campaign} together again", campaign=each.role.name.removesuffix(SUFFIX)[:40])
            if each.role
            else say("Put it together again"),
            Style.PRIMARY,
            BUTTON_SECONDS,
            {"campaign": str(each.note.category_id)},
        )
        for each in lost[:3]
    ]


def _line(campaign: Campaign) -> str:
    gms = listed([mention(each) for each in campaign.gms], 3) or say("nobody")
    about = {"named": f"**{campaign.shown}** {campaign.category.link}", "count": len(campaign.channels)}
    about |= {"role": f"<@&{campaign.role.id}>", "gms": gms}
    if campaign.archived:
        return say("- {named}: {count} channels, {role}, GM {gms}, archived", **about)
    return say("- {named}: {count} channels, {role}, GM {gms}", **about)


def _lost(lost: Leftover) -> str:
    role = f"<@&{lost.role.id}>" if lost.role else say("a role that is gone")
    channels = linked(lost.channels, 5)
    return say(
        "- Of a campaign whose category was deleted there are {channels} and {role}.", channels=channels, role=role
    )
