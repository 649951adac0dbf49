"""`/add-campaign` with `preview`: what would be made, and what stands against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.actions.reply import Message
from channelwright.campaign import preflight
from channelwright.campaign.campaign_state import Claim, Found, find, namesakes
from channelwright.discord.messages import kind
from channelwright.discord.text import fitted, listed, plain
from channelwright.language import say
from channelwright.stopped import StoppedError

if TYPE_CHECKING:
    from channelwright.actions.work import Work
    from channelwright.campaign.plan import Plan
    from channelwright.discord.server import Server


def preview(work: Work, plan: Plan) -> Message:
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
