from __future__ import annotations

from ...command_line.refusals import ErrorOutput

DOCUMENT = ErrorOutput
