"""A run without changes imports what it needs: each library here takes longer than all that such a run has to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent.parent
# What builds, proves or publishes; what speaks to an engine by its SDK, or to AWS; what draws on a terminal; what
# makes archives and folders, guesses what was meant, or knows the machine.
UNNEEDED = (
    *("boto3", "botocore", "cyclonedx", "docker", "elftools", "http.client", "requests", "rich", "ssl", "urllib3"),
    *("difflib", "platform", "tempfile", "zipfile"),
)
SCRIPT = f"""
import sys
from deploy.command_line import running
from deploy.commands import layer
from deploy.prepare import at_hand
at_hand.emulated()
running.parser(["layer"], None, alone="layer").parse_args(["layer"])
print([name for name in {UNNEEDED!r} if name in sys.modules])
print([name for name in ("deploy.container.engine", "deploy.layer.build", "deploy.layer.sbom") if name in sys.modules])
"""


def test_loading_the_command_that_builds_imports_nothing_that_only_a_change_needs() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "[]"]
