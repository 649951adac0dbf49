"""Jobs that are over after the answer can be given no longer: nothing is done in silence, and nothing begun in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bot.by_hand import campaign, spoil
from tests.bot.outcomes import roles
from tests.bot.worker.seen import head, named, said, server
from tests.bot.worker.stories import STORIES, begin
from tests.bot.worker.test_creation_faults import killed
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tests.bot.worker.stories import Story

LATE = 1200  # longer than the token's fifteen minutes
# Their outcome is told where it happens: in the invitation, or in the request that the GM answers. A creation and a
# deletion, which are begun before there is a note and end without one, are in test_redrive.py; after some there is no
# campaign left to tell it in.
GONE = {"delete", "delete nothing", "remove"}
ELSEWHERE = {"create", "join", "ask", "leave", "approve", "decline", "invite", "close", *GONE}
WRITING = {"POST", "PUT", "PATCH", "DELETE"}


def ready(start: Start, story: Story) -> Lab:
    lab = start()
    story.prepare(lab)
    begin(lab, story.act)
    return lab


def changes(lab: Lab, since: int) -> list[int]:
    """Return which of the calls since then changed the server, counted from 1."""
    calls = list(enumerate(lab.fake.calls()[since:], 1))
    return [at for at, each in calls if each.method in WRITING and "webhook" not in each.operation]


def cut_off(lab: Lab, story: Story, call: int, *, works: bool) -> None:
    """Kill the worker at a call of the job, and have the job delivered again when its token is no good any more."""
    story.act(lab)
    [message] = lab.waiting
    lab.fake.faults.on("*", faults.running(killed, works=works), call=call)
    lab.deliver(message)
    lab.fake.faults.clear()
    lab.fake.clock.advance(LATE)
    lab.work()


@pytest.mark.parametrize("name", [name for name in STORIES if name not in ELSEWHERE])
def test_what_was_done_before_a_late_delivery_is_told_in_the_gms_channel(start: Start, name: str) -> None:
    story = STORIES[name]
    lab = ready(start, story)
    since = len(lab.fake.calls())
    shown = story.act(lab)
    lab.work()
    wanted, told = server(lab), head(named(lab, lab.text(shown)))
    last = changes(lab, since)[-1]
    lab = ready(start, story)
    cut_off(lab, story, last, works=True)
    assert server(lab)[:3] == wanted[:3], name
    assert [head(each) for each in said(lab)].count(told) == 1, (told, said(lab)[-2:])
    assert not lab.dead


@pytest.mark.parametrize("name", [name for name in STORIES if name not in {"create", "decline", "close"}])
def test_what_a_late_delivery_would_have_to_begin_is_not_begun(start: Start, name: str) -> None:
    lab = ready(start, STORIES[name])
    before = server(lab)
    cut_off(lab, STORIES[name], 1, works=False)
    assert server(lab) == before, name
    assert not lab.dead


@pytest.mark.parametrize("redriven", [False, True])
def test_a_repair_of_permissions_that_was_cut_off_is_finished_and_told(start: Start, *, redriven: bool) -> None:
    """Nothing in the server but the bot's note tells that permissions were mended, and were not always right."""
    lab = start()
    where = campaign(lab)
    names = ("general-discussion", "campaign-lore", "safety")
    for name in names:
        spoil(lab, name, without=roles(lab)[0])
    lab.fake.gm.command("campaign doctor", campaign=lab.fake.channel(where), repair=True)
    [message] = lab.waiting
    lab.fake.faults.on("set_channel_permission_overwrite", faults.running(killed, works=True), call=2)
    lab.deliver(message)
    lab.fake.faults.clear()
    message.count = 0 if redriven else message.count
    lab.fake.clock.advance(LATE)
    lab.work()
    assert [name for name in names if not lab.fake.channel(name).overwrites[2:]] == []
    told = [each.content for each in lab.fake.gm.reads("gm-notes")]
    assert [text.count("is repaired") for text in told] == [0, 1]
    assert "Being repaired" not in told[0]
