"""Everything that can go wrong with one call, at every call of a creation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bot.lab import KilledError
from tests.bot.outcomes import assert_matrix, assert_private, is_as_planned, is_gone
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.lab import Lab, Start
    from tests.lanes import Every
    from tools.fake_discord.server.faults import Fault

CALLS = 22


def killed() -> None:
    raise KilledError


PASSING: dict[str, Callable[[], Fault]] = {
    "killed before": lambda: faults.running(killed, works=False),
    "killed after": lambda: faults.running(killed, works=True),
    "lost answer": faults.lost_answer,
    "dropped": faults.dropped,
    "silent after": lambda: faults.silent(20),
    "500 before": faults.server_error,
    "500 after": lambda: faults.server_error(works=True),
    "503 after": lambda: faults.server_error(503, works=True),
    "garbled": faults.garbled,
    "429 user": lambda: faults.rate_limited(2.5),
    "429 shared": lambda: faults.rate_limited(2.5, "shared"),
    "429 global": lambda: faults.rate_limited(2.5, "global"),
    "429 long": lambda: faults.rate_limited(120),
    "cloudflare": faults.cloudflare,
}
LASTING: dict[str, Callable[[], Fault]] = {
    "403": lambda: faults.refused(50013),
    "404": lambda: faults.refused(10003),
    "404 guild": lambda: faults.refused(10004),
}


def test_a_creation_takes_so_many_calls(lab: Lab) -> None:
    lab.add()
    assert len(lab.calls()) == CALLS


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("lag", [0, 4])
def test_whatever_happens_to_any_call_the_campaign_is_as_planned(
    start: Start, fault: str, lag: float, every: Every
) -> None:
    for call in every(range(1, CALLS + 1)):
        lab = start()
        lab.fake.world.lag = lag
        lab.fake.faults.on("*", PASSING[fault](), call=call)
        shown = lab.add()
        where = (call, lab.fake.faults.happened)
        assert lab.fake.faults.happened, where
        assert is_as_planned(lab), where
        assert not lab.dead, where
        told = lab.fake.message_of(shown)
        assert told is not None
        assert "is ready" in told.content or any("is ready" in each.content for each in lab.fake.messages), where
        assert_matrix(lab)


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", LASTING)
def test_what_discord_refuses_ends_in_a_clear_message_and_can_be_resumed(
    start: Start, fault: str, every: Every
) -> None:
    for call in every(range(1, CALLS + 1)):
        lab = start()
        lab.fake.faults.on("*", LASTING[fault](), call=call)
        shown = lab.add()
        message = lab.fake.message_of(shown)
        assert message is not None
        where = (call, lab.fake.faults.happened, message.content)
        assert not lab.dead, where
        assert lab.deliveries == 1, where
        if message.buttons:
            assert "is not finished" in message.content or "could not check it to the end" in message.content, where
            lab.press(message, "Resume")
        elif is_gone(lab):
            assert message.content, where
            continue
        assert is_as_planned(lab), where
        assert_private(lab)
