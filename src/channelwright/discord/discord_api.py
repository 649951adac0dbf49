"""The one door to Discord's HTTP API, https://docs.discord.com/developers/reference.

DiscordError
├── RefusedError        Discord said no, with one of its codes; asking again would not help
├── TokenRefusedError   the bot's token is not good, although it was just read again
├── BlockedError        Cloudflare answered instead: every further call makes it worse
└── NoAnswerError       nothing came back, or a 5xx, several times
    └── UnsureError     the same for what must not be repeated blindly: it may have been done
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import requests

from channelwright.discord.rate_limits import RateLimits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.discord.bot_token import BotToken
    from channelwright.discord.pace import Pace

API = "https://discord.com/api/v10"
USER_AGENT = "DiscordBot (https://github.com/channelwright/channelwright, 1)"
TIMEOUTS = (3, 10)
PAUSES = (0.5, 1.0, 2.0, 4.0)
MOST_REFUSALS = 20
UNKNOWN_MEMBER = 10007
GONE = frozenset({10003, 10008, 10009, 10011, 10070})  # unknown channel, message, overwrite, role, event


class DiscordError(Exception):
    """Texts name routes, codes and Discord's words: no tokens and no ids of people."""


class RefusedError(DiscordError):
    """`code` is one of https://docs.discord.com/developers/topics/opcodes-and-status-codes#json."""

    def __init__(self, status: int, body: Mapping[str, Any], route: str) -> None:
        self.status = status
        self.route = route
        self.code = int(body.get("code", 0))
        self.words = str(body.get("message", ""))
        self.errors = body.get("errors") or {}
        super().__init__(f"{route}: {status} {self.code} {self.words}")

    def at(self, name: str) -> list[str]:
        """Return the codes of what is wrong with a field of the form."""
        return [str(each.get("code")) for each in self.errors.get(name, {}).get("_errors", ())]


class TokenRefusedError(DiscordError):
    pass


class BlockedError(DiscordError):
    pass


class NoAnswerError(DiscordError):
    pass


class UnsureError(NoAnswerError):
    pass


