"""Who may look behind the stage: this machine's own programs, and the page that the fake itself serves.

Any page that is open in the same browser can send requests to loopback. A browser says in `Origin` and
`Sec-Fetch-Site` whose script it was (https://www.w3.org/TR/fetch-metadata/), and in `Host` which name it looked up:
one that an attacker's name server points at 127.0.0.1 is not ours (DNS rebinding). Programs send none of the former.
The API itself is not guarded here but by its own rules: the bot token, and a User-Agent that browsers do not send.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tools.fake_discord.server.call import Answer

if TYPE_CHECKING:
    from tools.fake_discord.server.call import Request

HOSTS = frozenset({"127.0.0.1", "localhost"})
OWN_SITES = frozenset({"", "same-origin", "none"})
"""Of Sec-Fetch-Site: not a browser, the page's own scripts, and what somebody typed into the address bar."""


def refusal(request: Request, *, strings: bool) -> Answer | None:
    """Return the answer to a request that comes from elsewhere, None for one that may pass.

    `strings` are what changes things or tells of them; the page itself can be linked to from anywhere.
    """
    host = request.headers.get("host", "")
    if _hostname(host) not in HOSTS:
        return _refused(f"this is 127.0.0.1, not {host!r}")
    if not strings:
        return None
    if request.headers.get("sec-fetch-site", "") not in OWN_SITES:
        return _refused("another site's page asks")
    origin = request.headers.get("origin")
    return None if origin in {None, f"http://{host}"} else _refused(f"a page of {origin} asks")


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _refused(why: str) -> Answer:
    return Answer(403, {"error": f"Refused: {why}."}, {"Content-Type": "application/json"})
