"""`/campaign help`: what one can do, and who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.actions.reply import Message
from channelwright.campaign.rights import Asker

if TYPE_CHECKING:
    from channelwright.actions.work import Work

PLAYER = (
    "**Everybody**",
    "- `/campaign list`: the campaigns that you see",
    "- `/campaign help`: this",
)
GM = (
    "**The GM of a campaign, and moderators**, that is, who has Manage Channels and Manage Roles",
    "- `/campaign invite`: a message with a button to join, for so many players, with or without your approval",
    "- `/campaign session`, `sessions`: when you play, as an event that its members see",
    "- `/campaign add-player`, `remove-player`: who plays",
    "- `/campaign add-gm`, `remove-gm`, `hand-over`: who runs it",
    "- `/campaign rename`: the category and the players' role",
    "- `/campaign archive`, `unarchive`: read-only, and nothing is lost",
    "- `/campaign doctor`: who sees what, what is wrong, and a button that repairs it",
)
MODERATOR = (
    "**Moderators**, unless this server's settings (Integrations) say otherwise",
    "- `/add-campaign`: make one; `like` copies another's channels, `preview` only shows what it would be",
    "- `/delete-campaign`: delete one, after a question that lists all that goes",
)


def help_text(work: Work) -> Message:
    """Show what there is; what only moderators may do, to moderators alone."""
    server = work.look()
    asker = Asker.seen(work.discord, server, work.job.user_id)
    about = "A campaign is a private category with its channels, a role for its players, and a GM who sees all of it."
    return Message("\n".join([about, *PLAYER, *GM, *(MODERATOR if asker.is_maker() else ())]))
