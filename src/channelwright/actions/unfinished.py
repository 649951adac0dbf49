"""The Resume and Remove buttons of a campaign that could not be finished."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from channelwright.actions import proof
from channelwright.actions.add_campaign import made, maker_of, planned
from channelwright.actions.reply import Message
from channelwright.actions.work import BY_SETTINGS
from channelwright.campaign import campaigns, note
from channelwright.campaign.campaign_state import Claim
from channelwright.campaign.plan import SUFFIX, Plan
from channelwright.campaign.removal import Removal
from channelwright.campaign.rights import Asker
from channelwright.campaign.roles import check_plain
from channelwright.discord.text import linked
from channelwright.language import say
from channelwright.permission_bits import VIEW_CHANNEL
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from channelwright.actions.work import Work
    from channelwright.campaign.note import Written
    from channelwright.discord.permissions import Role
    from channelwright.discord.server import Channel, Server


def resume(work: Work) -> Message:
    """Go on with a campaign that could not be finished; raise StoppedError."""
    server = work.look()
    role = server.roles.get(int(work.text("role", "0")))
    if role is None:
        raise StoppedError(say("The campaign's role is gone, and with it what I had begun. Use `/add-campaign` again."))
    plan = planned(work, role.name.removesuffix(SUFFIX))
    claim = Claim(int(work.text("since", "0")), role.id)
    if (begun := _Begun.of(work, server, role)) is None:
        _check_press(work, server)
    else:
        begun.check_press(work)
        plan = begun.resumed(plan)
    work.begin(begun=begun is not None and begun.is_gone_on_with(int(work.job.interaction_id)))
    return made(work, maker_of(work, plan, claim), say("**{campaign}** is ready.", campaign=plan.shown))


def remove(work: Work) -> Message:
    """Take back a campaign that could not be finished, as far as nobody used it."""
    server = work.look()
    removal = Removal(work.discord, server, int(work.text("since", "0")))
    role = server.roles.get(int(work.text("role", "0")))
    begun = _Begun.of(work, server, role) if role else None
    if role:
        check_plain(server, role)
    if begun and begun.written:
        raise StoppedError(
            say(
                "**{campaign}** is finished by now. `/delete-campaign` deletes it as a whole.",
                campaign=begun.category.shown,
            )
        )
    if begun or work.is_first:  # else the first delivery was about to take away the role, which nothing uses
        _check_press(work, server, begun.gms if begun else ())
    work.begin(begun=begun is None and not work.is_first)
    category = begun.category if begun else None
    left = removal.take_back(role, category)
    if left:
        raise StoppedError(
            say(
                "I left {channels} alone: somebody uses it, or I did not make it. `/delete-campaign` "
                "deletes the campaign as a whole.",
                channels=linked(left),
            )
        )
    return Message(say("What I had begun is gone."))


def _check_press(work: Work, server: Server, gms: Iterable[tuple[int, int]] = ()) -> None:
    """Raise StoppedError for who was allowed to begin this, and no longer is: a button outlives its permission."""
    if work.text("plan") == BY_SETTINGS:
        return
    asker = Asker.seen(work.discord, server, work.job.user_id)
    if not asker.is_maker() and not any(map(asker.is_target, gms)):
        raise StoppedError(say("You may no longer do that, so I changed nothing."))


@dataclass(frozen=True)
class _Begun:
    """The category of a creation that was not finished, by its players' role.

    `written` is the note of one that was finished since, by a repair: a campaign like all others, and by now maybe
    somebody else's than when the button was made.
    """

    server: Server
    category: Channel
    role: Role
    written: Written | None

    @classmethod
    def of(cls, work: Work, server: Server, role: Role) -> _Begun | None:
        since = int(work.text("since", "0"))
        made = [each for each in server.categories if each.id > since and each.overwrite(role.id)]
        if not made:
            return None
        written = note.found(work.discord, server, made[0], role.id)
        return cls(server, made[0], role, written if written and written.note.role_id == role.id else None)

    @property
    def gms(self) -> tuple[tuple[int, int], ...]:
        if self.written:
            return campaigns.of(self.server, self.category, self.role).gms
        return campaigns.seeing(self.server, self.category, self.role)

    def is_gone_on_with(self, request: int) -> bool:
        """Tell whether a delivery of this very press has made anything yet."""
        made = [self.category, *self.server.children(self.category)]
        return any(each.id > request for each in made) or bool(self.written and self.written.note.made_for == request)

    def check_press(self, work: Work) -> None:
        """Raise StoppedError for who may not go on with it now."""
        if self.written:
            asker = Asker.seen(work.discord, self.server, work.job.user_id)
            proof.check_asker(asker, self.server, campaigns.of(self.server, self.category, self.role))
        else:
            _check_press(work, self.server, self.gms)

    def resumed(self, plan: Plan) -> Plan:
        """Return the plan for whose it is now; raise StoppedError where somebody took it from its GM half-made."""
        if self.written:
            return replace(plan, gms=self.gms)
        if not all(self.category.allows(gm, VIEW_CHANNEL) for gm, _ in plan.gms):
            raise StoppedError(
                say(
                    "**{campaign}** is not as I had begun it: its GM does not see it. `/campaign doctor` finds and "
                    "repairs what it lacks.",
                    campaign=plan.shown,
                )
            )
        return plan
