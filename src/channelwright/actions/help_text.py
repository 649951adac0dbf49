"""`/campaign help`: what one can do, and who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.actions.reply import Message
from channelwright.campaign.rights import Asker
from channelwright.language import say

if TYPE_CHECKING:
    from channelwright.actions.work import Work


def help_text(work: Work) -> Message:
    """Show what there is; what only moderators may do, to moderators alone."""
    server = work.look()
    asker = Asker.seen(work.discord, server, work.job.user_id)
    about = say(
        "A campaign is a private category with its channels, a role for its players, and a GM who sees all of it."
    )
    return Message("\n".join([about, *_everybody(), *_gm(), *(_moderator() if asker.is_maker() else ())]))


def _everybody() -> list[str]:
    return [
        say("**Everybody**"),
        say("- `/campaign list`: the campaigns that you see"),
        say("- `/campaign help`: this"),
    ]


def _gm() -> list[str]:
    return [
        say("**The GM of a campaign, and moderators**, that is, who has Manage Channels and Manage Roles"),
        say(
            "- `/campaign invite`: a message with a button to join, for so many players, with or without your approval"
        ),
        say("- `/campaign session`, `sessions`: when you play, as an event that its members see"),
        say("- `/campaign add-player`, `remove-player`: who plays"),
        say("- `/campaign add-gm`, `remove-gm`, `hand-over`: who runs it"),
        say("- `/campaign rename`: the category and the players' role"),
        say("- `/campaign archive`, `unarchive`: read-only, and nothing is lost"),
        say("- `/campaign doctor`: who sees what, what is wrong, and a button that repairs it"),
    ]


def _moderator() -> list[str]:
    return [
        say("**Moderators**, unless this server's settings (Integrations) say otherwise"),
        say("- `/add-campaign`: make one; `like` copies another's channels, `preview` only shows what it would be"),
        say("- `/delete-campaign`: delete one, after a question that lists all that goes"),
    ]
