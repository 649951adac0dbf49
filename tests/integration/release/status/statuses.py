"""What status says, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.schemas import output

if TYPE_CHECKING:
    from tests.integration.release.looking import Looker

BOT = "tiny_bot-dev"


def drift(look: Looker) -> list[str]:
    """Return where and what of each drift; a check ends with 3 exactly if there is one."""
    code, text = look.ran("status", "--check", "--json")
    found = output("status", text)["drift"]
    assert code == (3 if found else 0)
    return [f"{each['where']}: {each['what']}" for each in found]


def live(look: Looker) -> Any:
    return look.json("status")["functions"][0]["aliases"][0]["versions"][0]
