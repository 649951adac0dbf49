"""The one door to Discord's HTTP API, for the bot's makers; https://docs.discord.com/developers/reference.

Failures are translated here, once. The bot's token goes into one header, and into no message.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests

from deploy import __version__
from deploy.errors import ConfigError, Fault
from tools.discord.errors import DiscordError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tools.discord.application import Command

API = "https://discord.com/api/v10"
TOKEN_VARIABLE, API_VARIABLE = "DISCORD_BOT_TOKEN", "DISCORD_API"
USER_AGENT = f"DiscordBot (https://github.com/channelwright/channelwright, {__version__})"
TIMEOUT_SECONDS = (5, 20)
TRIES = 3
LONGEST_WAIT_SECONDS = 60.0
MOST_SERVERS = 200  # in one page

_PORTAL = "https://discord.com/developers/applications"
_NO_ACCESS = ("the bot is not in that server, or was added without applications.commands", "add it with the link above")
_CAUSES: dict[int, tuple[str, str]] = {
    0: (f"the token in {TOKEN_VARIABLE} is wrong, or was reset", f"copy it from {_PORTAL}, Bot, into .env"),
    10004: ("the bot is not in that server, or there is no such server", "add it with the link above"),
    20012: ("this token is of another application", f"set {TOKEN_VARIABLE} to the token of this one"),
    30034: ("a server takes 200 new commands a day", "try again tomorrow"),
    40333: ("Cloudflare turned the request away", "try again from another network"),
    50001: _NO_ACCESS,
}


@dataclass(frozen=True)
class Discord:
    """Discord, as one application sees it. Scopes are the id of a server, or None for all of them."""

    base: str
    token: str = field(repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Discord:
        if not (token := environment.get(TOKEN_VARIABLE, "")):
            cure = f"put {TOKEN_VARIABLE}=… into .env (see .env.example), or export it"
            raise ConfigError([Fault(TOKEN_VARIABLE, "is not set", cure=cure)])
        if not (token.isascii() and token.isprintable() and " " not in token):
            raise ConfigError([Fault(TOKEN_VARIABLE, "is no token: it has spaces, or is not ASCII")])
        return cls(environment.get(API_VARIABLE) or API, token)

    def application(self) -> dict[str, Any]:
        """Return the application that the token is of."""
        found: dict[str, Any] = self._call("GET", "/applications/@me")
        return found

    def servers(self) -> list[dict[str, Any]]:
        """Return the servers that the bot is in, the first 200 of them."""
        found: list[dict[str, Any]] = self._call("GET", f"/users/@me/guilds?limit={MOST_SERVERS}")
        return found

    def commands(self, application_id: str, server: str | None) -> list[Command]:
        found: list[Command] = self._call("GET", f"{_commands(application_id, server)}?with_localizations=true")
        return found

    def replace_commands(self, application_id: str, server: str | None, commands: list[Command]) -> None:
        """Make this the whole table of the scope; the same call again changes nothing."""
        self._call("PUT", _commands(application_id, server), commands)

    def set_endpoint(self, url: str) -> None:
        """Send interactions to this URL. Discord tries it first, with a PING and with a bad signature."""
        self._call("PATCH", "/applications/@me", {"interactions_endpoint_url": url})

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        """Make a call, all of which can be repeated without harm; raise DiscordError where it is refused."""
        answer = self._sent(method, path, body)
        for _ in range(TRIES - 1):
            wait = _wait(answer)
            if wait is None or wait > LONGEST_WAIT_SECONDS:
                break
            time.sleep(wait)
            answer = self._sent(method, path, body)
        if answer.ok:
            return _json(answer)
        raise DiscordError(_faults(method, path, answer))

    def _sent(self, method: str, path: str, body: Any) -> requests.Response:
        headers = {"Authorization": f"Bot {self.token}", "User-Agent": USER_AGENT}
        try:
            return requests.request(
                method, self.base + path, json=body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            cure = f"check the network and proxies, and {API_VARIABLE} if it is set; a rerun repeats nothing"
            fault = Fault(f"{method} {self.base}{path}", "no answer", cause=type(error).__name__, cure=cure)
            raise DiscordError([fault]) from error


def _commands(application_id: str, server: str | None) -> str:
    within = f"/guilds/{quote(server, safe='')}" if server else ""
    return f"/applications/{quote(application_id, safe='')}{within}/commands"


def _wait(answer: requests.Response) -> float | None:
    """Return for how long Discord asks to wait, in seconds; None where repeating would not help."""
    if answer.status_code == requests.codes.too_many_requests:
        asked = _json(answer)
        return float(asked.get("retry_after", 1)) if isinstance(asked, dict) else LONGEST_WAIT_SECONDS + 1
    return 1.0 if answer.status_code >= requests.codes.server_error else None


def _json(answer: requests.Response) -> Any:
    """Return the body; None where it is no JSON, as Cloudflare's pages are."""
    try:
        return answer.json()
    except requests.JSONDecodeError:
        return None


def _faults(method: str, path: str, answer: requests.Response) -> list[Fault]:
    body = _json(answer)
    refusal = body if isinstance(body, dict) else {}
    where, code = f"{method} {path.partition('?')[0]}", refusal.get("code", -1)
    what = f"Discord answered {answer.status_code} {refusal.get('message', answer.reason)}"
    if details := list(_details("", refusal.get("errors", {}))):
        return [Fault(f"{where}: {place}" if place else where, detail) for place, detail in details]
    if answer.status_code == requests.codes.too_many_requests:
        until = f"Discord asks to wait for {refusal.get('retry_after', 'a while')} s"
        return [Fault(where, "too many calls", cause=until, cure="run it again then; a rerun repeats nothing")]
    cause, cure = _CAUSES.get(0 if answer.status_code == requests.codes.unauthorized else code, ("", ""))
    return [Fault(where, f"{what} (code {code})" if code > 0 else what, cause=cause, cure=cure)]


def _details(place: str, errors: Any) -> Iterator[tuple[str, str]]:
    """Yield the places and messages of a form's errors: docs.discord.com/developers/reference#error-messages."""
    for key, value in errors.items() if isinstance(errors, dict) else ():
        if key == "_errors":
            yield from ((place, f"{each.get('message')} ({each.get('code')})") for each in value)
        else:
            yield from _details(f"{place}.{key}" if place else key, value)
