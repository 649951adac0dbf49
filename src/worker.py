"""The queue consumer's entry point. Importing it is the function's start-up."""

import os
from pathlib import Path

from channelwright.campaign import templates
from channelwright.discord.bot_token import BotToken
from channelwright.discord.discord_api import API, Discord
from channelwright.discord.pace import Pace
from channelwright.discord.rate_limits import CALLS_PER_SECOND, RateLimits
from channelwright.environment import required
from channelwright.health import answering
from channelwright.worker.consumer import Consumer
from channelwright.worker.redelivery import Visibility

CODE = Path(__file__).parent
_parameter, _queue = required(os.environ, "DISCORD_TOKEN_PARAMETER", "QUEUE_URL")
_region = os.environ.get("AWS_REGION")
# Read now, so that a wrong template never takes a job.
_templates = templates.load(CODE / "config/campaign_channels.yaml")
_interval = 1 / float(os.environ.get("DISCORD_CALLS_PER_SECOND") or CALLS_PER_SECOND)
_discord = Discord(
    os.environ.get("DISCORD_API") or API,
    BotToken.from_parameter(_parameter, _region),
    Pace(0.0),
    limits=RateLimits(_interval),
    certificates=os.environ.get("SSL_CERT_DIR") or True,
)
handler = answering(Consumer(_templates, _discord, Visibility(_queue, _region)), CODE)
