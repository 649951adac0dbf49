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

What goes in: HTTP requests (room `server`), through the `gate` (Cloudflare, token, body, `rate_limits`, `faults`,
`openapi`) to an operation (`routes` names them all), which asks `access` and `permissions`, and changes the `world`.
What goes out: interactions, from `people` through the `switchboard` to the bot's endpoint; and `sight`: who sees what.

Not modelled: threads, the gateway, boosts, onboarding, attachments, files.
"""

from __future__ import annotations

from . import faults
from .call import Answer, Request
from .clock import Clock
from .exchanges import Exchange
from .fake import FakeDiscord
from .interactions import Interaction, State
from .messages import Message
from .openapi import Violation
from .opening import BOT_INVITED, BOT_MINIMUM, EVERYONE, Opening
from .options import CannotError
from .people import Person
from .permissions import ALL, Permission
from .rate_limits import Limit
from .sight import Sight
from .signing import OverHttp, Reply, Signer
from .state import ANNOUNCEMENT, CATEGORY, FORUM, STAGE, TEXT, VOICE, Channel, Guild, Member, Overwrite, Role, User

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
