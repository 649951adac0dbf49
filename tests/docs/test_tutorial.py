"""docs/tutorial.md, followed to the letter: its files are written, its commands run, and print what it shows."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs/tutorial.md"
PATIENCE = 300
_BLOCK = re.compile(
    r"(?:`(?P<file>orders/[^`]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
# In place of the wheel, this checkout: what is installed is the same, which is tested elsewhere.
COMMAND = f"""#!{sys.executable}
import sys
sys.path[0], sys.argv[0] = {str(PROJECT)!r}, "channelwright"
from deploy.__main__ import program
sys.exit(program())
"""


@dataclass(frozen=True)
class Block:
    file: str
    language: str
    text: str


def blocks() -> list[Block]:
    text = PAGE.read_text(encoding="utf-8")
    return [Block(found["file"] or "", found["language"], found["text"]) for found in _BLOCK.finditer(text)]


def pattern(shown: str) -> str:
    """Match what is printed as it is shown, but for numbers, names of bytes, widths, and what … leaves out."""
    lines = [re.sub(r"\s+", " ", line.strip()) for line in shown.strip().splitlines()]
    parts = [
        re.sub(r"(?:\\\.|[\d,])*\d(?:\\\.|[\da-f,])*|\b[0-9a-f]{12,64}\b", r"[\\da-f.,]+", re.escape(line))
        for line in lines
    ]
    return "(?s)" + r"\n.*?".join(part.replace("\\ ", r"\s+") for part in parts if part != "…")


@dataclass
class Reader:
    """Somebody with a terminal, and a second one while the first is busy."""

    home: Path
    environment: dict[str, str]
    printed: str = ""
    everything: str = ""
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def follow(self, block: Block) -> None:
        if block.file:
            (self.home.parent / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "sh" and "--keep" in block.text:
            self._keep(block.text)
        elif block.language == "sh":
            self._run(block.text)
        elif block.language == "text":
            assert re.search(pattern(block.text), self.printed), f"{block.text}\nis not in\n{self.printed}"

    def _run(self, commands: str) -> None:
        self._note(commands)
        done = subprocess.run(
            ["bash", "-euc", commands], cwd=self.home, env=self.environment, capture_output=True, text=True,
            check=False, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        self._print(done.stdout)

    def _print(self, text: str) -> None:
        self.printed = text
        self.everything += text

    def _note(self, commands: str) -> None:
        """Keep what is exported, as a shell would for the commands after it."""
        for name, value in re.findall(r"^export (\w+)=(.*)$", commands, re.MULTILINE):
            self.environment[name] = value.replace("$PWD", str(self.home))

    def _keep(self, commands: str) -> None:
        """Leave it running, and export in a second terminal what it printed."""
        log = self.home.parent / "kept.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                ["bash", "-euc", f"exec {commands}"], cwd=self.home, env=self.environment, text=True,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.running.append(process)
        deadline = time.monotonic() + PATIENCE
        while not (printed := log.read_text(encoding="utf-8")).endswith("Ctrl-C ends it\n"):
            assert process.poll() is None, printed
            assert time.monotonic() < deadline, printed
            time.sleep(0.1)
        self._print(printed)
        self._note(printed)


@contextmanager
def reader(folder: Path) -> Iterator[Reader]:
    home = folder / "orders"
    (home / "src").mkdir(parents=True)
    programs = folder / "programs"
    programs.mkdir()
    (programs / "channelwright").write_text(COMMAND)
    (programs / "channelwright").chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    # The reader's machine names no index of its own; what somebody's pip is told here is not the tutorial's.
    own = {name: value for name, value in os.environ.items() if name != "NOX_CURRENT_SESSION"}
    machine = {**own, "PATH": path, "PIP_CONFIG_FILE": os.devnull}
    them = Reader(home, {**machine, "CHANNELWRIGHT_CACHE": str(folder / "cache")})
    try:
        yield them
    finally:
        for process in them.running:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0


def transcript(page: Path) -> list[str]:
    """Return what the first block of a page shows as printed, line by line."""
    shown = page.read_text(encoding="utf-8").partition("```\n")[2].partition("\n```")[0]
    return [line for line in shown.splitlines() if line and not line.startswith(("$", "…"))]


@pytest.mark.container
def test_the_tutorial_leads_from_nothing_to_two_functions_and_back(tmp_path: Path) -> None:
    first, *others = blocks()
    assert first.text == 'pip install "channelwright[local]"\nmkdir -p orders/src && cd orders\n'
    assert len([each for each in others if each.language == "sh"]) >= 8
    assert len(transcript(PROJECT / "README.md")) > 15
    with reader(tmp_path) as them:
        for block in others:
            them.follow(block)
        for line in transcript(PROJECT / "README.md"):
            assert re.search(pattern(line), them.everything), f"README.md: {line}"


def test_what_is_printed_has_to_be_what_is_shown_but_for_figures() -> None:
    shown = "release 349bb1e97e87\n  layer     orders:1, published\n…\nall  3.97 MB"
    assert re.search(pattern(shown), "x\nrelease 0123456789ab\n  layer  orders:23, published\nmore\nall  12 MB\n")
    assert not re.search(pattern(shown), "release 0123456789ab\n  layer  orders:23, refused\nmore\nall  12 MB\n")
    assert not re.search(pattern(shown), "all  12 MB\nrelease 0123456789ab\n  layer  orders:23, published\n")
