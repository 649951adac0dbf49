"""Jobs between two versions: during a rollout, after a rollback, and when dead letters are sent on again.

events/jobs.json holds the same command as versions of the bot wrote it, each by its own code.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

import pytest

from channelwright.actions import list_campaigns
from channelwright.jobs import FORMAT, Job
from channelwright.worker import consumer
from channelwright.worker.delivery import RENEWED_SECONDS
from channelwright.worker.redelivery import MAX_DELIVERIES
from tests.bot.conftest import EVENTS
from tests.bot.outcomes import assert_matrix, categories, is_as_planned

if TYPE_CHECKING:
    from tests.bot.lab import Lab
    from tools.fake_discord import Interaction

WRITTEN: dict[str, dict[str, Any]] = json.loads((EVENTS / "jobs.json").read_text())


def sent(lab: Lab, written: dict[str, Any], **more: Any) -> Interaction:
    """Let the GM ask, and put in place of the job one that has these fields, with the values that are this one's."""
    shown = lab.fake.gm.command("add-campaign", name="Curse of Strahd")
    own = json.loads(lab.waiting[0].body)
    lab.waiting[0].body = json.dumps({name: own.get(name, value) for name, value in written.items()} | more)
    return shown


@pytest.mark.parametrize("version", WRITTEN)
def test_what_an_earlier_version_wrote_is_done(lab: Lab, version: str) -> None:
    shown = sent(lab, WRITTEN[version])
    lab.work()
    assert "**Curse of Strahd** is ready" in lab.text(shown)
    assert is_as_planned(lab)
    assert_matrix(lab)


def test_what_a_later_version_adds_to_a_job_is_passed_over(lab: Lab) -> None:
    shown = sent(lab, WRITTEN["with languages"], colour="blue", nested={"any": ["thing", None]})
    lab.work()
    assert "**Curse of Strahd** is ready" in lab.text(shown)
    assert is_as_planned(lab)


def test_whatever_was_ever_added_to_a_job_may_be_missing() -> None:
    required = {each.name for each in fields(Job) if each.default is MISSING and each.default_factory is MISSING}
    assert required == WRITTEN["first"].keys() - {"app_permissions", "user_permissions"}


def test_a_command_that_only_the_next_version_knows_waits_for_it_and_says_so(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = sent(lab, WRITTEN["with languages"], kind="campaign.census", options={})
    [message] = lab.waiting
    assert not lab.deliver(message)
    assert message.visible_at == pytest.approx(lab.fake.clock.now() + RENEWED_SECONDS, abs=1)
    assert "a command of another version of me. I go on by myself" in lab.text(shown)
    monkeypatch.setitem(consumer.COMMANDS, "campaign.census", list_campaigns.list_campaigns)
    lab.work()
    assert "no campaign" in lab.text(shown)
    assert not lab.dead


def test_a_command_that_no_version_takes_ends_in_the_dead_letter_queue_and_is_told(lab: Lab) -> None:
    shown = sent(lab, WRITTEN["with languages"], kind="campaign.census", options={})
    began = lab.fake.clock.now()
    lab.work()
    assert lab.deliveries == MAX_DELIVERIES
    assert lab.fake.clock.now() - began < MAX_DELIVERIES * (RENEWED_SECONDS + 2)
    assert len(lab.dead) == 1
    assert f"I have tried {MAX_DELIVERIES} times and given up" in lab.text(shown)


def test_a_job_of_a_later_format_is_left_to_the_worker_that_knows_it(lab: Lab) -> None:
    before = lab.fake.guild
    sent(lab, WRITTEN["with languages"], format=FORMAT + 1)
    [message] = lab.waiting
    assert not lab.deliver(message)
    assert message.visible_at == pytest.approx(lab.fake.clock.now() + RENEWED_SECONDS, abs=1)
    assert lab.fake.guild == before
    message.body = json.dumps(json.loads(message.body) | {"format": FORMAT})
    lab.work()
    assert categories(lab)
