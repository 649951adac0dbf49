"""The queue consumer's entry point. Importing it is the function's start-up."""

from pathlib import Path

from channelwright import templates
from channelwright.consumer import Consumer
from channelwright.health import answering

CODE = Path(__file__).parent
# Read now, so that a wrong template never takes a job.
handler = answering(Consumer(templates.load(CODE / "config/campaign_channels.yaml")), CODE)