@dataclass(frozen=True)
class Discord:
    """Calls on behalf of one job. What is learnt of limits, and the connection, is shared by all jobs of a process.

    `certificates` is the file or directory of whom to believe; True for certifi's, and nothing turns that off.
    """

    base: str
    token: BotToken
    pace: Pace
    reason: str = ""
    session: requests.Session = field(default_factory=requests.Session)
    limits: RateLimits = field(default_factory=RateLimits)
    certificates: str | Literal[True] = True
    _known: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session.headers.update({"User-Agent": USER_AGENT})
        self.session.verify = self.certificates
        self.session.trust_env = False  # a .netrc would put its own Authorization in

    def during(self, pace: Pace, reason: str) -> Discord:
        """Return the same connection for a job, with its time and the reason that audit logs show."""
        return replace(self, pace=pace, reason=reason)

    def bot_id(self) -> int:
        """Return the bot's user id, which need not be the application's."""
        return self._own("bot")

    def application_id(self) -> int:
        return self._own("application")

    def _own(self, what: str) -> int:
        if what not in self._known:
            application = self.get("/applications/@me")
            self._known.update(application=int(application["id"]), bot=int(application["bot"]["id"]))
        return self._known[what]

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def patch(self, path: str, body: Mapping[str, object]) -> Any:
        return self._call("PATCH", path, body)

    def put(self, path: str, body: Mapping[str, object] | None = None) -> None:
        self._call("PUT", path, body)

    def delete(self, path: str) -> bool:
        """Return whether it was there: what is gone is deleted already."""
        try:
            self._call("DELETE", path)
        except RefusedError as refusal:
            if refusal.code not in GONE:
                raise
            return False
        return True

    def is_gone(self, path: str) -> bool:
        """Tell whether something does not exist, rather than being out of the bot's sight."""
        try:
            self._call("GET", path)
        except RefusedError as refusal:
            return refusal.code in GONE | {UNKNOWN_MEMBER}
        return False

    def create(self, path: str, body: Mapping[str, object]) -> Any:
        """Make something that would be there twice if it was made again; raise UnsureError rather than repeat."""
        return self._call("POST", path, body, tries=1)

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        """Send what Discord itself takes only once (a message with a nonce)."""
        return self._call("POST", path, body, last_words=True)

    def answer(self, application_id: str, token: str, body: Mapping[str, object], *, tries: int) -> None:
        """Edit the answer to an interaction, which Discord makes for 15 minutes."""
        path = f"/webhooks/{application_id}/{token}/messages/@original"
        self._call("PATCH", path, body, tries=tries, last_words=True)

    def answer_delay(self, application_id: str, token: str) -> float:
        """Return how long an edit of the answer would have to wait."""
        route, resource = _route("PATCH", f"/webhooks/{application_id}/{token}/messages/@original")
        return self.limits.delay(route, resource, self.pace.now())

    def _call(
        self, method: str, path: str, body: object = None, *, tries: int = len(PAUSES) + 1, last_words: bool = False
    ) -> Any:
        route, _ = _route(method, path)
        for pause in (0.0, *PAUSES)[:tries]:
            self.pace.wait(pause, last_words=last_words)
            response = self._answer(method, path, body, last_words=last_words)
            if response is not None and (response.status_code < 300 or 400 <= response.status_code < 500):
                return _content(response, route)
        raise (UnsureError if method == "POST" else NoAnswerError)(f"{route}: no answer")

    def _answer(self, method: str, path: str, body: object, *, last_words: bool) -> requests.Response | None:
        """Ask as often as limits and a changed token demand; None is no answer, or none that can be read."""
        route, resource = _route(method, path)
        refreshed = False
        for _ in range(MOST_REFUSALS):
            self.pace.wait(self.limits.delay(route, resource, self.pace.now()), last_words=last_words)
            self.limits.sent(route, self.pace.now())
            response = self._send(method, path, body)
            if response is None or not _readable(response):
                return None
            self.limits.note(route, resource, response.headers, self.pace.now())
            if response.status_code == 429:
                self.limits.refused(route, resource, response.headers, _limited(response, route), self.pace.now())
            elif response.status_code == 401 and not _is_open(path):
                if refreshed:
                    raise TokenRefusedError(f"{route}: 401")
                self.token.forget()
                refreshed = True
            else:
                return response
        raise BlockedError(f"{route}: refused {MOST_REFUSALS} times")

    def _send(self, method: str, path: str, body: object) -> requests.Response | None:
        headers = {} if _is_open(path) else {"Authorization": f"Bot {self.token.value()}"}
        if self.reason and method != "GET" and not _is_open(path):
            headers["X-Audit-Log-Reason"] = quote(self.reason, safe="/ ")
        try:
            return self.session.request(
                method, self.base + path, json=body, headers=headers, timeout=TIMEOUTS, allow_redirects=False
            )
        except requests.RequestException:  # its text would show the path, and so a token
            return None


def _is_open(path: str) -> bool:
    """Tell whether a path is its own authorization, so that the bot's token must not go there."""
    return path.startswith("/webhooks/")


def _route(method: str, path: str) -> tuple[str, str]:
    """Return what has a rate limit of its own: the kind of call, and the server, channel or token it is about."""
    kind, resource, *rest = path.strip("/").split("/")
    if kind == "webhooks":
        return f"webhook {method}", f"{resource}/{rest[0]}"
    return f"{method} {kind}/{re.sub('[0-9]+', '#', '/'.join(rest))}", resource


def _readable(response: requests.Response) -> bool:
    """Tell whether a success can be read; errors are told apart by what they hold."""
    return response.status_code >= 300 or response.status_code == 204 or _json(response) is not None


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except requests.JSONDecodeError:
        return None


def _content(response: requests.Response, route: str) -> Any:
    if response.status_code < 300:
        return None if response.status_code == 204 else _json(response)
    body = _json(response)
    if not isinstance(body, dict):
        raise BlockedError(f"{route}: {response.status_code} without JSON")
    raise RefusedError(response.status_code, body, route)


def _limited(response: requests.Response, route: str) -> dict[str, Any]:
    body = _json(response)
    if not isinstance(body, dict) or "retry_after" not in body:
        raise BlockedError(f"{route}: 429 without JSON")
    return body
