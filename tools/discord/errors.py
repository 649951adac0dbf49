"""What Discord refuses."""

from deploy.errors import PipelineError


class DiscordError(PipelineError):
    """Discord refused a call, or a person what it would do."""
