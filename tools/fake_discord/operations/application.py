"""The application itself; saving its interactions URL makes Discord try it first (docs: interactions/overview)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.fake_discord.operations.shapes import user_json
from tools.fake_discord.server.call import Answer
from tools.fake_discord.validator.form import Form
from tools.fake_discord.world.state import User

if TYPE_CHECKING:
    from tools.fake_discord.server.call import Call


def get_my_application(call: Call) -> Answer:
    return Answer(200, _shape(call))


def update_my_application(call: Call) -> Answer:
    """Save the interactions URL: it must answer a PING, and refuse one that is badly signed with 401."""
    form = Form(call.body)
    url = form.text("interactions_endpoint_url", 0, 2048)
    form.close()
    if "interactions_endpoint_url" in form:
        fault = call.probe(url) if url else ""
        if fault:
            form.wrong(
                "interactions_endpoint_url",
                "APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID",
                f"The specified interactions endpoint URL could not be verified: {fault}",
            )
        form.close()
        call.application.interactions_endpoint_url = url or None
    return Answer(200, _shape(call))


def _shape(call: Call) -> dict[str, Any]:
    return {
        "id": call.application.id,
        "name": call.application.bot.username,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user_json(call.application.bot),
        "verify_key": call.public_key,
        "flags": 0,
        "flags_new": "0",
        "bot_public": True,
        "bot_require_code_grant": False,
        "interactions_endpoint_url": call.application.interactions_endpoint_url,
        "redirect_uris": [],
        "role_connections_verification_url": None,
        "owner": user_json(User(str(int(call.application.id) - 1), "developer")),
        "eligible_oauth2_scopes": ["applications.commands", "bot"],
        "team": None,
        "approximate_guild_count": len(call.world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "max_participants": None,
    }
