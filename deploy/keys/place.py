"""Where a project's configuration lies."""

from pathlib import Path

CONFIG = Path("config/pipeline.yaml")
