"""What a container engine tells while it builds an image or pulls one, event by event."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# Some engines colour what a step writes to stderr, whoever reads it.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_STEP = re.compile(r"^Step \d+/\d+ : (\w+)")
_IMAGE = re.compile(r"^ ---> ([0-9a-f]{12,64})$")
_BUILT = re.compile(r"^(?:Successfully built |sha256:)([0-9a-f]{12,64})$")


@dataclass
class BuildLog:
    """The whole output of a build, its failure if it failed, and the images that it left.

    `image` is the result. `steps` are the images of single steps, oldest first: an engine keeps them, unnamed,
    until they are removed. The base images that the build started from are not among them.
    """

    text: str = ""
    error: str = ""
    image: str = ""
    steps: list[str] = field(default_factory=list)
    _instruction: str = ""

    @property
    def images(self) -> tuple[str, ...]:
        """All that was made, each before what it was made on."""
        return tuple(dict.fromkeys([*filter(None, [self.image]), *reversed(self.steps)]))

    def follow(self, events: Iterable[Mapping[str, Any]]) -> BuildLog:
        for event in events:
            stream = _COLOUR.sub("", event.get("stream", ""))
            self.text += stream
            self.error = event.get("error", self.error)
            self.image = event.get("aux", {}).get("ID", self.image)
            for line in stream.splitlines():
                self._see(line)
        return self

    def _see(self, line: str) -> None:
        if step := _STEP.match(line):
            self._instruction = step[1].upper()
        elif (image := _IMAGE.match(line)) and self._instruction != "FROM":
            self.steps.append(image[1])
        elif built := _BUILT.match(line):
            self.image = self.image or built[1]


def follow_pull(events: Iterable[Mapping[str, Any]], say: Callable[[str], None], every: float = 2.0) -> str:
    """Tell how far a pull is, at most once in `every` seconds; return the engine's error, or nothing."""
    layers: dict[str, tuple[int, int]] = {}
    told = time.monotonic()
    for event in events:
        if "error" in event:
            return str(event["error"])
        detail = event.get("progressDetail") or {}
        if event.get("status") == "Downloading" and "total" in detail:
            layers[event["id"]] = (detail["current"], detail["total"])
        if layers and time.monotonic() - told >= every:
            told = time.monotonic()
            done, total = (sum(sizes) / 10**6 for sizes in zip(*layers.values(), strict=True))
            say(f"  {done:.0f} of {total:.0f} MB")
    return ""
