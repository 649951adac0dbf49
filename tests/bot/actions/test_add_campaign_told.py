"""What is told of a campaign while it is made, and when it could not be told in time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.bot.outcomes import NAME, is_as_planned
from tests.bot.worker.test_creation_faults import killed
from tools.fake_discord import Opening, State
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tools.fake_discord.operations.messages import Message


def test_the_summary_links_what_exists_and_says_who_sees_it(lab: Lab) -> None:
    text = lab.text(lab.add())
    open_, hidden = text.split("**Seen by the GM alone** (2)")
    assert "**Seen by players and the GM** (9)" in open_
    for each in lab.channels["default"]:
        link = f"<#{lab.fake.channel(each.name).id}>"
        assert link in (hidden if each.gm_only else open_)
    assert len(text) <= 2000


def test_a_preview_shows_the_plan_and_makes_nothing(lab: Lab) -> None:
    before = lab.fake.guild
    text = lab.text(lab.add(preview=True))
    for each in lab.channels["default"]:
        assert f"{each.name} ({each.type}" in text
    assert text.count("GM alone") == 2
    assert lab.fake.guild == before


def test_a_preview_says_what_is_in_the_way(start: Start) -> None:
    lab = start(Opening(bot_permissions=0))
    text = lab.text(lab.add("Voice Channels", preview=True))
    assert "There is a category of this name already" in text
    assert "I lack Manage Channels and Manage Roles" in text


def test_progress_is_shown_in_words_and_never_runs_backwards(lab: Lab) -> None:
    lab.latency = 0.7
    lab.add()
    texts = [each.asked["content"] for each in lab.fake.calls("update_original_webhook_message")]
    counts = [int(found[1]) for text in texts if (found := re.search(r"` (\d+) of 13", text))]
    assert counts == sorted(set(counts))
    assert len(counts) > 3


def test_progress_that_cannot_be_shown_does_not_fail_the_job(lab: Lab) -> None:
    lab.fake.faults.on("update_original_webhook_message", faults.server_error(), times=2)
    lab.add()
    assert is_as_planned(lab)


def test_an_answer_that_discord_does_not_know_yet_is_tried_again(lab: Lab) -> None:
    lab.fake.faults.on("update_original_webhook_message", faults.refused(10015), times=4)
    shown = lab.add()
    assert "is ready" in lab.text(shown)
    assert lab.fake.interactions[-1].state is State.ANSWERED


def late(lab: Lab) -> list[Message]:
    """Let a command wait longer than its token lives, and return what the GM reads of it in the GM's channel."""
    lab.fake.gm.command("add-campaign", name=NAME)
    lab.fake.clock.advance(901)
    lab.work()
    return [each for each in lab.fake.gm.reads("gm-notes") if "My note" not in each.content]


def test_after_the_tokens_time_the_summary_is_in_the_gms_channel_once(lab: Lab) -> None:
    said = late(lab)
    assert len(said) == 1
    assert "is ready" in said[0].content
    assert not said[0].pinged.users


@pytest.mark.parametrize("works", [True, False])
@pytest.mark.parametrize("call", [1, 2])
def test_a_summary_that_was_sent_is_not_sent_again_however_late_the_job_comes_back(
    lab: Lab, call: int, *, works: bool
) -> None:
    lab.fake.faults.on("create_message", faults.running(killed, works=works), call=call)
    assert len(late(lab)) == 1


def test_a_summary_whose_sending_is_in_doubt_is_sent_with_the_same_nonce(lab: Lab) -> None:
    lab.fake.faults.on("create_message", faults.lost_answer(), call=2)
    assert len(late(lab)) == 1
    assert len([each for each in lab.fake.calls("create_message") if "is ready" in each.asked["content"]]) == 2


def test_the_audit_log_tells_who_asked(lab: Lab) -> None:
    shown = lab.add()
    reasons = {each.reason for each in lab.fake.audit_log}
    assert reasons == {f"Channelwright: add-campaign by gm ({lab.fake.gm.id}), {shown.id}"}
