"""The worker between a queue that behaves as SQS does and a Discord that behaves as Discord does; no time is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from channelwright.campaign import templates
from channelwright.discord.bot_token import BotToken
from channelwright.discord.discord_api import Discord
from channelwright.discord.pace import Pace
from channelwright.endpoint import commands
from channelwright.endpoint.interactions import Endpoint
from channelwright.endpoint.signature import public_key
from channelwright.worker.consumer import Consumer
from channelwright.worker.redelivery import MAX_DELIVERIES
from tools.fake_discord import FakeDiscord, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.jobs import Job
    from tools.fake_discord import Interaction, Message

PROJECT = Path(__file__).parents[2]
TEMPLATES = templates.load(PROJECT / "config/campaign_channels.yaml")
VISIBILITY_SECONDS = 360
FUNCTION_SECONDS = 60
LATENCY_SECONDS = 0.15


class KilledError(BaseException):
    """The machine under the worker is gone: nothing of it runs any more."""


@dataclass
class Queued:
    """A message as SQS keeps it."""

    body: str
    number: int
    visible_at: float
    count: int = 0

    @property
    def record(self) -> dict[str, Any]:
        return {
            "messageId": f"m{self.number}",
            "receiptHandle": f"m{self.number}-{self.count}",
            "body": self.body,
            "attributes": {"ApproximateReceiveCount": str(self.count)},
            "eventSource": "aws:sqs",
        }


@dataclass
class Context:
    """What Lambda tells a function about its time."""

    end: float
    now: Callable[[], float]

    def get_remaining_time_in_millis(self) -> int:
        return int((self.end - self.now()) * 1000)


@dataclass
class Lab:
    """One server, one bot, one queue for it. `deliveries` counts what the worker was given."""

    fake: FakeDiscord
    channels: templates.Templates = field(default_factory=lambda: TEMPLATES)
    waiting: list[Queued] = field(default_factory=list)
    dead: list[Queued] = field(default_factory=list)
    handed_back: list[tuple[str, float]] = field(default_factory=list)
    deliveries: int = 0
    latency: float = LATENCY_SECONDS
    token: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.token = [self.fake.application.token]
        self.fake.register(*commands.TABLE)
        self.fake.endpoint = self._take
        self.fake.gate.listeners.append(lambda _exchange: self.fake.clock.advance(self.latency))
        self.bot = Endpoint(public_key(self.fake.public_key), self, PROJECT / "config/campaign_channels.yaml")
        self.consumer = self.worker()

    def worker(self) -> Consumer:
        """Start a process of its own: it knows nothing of what others learnt."""
        fake = self.fake
        discord = Discord(fake.api, BotToken(lambda: self.token[-1]), Pace(0.0))
        discord.session.mount(fake.api, fake.adapter())
        return Consumer(self.channels, discord, self._hand_back, fake.clock.now, fake.clock.sleep)

    def put(self, job: Job) -> None:
        """Be the queue of the endpoint."""
        self.send(job.to_json())

    def send(self, body: str) -> None:
        """Put a message of whatever kind into the queue."""
        visible = self.fake.clock.now() + 1  # the queue's DelaySeconds
        self.waiting.append(Queued(body, len(self.waiting) + len(self.dead), visible))

    def _take(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        event = {
            "requestContext": {"http": {"method": "POST"}},
            "headers": dict(headers),
            "body": body.decode(),
            "isBase64Encoded": False,
        }
        answer = self.bot(event, None)
        return Reply(answer["statusCode"], answer["body"].encode())

    def _hand_back(self, receipt_handle: str, seconds: float) -> None:
        self.handed_back.append((receipt_handle, seconds))

    def deliver(self, message: Queued, worker: Consumer | None = None, *, at_once: bool = False) -> bool:
        """Hand a message to the worker, when it is visible or against SQS's word; True if that was the end of it."""
        clock = self.fake.clock
        clock.advance(0.0 if at_once else max(0.0, message.visible_at - clock.now()))
        message.count += 1
        self.deliveries += 1
        message.visible_at = clock.now() + VISIBILITY_SECONDS
        handle = message.record["receiptHandle"]
        try:
            context = Context(clock.now() + FUNCTION_SECONDS, clock.now)
            failed = (worker or self.consumer)({"Records": [message.record]}, context)["batchItemFailures"]
        except KilledError:  # what ran on the way out would not have run
            self.handed_back = [(back, seconds) for back, seconds in self.handed_back if back != handle]
            self.consumer = self.worker()
            return False
        finally:
            waits = [seconds for back, seconds in self.handed_back if back == handle]
            message.visible_at = clock.now() + waits[-1] if waits else message.visible_at
        assert clock.now() <= context.end, "the function ran out of time"
        return not failed

    def work(self) -> None:
        """Deliver what is queued, in order, until there is nothing left."""
        while self.waiting:
            message = self.waiting[0]
            if self.deliver(message):
                self.waiting.pop(0)
            elif message.count == MAX_DELIVERIES:
                self.dead.append(self.waiting.pop(0))

    def do(self, line: str, /, **options: Any) -> Interaction:
        """Let the GM run a command, and the worker do it."""
        who = options.pop("who", self.fake.gm)
        shown: Interaction = who.command(line, **options)
        self.work()
        return shown

    def press(self, shown: Interaction | Message, button: str, who: Any = None) -> Interaction:
        """Press a button, and let the worker do what it stands for."""
        pressed: Interaction = (who or self.fake.gm).press(shown, button)
        self.work()
        return pressed

    def add(self, name: str = "Curse of Strahd", **options: Any) -> Interaction:
        return self.do("add-campaign", name=name, **options)

    def text(self, shown: Interaction) -> str:
        """Return what the user reads now."""
        message = self.fake.message_of(shown)
        assert message is not None
        return message.content

    def calls(self, since: int = 0) -> list[str]:
        return [each.operation for each in self.fake.calls()[since:]]


Start = Callable[..., Lab]
