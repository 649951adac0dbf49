"""What the page asks the fake Discord."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from tools.fake_discord import FakeDiscord


def get(fake: FakeDiscord, path: str, **headers: str) -> requests.Response:
    return requests.get(fake.url + path, headers=headers, timeout=30)


def post(fake: FakeDiscord, name: str, content: Any, **headers: str) -> requests.Response:
    return requests.post(f"{fake.url}/_fake/{name}", json=content, headers=headers, timeout=30)


def view(fake: FakeDiscord, viewer: str = "gm", **query: Any) -> Any:
    answer = requests.get(f"{fake.url}/_fake/view", params={"viewer": viewer, **query}, timeout=30)
    return answer.json() if answer.content else None
