"""Hundreds of lives of a campaign, each with its misfortunes: the end is always the planned one, or said clearly."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.bot.lab import Lab
from tests.bot.outcomes import NAME, assert_matrix, assert_private, categories, is_as_planned, is_gone, strays
from tests.bot.worker.test_creation_faults import LASTING, PASSING
from tests.lanes import examples
from tools.fake_discord import FakeDiscord

if TYPE_CHECKING:
    from tools.fake_discord import Interaction

# A crash costs six minutes of a token's fifteen, so that more of them take away the answer's message, not the outcome.
Misfortunes = dict[int, str]
EXAMPLES = int(os.environ.get("CHANNELWRIGHT_RANDOM_RUNS", "100"))
misfortunes = st.dictionaries(st.integers(1, 45), st.sampled_from(sorted(PASSING)), max_size=6)
lags = st.sampled_from([0.0, 1.5, 4.0])


def opened(lag: float) -> Lab:
    lab = Lab(FakeDiscord(frozen=True, key_seed=b"seven"))
    lab.fake.world.lag, lab.fake.world.lag_varies = lag, True
    return lab


def strike(lab: Lab, planned: Misfortunes) -> None:
    lab.fake.faults.clear()
    for call, name in planned.items():
        lab.fake.faults.on("*", PASSING[name](), call=call)


def quiet(lab: Lab) -> None:
    """Let everything come to rest, as it does before the next person does something."""
    lab.work()
    lab.fake.faults.clear()
    lab.fake.clock.advance(30)
    lab.fake.limits.banned_until = 0.0


def assert_faithful(lab: Lab) -> None:
    assert lab.fake.violations == []
    assert lab.fake.unfaithful == []
    assert not strays(lab)


def told(lab: Lab, shown: Interaction) -> str:
    return "\n".join([lab.text(shown), *(each.content for each in lab.fake.messages)])


@seed(20261125)
@settings(max_examples=examples(EXAMPLES), deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(making=misfortunes, again=misfortunes, deleting=misfortunes, lag=lags, twice=st.booleans())
def test_whatever_happens_a_campaign_is_made_once_and_deleted_as_a_whole(
    making: Misfortunes, again: Misfortunes, deleting: Misfortunes, lag: float, *, twice: bool
) -> None:
    lab = opened(lag)
    strike(lab, making)
    shown = lab.fake.gm.command("add-campaign", name=NAME)
    if twice:  # an impatient hand
        lab.fake.gm.command("add-campaign", name=NAME.upper())
    quiet(lab)
    assert not lab.dead
    name = categories(lab)[0].name
    assert is_as_planned(lab, name), (making, lag)
    assert "is ready" in told(lab, shown) or "already" in told(lab, shown)
    assert_matrix(lab, name)

    before = lab.fake.guild
    strike(lab, again)
    lab.fake.gm.command("add-campaign", name=NAME)
    quiet(lab)
    assert lab.fake.guild.channels == before.channels
    assert lab.fake.guild.roles == before.roles

    asked = lab.do("delete-campaign", campaign=categories(lab)[0])
    strike(lab, deleting)
    lab.fake.gm.press(asked, "Delete 11 channels")
    quiet(lab)
    assert is_gone(lab), (deleting, lag)
    assert_faithful(lab)


@seed(20261125)
@settings(max_examples=examples(EXAMPLES), deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(call=st.integers(1, 21), refusal=st.sampled_from(sorted(LASTING)), planned=misfortunes, lag=lags)
def test_whatever_discord_refuses_the_campaign_can_be_resumed_or_removed(
    call: int, refusal: str, planned: Misfortunes, lag: float
) -> None:
    lab = opened(lag)
    lab.fake.faults.on("*", LASTING[refusal](), call=call)
    shown = lab.add()
    quiet(lab)
    message = lab.fake.message_of(shown)
    assert message is not None
    if not message.buttons:
        assert is_as_planned(lab) or is_gone(lab), message.content
        assert_faithful(lab)
        return
    strike(lab, planned)
    button = "Resume" if call % 2 else "Remove"
    lab.fake.gm.press(message, button)
    quiet(lab)
    assert is_as_planned(lab) if button == "Resume" else is_gone(lab), (planned, button)
    if button == "Resume":
        assert_private(lab)
    assert_faithful(lab)
