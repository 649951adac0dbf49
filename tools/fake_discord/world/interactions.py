"""What became of an interaction: the states between a member's click and what the bot made of it.

    new ─┬─ deferred ── answered        the first reply came in time (types 5, 6), then the edit of @original
         ├─ answered                    the first reply was the answer (types 4, 7, 8, 9)
         └─ dead                        no answer within 3 seconds, or none that Discord can use

A token works for 15 minutes (docs: interactions/receiving-and-responding, "Followup Messages").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.fake_discord.world.world import World

TOKEN_SECONDS = 900
PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 1, 2, 3, 4, 5


class State(StrEnum):
    """Where an interaction stands."""

    NEW = "new"
    DEFERRED = "deferred"
    ANSWERED = "answered"
    DEAD = "dead"


@dataclass
class Interaction:
    """`message_id` is @original, `reply` the first reply as it came, `failure` why a member saw "did not respond".

    `choices` are what an autocomplete offered, `modal` the form that opened. `seconds` is how long the bot took.
    """

    id: str
    token: str
    type: int
    user_id: str
    guild_id: str
    channel_id: str
    born: float
    payload: dict[str, Any]
    source_message_id: str | None = None
    state: State = State.NEW
    message_id: str | None = None
    followup_ids: list[str] = field(default_factory=list)
    reply: dict[str, Any] | None = None
    choices: tuple[dict[str, Any], ...] = ()
    modal: dict[str, Any] | None = None
    failure: str = ""
    seconds: float = 0.0

    def expired(self, world: World) -> bool:
        return world.clock.now() - self.born > TOKEN_SECONDS

    def die(self, failure: str) -> None:
        self.state = State.DEAD
        self.failure = failure
