"""The way to the fake Discord in its own process: what its members do, and what they see."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]
_TIMEOUT_SECONDS = 30
_GLANCE_SECONDS = 0.1


class NotPossibleError(Exception):
    """A member cannot do that: no such command, not permitted, an option that is wrong."""


@dataclass(frozen=True)
class Door:
    url: str
    session: requests.Session = field(default_factory=requests.Session)

    @classmethod
    def from_environment(cls) -> Door:
        """Find the fake where the pipeline says that it is."""
        session = requests.Session()
        session.trust_env = False  # no proxy stands between two places of one machine
        return cls(json.loads(os.environ["CHANNELWRIGHT_LOCAL"])["addresses"]["Discord"], session)

    def ask(self, what: str, **query: object) -> Any:
        answer = self.session.get(f"{self.url}/_fake/{what}", params=query, timeout=_TIMEOUT_SECONDS)  # type: ignore[arg-type] # texts and numbers
        return self._content(answer)

    def do(self, what: str, /, **given: object) -> Any:
        """Raises NotPossibleError where a member cannot do that."""
        return self._content(
            self.session.post(f"{self.url}/_fake/{what}", data=json.dumps(given), timeout=_TIMEOUT_SECONDS)
        )

    def command(self, who: str, line: str, /, **options: object) -> Json:
        shown: Json = self.do("command", **{"as": who}, line=line, options=options)
        return shown

    def press(self, who: str, message: str, button: str) -> Json:
        shown: Json = self.do("press", **{"as": who}, message=message, button=button)
        return shown

    def watched(self, interaction: str, until: Callable[[str], bool], seconds: float) -> Iterator[Json]:
        """Yield an interaction each time that its message reads differently, until it reads as wished, or too long."""
        deadline, before = time.monotonic() + seconds, ""
        while time.monotonic() < deadline:
            seen: Json = next(each for each in self.ask("interactions") if each["id"] == interaction)
            text = content(seen)
            if text and text != before:
                before = text
                yield seen
            if until(text) or seen["state"] == "dead":
                return
            time.sleep(_GLANCE_SECONDS)

    @staticmethod
    def _content(answer: requests.Response) -> Any:
        if answer.status_code == 409:
            raise NotPossibleError(answer.json()["error"].partition(": ")[2])
        answer.raise_for_status()
        return answer.json()


def content(seen: Json) -> str:
    """Return what an interaction's message says, nothing while it is thinking."""
    return str((seen["message"] or {}).get("content") or "")
