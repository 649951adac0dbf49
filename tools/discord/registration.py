"""One registration: what each scope has, what it is to have, and the calls that make it so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploy.errors import ConfigError, Fault
from tools.discord import difference
from tools.discord.api import MOST_SERVERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tools.discord.api import Discord
    from tools.discord.application import Application, Command

KEY_VARIABLE = "DISCORD_PUBLIC_KEY"


@dataclass(frozen=True)
class Scope:
    """All servers, or the one of this id, by the table it has and the one it is to have."""

    server: str | None
    before: tuple[Command, ...]
    after: tuple[Command, ...]

    @property
    def shown(self) -> str:
        return f"server {self.server}" if self.server else "all servers"

    @property
    def lines(self) -> list[str]:
        return list(difference.lines(self.before, self.after))

    @property
    def removed(self) -> list[str]:
        kept = {difference.name(each) for each in self.after}
        return [f"/{each['name']} of {self.shown}" for each in self.before if difference.name(each) not in kept]


@dataclass(frozen=True)
class Registration:
    """What is to be done. `url` is the interactions endpoint to set, with the one before; None leaves it alone."""

    application_id: str
    name: str
    scopes: tuple[Scope, ...]
    url: tuple[str, str] | None
    unseen: bool

    @property
    def removed(self) -> list[str]:
        return [each for scope in self.scopes for each in scope.removed]

    def lines(self) -> Iterator[str]:
        """Yield what would change, as people read it."""
        for scope in self.scopes:
            yield f"{scope.shown}:" if scope.lines else f"{scope.shown}: no changes"
            yield from (f"  {line}" for line in scope.lines)
        if self.url and self.url[0] != self.url[1]:
            yield f"interactions endpoint: {self.url[0] or 'none'} → {self.url[1]}"
        if self.unseen:
            yield f"the bot is in more than {MOST_SERVERS} servers, and only the first were looked at for doubles"

    def apply(self, discord: Discord) -> None:
        """Do it: the new table first, so that no command is missing meanwhile. A rerun goes on where this stopped."""
        for scope in self.scopes:
            if scope.lines:
                discord.replace_commands(self.application_id, scope.server, list(scope.after))
        # Discord tries the URL even when it is the same: a good way to see that it still answers.
        if self.url:
            discord.set_endpoint(self.url[1])


def plan(
    discord: Discord, wanted: Application, server: str | None, url: str | None, environment: Mapping[str, str]
) -> Registration:
    """Look at what Discord has; raise DiscordError, or ConfigError where keys do not belong together."""
    found = discord.application()
    check_key(found, environment)
    servers = discord.servers()
    others = [None] if server else [each["id"] for each in servers]
    first = Scope(server, tuple(discord.commands(found["id"], server)), wanted.commands)
    cleared = (_without_doubles(discord, found["id"], other, wanted) for other in others)
    return Registration(
        application_id=found["id"],
        name=found["name"],
        scopes=(first, *(each for each in cleared if each.lines)),
        url=(found.get("interactions_endpoint_url") or "", url) if url else None,
        unseen=server is None and len(servers) == MOST_SERVERS,
    )


def _without_doubles(discord: Discord, application_id: str, server: str | None, wanted: Application) -> Scope:
    there = tuple(discord.commands(application_id, server))
    doubles = {difference.name(each) for each in wanted.commands}
    return Scope(
        server, there, tuple(difference.sendable(each) for each in there if difference.name(each) not in doubles)
    )


def check_key(found: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """Refuse a public key of another application: the function would answer 401 to all that Discord sends."""
    key = environment.get(KEY_VARIABLE, "")
    if key and key.lower() != found["verify_key"]:
        what = f"is not the key of {found['name']} ({found['id']}), whose token this is"
        raise ConfigError([Fault(KEY_VARIABLE, what, cure=f"set it to {found['verify_key']}, or correct the token")])
