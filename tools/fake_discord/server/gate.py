"""The way of every request: Cloudflare, path, token, body, limits, faults, and at last the work."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tools.fake_discord.operations import routes
from tools.fake_discord.operations.routes import PREFIX, Route
from tools.fake_discord.server.call import Answer, Call, Request
from tools.fake_discord.server.faults import Fault, Faults
from tools.fake_discord.server.rate_limits import RateLimits, cloudflare
from tools.fake_discord.validator.openapi import Description, Violation
from tools.fake_discord.validator.refusals import RefusalError, not_allowed, not_found
from tools.fake_discord.world.exchanges import Exchange, shown, without_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.fake_discord.world.world import Application, World

USER_AGENT = re.compile(r"DiscordBot \(https?://\S+, \S+\).*")
REASON = 512


@dataclass
class Gate:
    """What stands between HTTP and the world. `violations` are the bot's, `unfaithful` this fake's own.

    `latency` is how many seconds each answer takes longer than this machine needs for it.
    """

    world: World
    application: Application
    public_key: str
    limits: RateLimits
    probe: Callable[[str], str]
    faults: Faults = field(default_factory=Faults)
    description: Description | None = field(default_factory=Description.at_hand)
    exchanges: list[Exchange] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    unfaithful: list[Violation] = field(default_factory=list)
    listeners: list[Callable[[Exchange], None]] = field(default_factory=list)
    latency: float = 0.0

    def handle(self, request: Request, hold: Callable[[float], None] = time.sleep) -> Answer | None:
        """Answer a request; None closes the connection without a word. `hold` keeps the caller waiting."""
        started = time.monotonic()
        if self.latency:
            hold(self.latency)
        with self.world.lock:
            known = len(self.violations)
            route, fault, answer = self._watched(request)
            broken = self.violations[known:]
        try:
            if fault:
                answer = self._suffer(fault, answer, hold)
            if answer is not None:
                answer = replace(answer, headers=_complete(answer))
                with self.world.lock:
                    self.limits.note(answer)
        finally:
            exchange = self._exchange(request, route, answer, fault, started)
            self.record(replace(exchange, broken=tuple(str(each) for each in broken)))
        return answer

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange, numbered, and tell those who listen."""
        with self.world.lock:
            exchange = replace(exchange, number=len(self.exchanges) + 1)
            self.exchanges.append(exchange)
        self.world.bell.ring()
        for listener in self.listeners:
            listener(exchange)

    def _watched(self, request: Request) -> tuple[Route | None, Fault | None, Answer | None]:
        try:
            return self._pass(request)
        except BaseException as bug:
            # Else it would look like a connection that was lost on purpose.
            self.unfaithful.append(Violation("any", f"{request.method} {without_token(request.path)}", repr(bug)))
            raise

    def _pass(self, request: Request) -> tuple[Route | None, Fault | None, Answer | None]:
        """Take a request as far as it gets. Return its route, the fault that strikes it, and its true answer."""
        if banned := self.limits.ban():
            return None, None, banned
        if not USER_AGENT.fullmatch(request.headers.get("user-agent", "")):
            self._violated("any", "User-Agent", "must be DiscordBot ($url, $version)")
            return None, None, cloudflare(403, 1010)
        try:
            route, path = self._route(request)
        except RefusalError as refusal:
            return None, None, Answer(refusal.status, refusal.body)
        fault = self.faults.strike(route.operation)
        if fault and not fault.works:
            with suppress(RefusalError):
                self._read(request, route, path)
            return route, fault, None
        return route, fault, self._answer(request, route, path)

    def _route(self, request: Request) -> tuple[Route, dict[str, str]]:
        if not request.path.startswith(f"{PREFIX}/"):
            self._violated("any", without_token(request.path), f"is not under {PREFIX}")
            raise not_found()
        route, path, known = routes.find(request.method, request.path.removeprefix(PREFIX))
        if route is None:
            self._violated(
                "any", f"{request.method} {without_token(request.path)}", "no such operation, or not modelled"
            )
            raise not_allowed() if known else not_found()
        return route, path

    def _answer(self, request: Request, route: Route, path: dict[str, str]) -> Answer:
        """Do the work, or say why not; with the headers of its rate limit."""
        headers: dict[str, str] = {}
        try:
            body = self._read(request, route, path)
            resource = tuple(path[name] for name in route.top_level if name in path)
            renames = route.operation == "update_channel" and self._renames(path["channel_id"], body)
            headers, refused = self.limits.take(route.operation, resource, is_open=route.open, renames=renames)
            answer = refused or route.work(self._call(request, route, path, body))
        except RefusalError as refusal:
            answer = Answer(refusal.status, refusal.body)
        self._check_answer(route, answer)
        return replace(answer, headers={**headers, **answer.headers})

    def _read(self, request: Request, route: Route, path: dict[str, str]) -> Any:
        """Decode the body of a request that is let in, and hold it against the official description."""
        self._authorize(request, route)
        body = self._body(request, route)
        self._check_request(request, route, path, body)
        return body

    def _call(self, request: Request, route: Route, path: dict[str, str], body: Any) -> Call:
        reason = request.headers.get("x-audit-log-reason")
        return Call(
            world=self.world,
            application=self.application,
            operation=route.operation,
            path=path,
            query=request.query,
            body=body,
            reason=reason,
            public_key=self.public_key,
            probe=self.probe,
        )

    def _authorize(self, request: Request, route: Route) -> None:
        given = request.headers.get("authorization")
        if route.open:
            if given:
                self._violated(route.operation, "Authorization", "the bot token has no business here")
            return
        if given != f"Bot {self.application.token}":
            raise RefusalError(0)

    def _body(self, request: Request, route: Route) -> Any:
        """Decode the body, and check what goes with it: its type, and the reason for the audit log."""
        reason = unquote(request.headers.get("x-audit-log-reason", ""))
        if len(reason) > REASON:
            errors = {"_errors": [{"code": "BASE_TYPE_BAD_LENGTH", "message": "Must be between 1 and 512 in length."}]}
            raise RefusalError(50035, {"reason": errors})
        if not request.body:
            return None
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            self._violated(route.operation, "Content-Type", "must be application/json")
            raise RefusalError(50035, message="Expected \"Content-Type\" header to be one of {'application/json'}.")
        try:
            return json.loads(request.body)
        except ValueError as error:
            self._violated(route.operation, "body", f"is not JSON: {error}")
            raise RefusalError(50109) from None

    def _renames(self, channel_id: str, body: Any) -> bool:
        guild = self.world.guild_of(channel_id)
        if guild is None or not isinstance(body, dict):
            return False
        channel = guild.channels[channel_id]
        return any(name in body and body[name] != getattr(channel, name) for name in ("name", "topic"))

    def _check_request(self, request: Request, route: Route, path: dict[str, str], body: Any) -> None:
        for name, value in path.items():
            if name.endswith("_id") and not value.isdecimal():
                self._violated(route.operation, name, f"{value!r} is not an id")
                raise RefusalError(50035, {name: {"_errors": [{"code": "NUMBER_TYPE_COERCE", "message": "not an id"}]}})
        if self.description:
            self.violations.extend(self.description.faults_of_request(route, request.query, body))

    def check_reply(self, body: Any) -> list[Violation]:
        """Hold an endpoint's own answer against what the callback route would take."""
        found = list(self.description.faults_of_request(routes.CALLBACK, {}, body)) if self.description else []
        self.violations.extend(found)
        return found

    def _check_answer(self, route: Route, answer: Answer) -> None:
        if self.description:
            self.unfaithful.extend(self.description.faults_of_answer(route, answer.status, answer.body))

    def _violated(self, operation: str, where: str, what: str) -> None:
        self.violations.append(Violation(operation, where, what))

    def _suffer(self, fault: Fault, true_answer: Answer | None, hold: Callable[[float], None]) -> Answer | None:
        if fault.then:
            fault.then()
        if fault.wait:
            hold(fault.wait)
        return true_answer if fault.answers else fault.answer

    def _exchange(
        self, request: Request, route: Route | None, answer: Answer | None, fault: Fault | None, started: float
    ) -> Exchange:
        return Exchange(
            towards="discord",
            at=self.world.clock.now(),
            method=request.method,
            path=without_token(request.path),
            operation=route.operation if route else "",
            status=answer.status if answer else 0,
            ms=round((time.monotonic() - started) * 1000, 3),
            fault=fault.name if fault else "",
            asked=shown(request.body),
            answered=shown(answer.body) if answer else None,
        )


def _complete(answer: Answer) -> dict[str, str]:
    """Add what all answers of Discord have. One without Via is Cloudflare's, and clients tell them apart by it."""
    headers = dict(answer.headers)
    if headers.get("Server") == "cloudflare":
        return headers
    kind = "text/plain" if isinstance(answer.body, bytes) else "application/json"
    return {"Content-Type": kind, "Via": "1.1 google", **headers}
