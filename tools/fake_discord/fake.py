"""A whole Discord in one object: its world, its rules, its people, and the bot that it talks to."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tools.fake_discord.inspection import Inspection
from tools.fake_discord.members.people import Person
from tools.fake_discord.members.signing import OverHttp, Reply, Signer
from tools.fake_discord.members.switchboard import Switchboard
from tools.fake_discord.server.call import Call
from tools.fake_discord.server.gate import Gate
from tools.fake_discord.server.in_process import InProcess
from tools.fake_discord.server.rate_limits import RateLimits
from tools.fake_discord.server.server import serving
from tools.fake_discord.world.clock import Clock
from tools.fake_discord.world.opening import PEOPLE, Opening
from tools.fake_discord.world.state import Member, User
from tools.fake_discord.world.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tools.fake_discord.members.signing import Deliver
    from tools.fake_discord.server.call import Answer, Request
    from tools.fake_discord.world.interactions import Interaction
    from tools.fake_discord.world.state import Guild

NOWHERE = "http://discord.invalid"
"""The URL of a fake that is not served, for its adapter."""


class FakeDiscord(Inspection):
    """Discord with one application, and one guild at a time; there may be more of them.

    Args:
        opening: how the story starts: community or not, forums or not, what the bot may do.
        frozen: hold the clock, so that it moves only by `fake.clock.advance` and `fake.clock.sleep`.
        endpoint: where interactions go; set it later by `fake.endpoint` or `fake.send_interactions_to(url)`.
        key_seed: for a key pair that is the same each time.
    """

    def __init__(
        self,
        opening: Opening | None = None,
        *,
        frozen: bool = False,
        endpoint: Deliver | None = None,
        key_seed: bytes | None = None,
        seed: int = 0,
    ) -> None:
        self.clock = Clock(frozen=frozen)
        self.world = World(self.clock, seed=seed)
        guild, self.application = (opening or Opening()).make(self.clock.now())
        self.signer = Signer() if key_seed is None else Signer.seeded(key_seed)
        self.gate = Gate(self.world, self.application, self.signer.public_key, RateLimits(self.clock), probe=self.probe)
        self.endpoint = endpoint
        self.switchboard = Switchboard(self)
        self.guild_id = guild.id
        self.url = NOWHERE
        self._admit(guild)

    def _admit(self, guild: Guild) -> None:
        self.world.keep(guild)
        self.world.settle(guild.id)
        self.world.users |= {each.user.id: each.user for each in guild.members.values()}
        people = {each.user.username: Person(self, each.user.id) for each in guild.members.values()}
        self.owner, self.admin, self.gm, self.player, self.stranger = (people[name] for name in PEOPLE)
        self.bot = people[self.application.bot.username]

    def enter_another_guild(self, opening: Opening) -> None:
        """Let the bot be in one more guild, which is the one that all people and questions are of from now on."""
        older = 3600 * len(self.world.guilds)  # ids tell the age, and no two may be the same
        guild, _ = opening.make(self.clock.now() - older, self.application)
        self.guild_id = guild.id
        self._admit(guild)

    @property
    def api(self) -> str:
        """The base of all routes, as https://discord.com/api/v10 is."""
        return f"{self.url}/api/v10"

    @property
    def public_key(self) -> str:
        return self.signer.public_key

    def change(self, edit: Callable[[Guild], Guild]) -> None:
        """Change the guild as somebody else than the bot would, in the client."""
        with self.world.lock:
            self.world.keep(edit(self.guild))

    def person(self, name: str) -> Person:
        """Find a member by its user name."""
        names = {each.user.username: each.user.id for each in self.guild.members.values()}
        if name not in names:
            raise LookupError(f"there is no {name}; there are {sorted(names)}")
        return Person(self, names[name])

    def join(self, name: str, *roles: Any) -> Person:
        """Let somebody new into the guild, with roles."""
        user = User(self.world.snowflakes.next(), name)
        self.world.users[user.id] = user
        held = frozenset(self.role(role).id for role in roles)
        self.change(lambda guild: guild.with_member(Member(user, held, self.clock.now())))
        return Person(self, user.id)

    def time_out(self, person: Person, seconds: float) -> None:
        """Let a moderator keep a member from everything but reading, for so long."""
        out = replace(person.member, timed_out_until=self.clock.now() + seconds)
        self.change(lambda guild: guild.with_member(out))

    def speak(self, person: Person, locale: str) -> None:
        """Let a member choose a language in the client."""
        user = replace(person.member.user, locale=locale)
        self.world.users[user.id] = user
        self.change(lambda guild: guild.with_member(replace(person.member, user=user)))

    def set_role_permissions(self, which: Any, permissions: int) -> None:
        role = self.role(which)
        self.change(lambda guild: guild.with_role(replace(role, permissions=int(permissions))))

    def give_role(self, person: Person, which: Any) -> None:
        role_id = self.role(which).id
        with self.world.lock:
            self.world.edit_member(self.guild_id, person.id, lambda roles: roles | {role_id})

    def register(self, *commands: Mapping[str, Any]) -> None:
        """Make these the guild's commands, by the very checks that a PUT goes through."""
        from tools.fake_discord.operations.commands import bulk_set_commands

        path = {"application_id": self.application.id, "guild_id": self.guild_id}
        bulk_set_commands(self.call("bulk_set_guild_application_commands", path, list(commands)))
        self.world.bell.ring()

    def call(self, operation: str, path: Mapping[str, str] | None = None, body: Any = None) -> Call:
        """Make a call that comes from within."""
        return Call(self.world, self.application, operation, path or {}, body=body)

    def adapter(self) -> InProcess:
        """Make an adapter that answers without a socket: `session.mount(fake.api, fake.adapter())`."""
        return InProcess(self.gate)

    def handle(self, request: Request) -> Answer | None:
        return self.gate.handle(request)

    def send_interactions_to(self, url: str, patience: float = 3.0) -> None:
        self.endpoint = OverHttp(url, patience)

    @property
    def interactions_go_to(self) -> str:
        """Where members' clicks end up, in words: empty for nowhere."""
        if self.endpoint:
            return getattr(self.endpoint, "url", "a function in this process")
        return self.application.interactions_endpoint_url or ""

    def redeliver(self, interaction: Interaction) -> None:
        """Send an interaction a second time, as a replay would; its first reply stands."""
        self.switchboard.send(interaction)

    def deliver(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Hand an interaction to the endpoint: the one that was set, or else the URL that the application saved."""
        if self.endpoint:
            return self.endpoint(body, headers)
        if self.application.interactions_endpoint_url:
            return OverHttp(self.application.interactions_endpoint_url)(body, headers)
        return Reply(0, failure="no endpoint is set: fake.send_interactions_to(url), or fake.endpoint = …")

    def probe(self, url: str = "") -> str:
        """Try an endpoint as Discord does: a PING, and a badly signed one. Say what is wrong, or nothing.

        Discord keeps trying the saved URL, and forgets it if anything is wrong.
        """
        before = self.endpoint
        self.endpoint = OverHttp(url) if url else before
        try:
            wrong = self.switchboard.probe()
        finally:
            self.endpoint = before
        if wrong and not url:
            self.application.interactions_endpoint_url = None
        return wrong

    def wait_until(self, condition: Callable[[], Any], seconds: float = 10.0) -> None:
        """Wait in real time for something that another process or thread brings about."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds} s")
            time.sleep(0.01)

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[FakeDiscord]:
        """Answer over HTTP on 127.0.0.1; `url` and `api` say where. In a browser `url` is a page to look at it all."""
        with serving(self, port) as url:
            self.url = url
            yield self
        self.url = NOWHERE
