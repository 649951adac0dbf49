"""A Discord for tests and for one machine: real rules, real HTTP, and faults on demand.

    with FakeDiscord(frozen=True).serving() as fake:
        fake.register(ADD_CAMPAIGN)                        # or let the bot PUT its commands
        fake.send_interactions_to(endpoint_url)            # or fake.endpoint = a function
        fake.faults.on("create_guild_channel", faults.lost_answer(), call=3)
        shown = fake.gm.command("add-campaign", name="Curse of Strahd", gm=fake.gm)
        ...                                                # the worker talks to fake.api, as fake.application.token
        assert fake.message_of(shown).content == "…"
        assert fake.matrix()["Curse of Strahd/gm-notes"]["player"] is Sight.HIDDEN
        assert fake.violations == []

What goes in: HTTP requests, in `server` through the gate (Cloudflare, token, limits, faults; the `validator` holds
bodies against Discord's documents) to one of the `operations`, which changes the `world`. What goes out: interactions,
from `members` to the bot's endpoint; and who sees what. `fake` is all of it in one object, `inspection` what a test
asks of it, `page` where people look at it.

Not modelled: threads, the gateway, boosts, onboarding, attachments, files.
"""

from __future__ import annotations

from tools.fake_discord.fake import FakeDiscord
from tools.fake_discord.members.options import CannotError
from tools.fake_discord.members.people import Person
from tools.fake_discord.members.signing import OverHttp, Reply, Signer
from tools.fake_discord.operations.messages import Message
from tools.fake_discord.server import faults
from tools.fake_discord.server.call import Answer, Request
from tools.fake_discord.server.rate_limits import Limit
from tools.fake_discord.validator.openapi import Violation
from tools.fake_discord.world.clock import Clock
from tools.fake_discord.world.exchanges import Exchange
from tools.fake_discord.world.interactions import Interaction, State
from tools.fake_discord.world.opening import BOT_INVITED, BOT_MINIMUM, EVERYONE, Opening
from tools.fake_discord.world.permissions import ALL, Permission
from tools.fake_discord.world.sight import Sight
from tools.fake_discord.world.state import (
    ANNOUNCEMENT,
    CATEGORY,
    FORUM,
    STAGE,
    TEXT,
    VOICE,
    Channel,
    Guild,
    Member,
    Overwrite,
    Role,
    User,
)

__all__ = [
    "ALL",
    "ANNOUNCEMENT",
    "BOT_INVITED",
    "BOT_MINIMUM",
    "CATEGORY",
    "EVERYONE",
    "FORUM",
    "STAGE",
    "TEXT",
    "VOICE",
    "Answer",
    "CannotError",
    "Channel",
    "Clock",
    "Exchange",
    "FakeDiscord",
    "Guild",
    "Interaction",
    "Limit",
    "Member",
    "Message",
    "Opening",
    "OverHttp",
    "Overwrite",
    "Permission",
    "Person",
    "Reply",
    "Request",
    "Role",
    "Sight",
    "Signer",
    "State",
    "User",
    "Violation",
    "faults",
]
