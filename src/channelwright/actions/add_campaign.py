"""`/add-campaign` and its preview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channelwright.actions import proof, summary
from channelwright.actions.reply import Message
from channelwright.actions.work import BY_SETTINGS
from channelwright.campaign import likeness, note, preflight
from channelwright.campaign.campaign_state import Claim, Found, find, namesakes
from channelwright.campaign.campaigns import recognised
from channelwright.campaign.create import ExistsError, Maker
from channelwright.campaign.likeness import LIKE
from channelwright.campaign.plan import Plan, Slot, campaign_name
from channelwright.campaign.removal import Removal
from channelwright.campaign.rights import MAKERS
from channelwright.campaign.template_rules import DEFAULT
from channelwright.components import Style
from channelwright.discord.discord_api import RefusedError
from channelwright.discord.messages import kind
from channelwright.discord.permissions import MEMBER
from channelwright.discord.server import Server
from channelwright.discord.text import fitted, listed, plain
from channelwright.language import say
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from channelwright.actions.work import Work

BUTTON_SECONDS = 2 * 86_400  # Discord may ask to wait for a day


def add_campaign(work: Work) -> Message:
    """Make a campaign, or show what would be made; raise StoppedError."""
    plan = planned(work, campaign_name(work.text("name")))
    if work.job.options.get("preview"):
        return _preview(work, plan)
    maker = maker_of(work, plan, Claim(int(work.job.interaction_id)))
    maker.check = _OnlyOne(work, plan, fresh=work.is_first)
    return made(work, maker, say("**{campaign}** is ready.", campaign=plan.shown))


def _preview(work: Work, plan: Plan) -> Message:
    """Show the plan beside what is there."""
    server = work.look()
    same = namesakes(plan, server)
    there = find(plan, server, Claim(int(work.job.interaction_id)))
    about = {"campaign": plan.shown, "role": plain(plan.role_name), "count": len(plan.slots), "template": plan.template}
    lines = [
        say("**{campaign}** would get, and I have made nothing:", **about),
        say("- the role **{role}**", **about),
        say("- the private category **{campaign}**, with {count} channels (template {template}):", **about),
    ]
    seen = {"write": say("players and GM"), "read": say("players read, the GM writes"), "none": say("GM alone")}
    lines += [f"  - {plain(each.channel.name)} ({kind(each.type)}; {seen[each.players]})" for each in plan.slots]
    tail = [say("GM: {gms}. Owner, administrators and I see every channel.", gms=f"<@{plan.gms[0][0]}>")]
    if any(slot.fallback is not None for slot in plan.slots):
        tail.append(
            say("Where this server refuses forum, announcement or stage channels, text or voice takes their place.")
        )
    tail += _obstacles(work, plan, server, [each.link for each in same], there)
    return Message("\n".join([fitted(lines, 1980 - len("\n".join(tail))), *tail]))


def _obstacles(work: Work, plan: Plan, server: Server, same: list[str], there: Found) -> list[str]:
    found = [say("There is a category of this name already: {categories}.", categories=listed(same))] if same else []
    if any(role.name == plan.role_name for role in server.roles.values()):
        found.append(
            say("There is a role {role} already; the campaign would get another one.", role=plain(plan.role_name))
        )
    try:
        preflight.check(server, plan, there)
    except StoppedError as stop:
        found.append(say("It would not work now. {why}", why=work.reason(stop)))
    return found


def maker_of(work: Work, plan: Plan, claim: Claim) -> Maker:
    request = int(work.job.interaction_id)
    guild = work.job.guild_id
    return Maker(
        work.discord,
        guild,
        plan,
        claim,
        work.reply.progress,
        sure=work.is_first,
        request=request,
        held=proof.held(work),
    )


def planned(work: Work, name: str) -> Plan:
    """Return the plan that the options stand for; raise StoppedError."""
    if not name:
        raise StoppedError(say("A campaign needs a name."))
    gms = ((int(work.text("gm", work.job.user_id)), MEMBER),)
    if work.text("like"):
        return Plan(name, LIKE, _alike(work), gms)
    template = work.text("template", DEFAULT)
    if template not in work.templates:
        raise StoppedError(
            say(
                "There is no template {template}. There are: {templates}.",
                template=plain(template[:40]),
                templates=listed(list(work.templates)),
            )
        )
    slots = tuple(Slot(channel) for channel in work.templates[template])
    return Plan(name, template, slots, gms)


def _alike(work: Work) -> tuple[Slot, ...]:
    """Return the slots of the campaign that another shall be like, which the asker may run."""
    if work.text("template", LIKE) != LIKE:
        raise StoppedError(say("Choose a template, or a campaign that it shall be like: not both."))
    server = work.look()
    source = proof.campaign(work, server, "like")
    noted = proof.noted(work, server, "like").written.note
    slots = likeness.copied(work.discord, server, noted, proof.held(work))
    if not slots:
        raise StoppedError(say("**{campaign}** has no channels that I could make again.", campaign=source.shown))
    return slots


class _OnlyOne:
    """Refuses a second campaign of a name.

    `fresh` is whether this is the first that is known of the job. Even so it may have been begun: whoever sends dead
    letters on again makes them new to the queue. A finished campaign tells by its note which request made it.
    """

    def __init__(self, work: Work, plan: Plan, *, fresh: bool) -> None:
        self.work = work
        self.plan = plan
        self.fresh = fresh

    def __call__(self, server: Server, there: Found) -> None:
        same = namesakes(self.plan, server)
        if same and (not there.categories or (self.fresh and self._is_anothers(server, there))):
            raise ExistsError(same[0])
        self.fresh = False

    def _is_anothers(self, server: Server, there: Found) -> bool:
        role = there.roles[0].id if there.roles else 0
        written = note.found(self.work.discord, server, there.categories[0], role)
        return written is not None and written.note.made_for != int(self.work.job.interaction_id)


def made(work: Work, maker: Maker, title: str) -> Message:
    work.unfinished = HalfMade(work, maker)
    try:
        made = maker.make()
    except ExistsError as rival:
        return _exists(work, maker, rival)
    except (StoppedError, RefusedError) as error:
        return work.unfinished.told(work.reason(error))
    assert maker.server  # noqa: S101 - it was looked at
    return Message(summary.finished(maker.plan, made, maker.server, title), home=summary.home(made))


def _exists(work: Work, maker: Maker, rival: ExistsError) -> Message:
    """Say so, and take back what was begun before it was seen."""
    if not work.is_first or not maker.sure:
        own = maker.made
        server = Server.seen(work.discord, work.job.guild_id)
        Removal(work.discord, server, maker.claim.since).take_back(own.role, own.category)
        maker.made.role = maker.made.category = None
    if maker.server and recognised(maker.server, rival.category):
        return Message(
            say(
                "There is a campaign **{campaign}** already: {category}. I changed nothing. `/campaign doctor` finds "
                "and repairs what it lacks.",
                campaign=rival.category.shown,
                category=rival.category.link,
            )
        )
    return Message(
        say(
            "There is a category **{campaign}** already ({category}), which I did not make. I changed nothing; choose "
            "another name, or rename it.",
            campaign=rival.category.shown,
            category=rival.category.link,
        )
    )


@dataclass(frozen=True)
class HalfMade:
    """A campaign that is being made."""

    work: Work
    maker: Maker

    def told(self, why: str) -> Message:
        """Say what there is and why there is not more, with the ways on and back."""
        maker, made = self.maker, self.maker.made
        if made.role is None:
            return Message(
                say(
                    "I could not make **{campaign}**, and made nothing of it. {why}", campaign=maker.plan.shown, why=why
                )
            )
        options = {"role": str(made.role.id), "since": str(maker.claim.since)} | self._way()
        gm = {"gm": str(maker.plan.gms[0][0]), "template": maker.plan.template}
        gm |= {"like": self.work.text("like")} if self.work.text("like") else {}
        about = {"campaign": maker.plan.shown, "count": made.count, "size": maker.plan.size, "why": why}
        state = say("**{campaign}** is not finished: {count} of {size} are there. {why}", **about)
        if made.count == maker.plan.size:
            state = say(
                "**{campaign}** is there, all {count} of it, but I could not check it to the end. {why}", **about
            )
        return Message(
            state,
            (
                self.work.button("campaign.resume", say("Resume"), Style.PRIMARY, BUTTON_SECONDS, options | gm),
                self.work.button("campaign.remove", say("Remove"), Style.DANGER, BUTTON_SECONDS, options),
            ),
            summary.home(made),
        )

    def _way(self) -> dict[str, str]:
        """Return the mark of who could run the command by the server's settings alone, and so may go on with it."""
        held, again = self.work.job.user_permissions, self.work.text("plan") == BY_SETTINGS
        return {"plan": BY_SETTINGS} if again or (held and held & MAKERS != MAKERS) else {}
