"""The bot's template, read."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).parents[2]
TEMPLATE = PROJECT / "config/template.yaml"
FUNCTIONS = {"bot": "Bot", "worker": "Worker"}
