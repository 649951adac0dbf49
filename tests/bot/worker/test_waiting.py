"""Rate limits, silence and refusals of the whole bot: when it waits, when it hands back, when it gives up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from channelwright.worker.redelivery import MAX_DELIVERIES
from tests.bot.outcomes import assert_matrix, categories, is_as_planned, is_gone
from tools.fake_discord import Limit
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.bot.lab import Lab


def edits(lab: Lab) -> list[str]:
    return [str(each.asked["content"]) for each in lab.fake.calls("update_original_webhook_message")]


def test_an_empty_bucket_is_waited_for_and_never_run_into(lab: Lab) -> None:
    lab.fake.limits.limits["create_guild_channel"] = Limit(3, 6.0, leaks=False)
    lab.add()
    assert is_as_planned(lab)
    assert not [each for each in lab.fake.calls() if each.status == 429]


def test_a_leaking_bucket_is_waited_for(lab: Lab) -> None:
    lab.fake.limits.limits["create_guild_channel"] = Limit(2, 4.0)
    lab.add()
    assert is_as_planned(lab)
    assert not [each for each in lab.fake.calls() if each.status == 429]


def test_retry_after_is_waited_for_to_the_end(lab: Lab) -> None:
    lab.fake.faults.on("create_guild_channel", faults.rate_limited(7.25), call=4)
    lab.add()
    refused, again = [each.at for each in lab.fake.calls("create_guild_channel")][3:5]
    assert 7.25 <= again - refused < 9.5
    assert lab.deliveries == 1


@pytest.mark.parametrize("call", [1, 5])
def test_a_wait_that_does_not_fit_hands_the_job_back_and_tells_when_it_goes_on(lab: Lab, call: int) -> None:
    lab.fake.faults.on("create_guild_channel", faults.rate_limited(200), call=call)
    shown = lab.add()
    assert is_as_planned(lab)
    assert lab.deliveries == 2
    [(_, wait)] = lab.handed_back
    assert 200 < wait < 202
    told = [re.search(r"<t:(\d+):R>", text) for text in edits(lab) if "I go on by myself" in text]
    moment = lab.fake.calls("create_guild_channel")[call - 1].at + 200
    assert [abs(int(found[1]) - moment) < 3 for found in told if found] == [True]
    assert "is ready" in lab.text(shown)


def test_a_wait_of_a_day_ends_in_a_message_and_a_campaign_that_can_be_resumed(lab: Lab) -> None:
    lab.fake.faults.on("create_guild_channel", faults.rate_limited(86_400), call=5)
    shown = lab.add()
    text = lab.text(shown)
    assert "is not finished: 5 of 13" in text
    assert "It would be possible again <t:" in text
    assert not lab.handed_back
    lab.fake.clock.advance(86_000)


def test_resuming_finishes_the_campaign_with_its_gm_and_template(lab: Lab) -> None:
    other = lab.fake.join("sybil")
    lab.fake.faults.on("create_guild_channel", faults.refused(50013), call=5)
    shown = lab.add(gm=other)
    lab.press(shown, "Resume")
    assert is_as_planned(lab)
    assert other.sees("gm-planning")
    assert not lab.fake.gm.sees("gm-planning")


def test_who_renames_a_campaign_again_and_again_does_not_keep_the_others_of_the_server_waiting(lab: Lab) -> None:
    lab.add()
    lab.fake.clock.advance(60)
    where, began = categories(lab)[0].id, lab.fake.clock.now()
    names = ("First", "Second", "Third")
    *_, shown = (lab.do("campaign rename", campaign=lab.fake.channel(where), name=name) for name in names)
    listed = lab.do("campaign list")
    assert lab.fake.clock.now() - began < 60
    assert "**Second**" in lab.text(listed)
    found = re.fullmatch(r"Discord takes two new names .* possible <t:(\d+):R>; I changed nothing.", lab.text(shown))
    assert found
    assert [each.name for each in lab.fake.roles if each.name.endswith(" Members")] == ["Second Members"]
    lab.fake.clock.advance(int(found[1]) - lab.fake.clock.now())
    lab.do("campaign rename", campaign=lab.fake.channel(where), name="Third")
    assert is_as_planned(lab, "Third")


def test_a_job_that_runs_out_of_time_goes_on_in_the_next_delivery(lab: Lab) -> None:
    lab.latency = 4.0
    lab.add()
    assert is_as_planned(lab)
    assert lab.deliveries > 1
    assert_matrix(lab)


def test_a_discord_that_stays_silent_is_given_up_with_a_word(lab: Lab) -> None:
    lab.fake.faults.on("list_guild_roles", faults.server_error(), times=1000)
    shown = lab.add()
    assert lab.deliveries == MAX_DELIVERIES
    assert len(lab.dead) == 1  # so that an alarm goes off
    assert f"I have tried {MAX_DELIVERIES} times and given up" in lab.text(shown)
    assert "Discord does not answer just now" in edits(lab)[0]
    lab.fake.faults.clear()


def test_cloudflare_is_not_argued_with(lab: Lab) -> None:
    lab.fake.faults.on("create_guild_channel", faults.cloudflare(), call=4)
    lab.add()
    assert lab.handed_back == [("m0-1", 300.0)]
    assert is_as_planned(lab)


@pytest.mark.parametrize("lost", ["answer", "request"])
def test_a_role_whose_creation_is_in_doubt_is_there_once(lab: Lab, lost: str) -> None:
    lab.fake.faults.on("create_guild_role", faults.lost_answer() if lost == "answer" else faults.dropped())
    lab.add()
    assert is_as_planned(lab)
    assert len(lab.fake.calls("create_guild_role")) == (1 if lost == "answer" else 2)


def test_a_token_that_was_changed_is_read_again_once(lab: Lab) -> None:
    lab.add("First")
    lab.fake.application.token = "another"
    lab.token.append("another")
    lab.add()
    assert is_as_planned(lab)
    assert len([each for each in lab.fake.calls() if each.status == 401]) == 1


def test_a_token_that_is_no_good_ends_the_job_with_a_word_and_few_calls(lab: Lab) -> None:
    lab.token.append("revoked")
    shown = lab.add()
    assert "Discord refuses my token" in lab.text(shown)
    assert len([each for each in lab.fake.calls() if each.status == 401]) == 2
    assert lab.deliveries == 1
    assert is_gone(lab)


def test_refusals_are_never_asked_again(lab: Lab) -> None:
    lab.fake.faults.on("create_guild_role", faults.refused(50013), times=100)
    text = lab.text(lab.add())
    assert "permission" in text
    assert len(lab.fake.calls("create_guild_role")) == 1
    lab.fake.faults.clear()


def test_a_bot_that_was_removed_says_so(lab: Lab) -> None:
    lab.fake.change(lambda guild: guild.without_member(lab.fake.bot.id))
    assert "Invite me again" in lab.text(lab.add())
    assert lab.deliveries == 1


def test_what_the_worker_cannot_read_goes_straight_to_the_dead_letters(lab: Lab) -> None:
    lab.send("{}")
    lab.work()
    assert len(lab.dead) == 1
    assert {seconds for _, seconds in lab.handed_back} == {0.0}


def test_the_fault_of_the_worker_itself_does_not_keep_the_server_waiting(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = lab.fake.gm.command("campaign list")
    monkeypatch.setattr("channelwright.actions.list_campaigns.campaigns", None)
    for _ in range(MAX_DELIVERIES):
        with pytest.raises(TypeError):
            lab.deliver(lab.waiting[0])
    assert {seconds for _, seconds in lab.handed_back} == {5.0}
    assert "I have given up" in lab.text(shown)


def test_a_batch_stops_at_the_first_failure_and_hands_back_the_rest(lab: Lab) -> None:
    for name in ("One", "Two", "Three"):
        lab.fake.gm.command("add-campaign", name=name)
    for message in lab.waiting:
        message.count = 1
    from tests.bot.lab import Context

    lab.fake.clock.advance(5)
    lab.fake.faults.on("create_guild_role", faults.rate_limited(100), call=2)
    context = Context(lab.fake.clock.now() + 60, lab.fake.clock.now)
    answer = lab.consumer({"Records": [each.record for each in lab.waiting]}, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m2"}]}
    assert [handle for handle, _ in lab.handed_back] == ["m1-1", "m2-1"]


def test_nothing_secret_is_logged(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    lab.fake.faults.on("*", faults.lost_answer(), call=5, times=3)
    shown = lab.add()
    out = capsys.readouterr().out
    assert shown.token not in out
    assert lab.fake.application.token not in out
