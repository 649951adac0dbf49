"""Players who invite themselves in, as the GM allows: for everybody or one by one, with so many seats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from channelwright.permission_bits import INVITED
from tests.bot.by_hand import spoil
from tests.bot.outcomes import NAME, categories, roles
from tests.bot.worker.test_creation_faults import LASTING, PASSING
from tools.fake_discord import Opening, Overwrite, Permission, Sight
from tools.fake_discord.members.options import CannotError

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tests.lanes import Every
    from tools.fake_discord import Interaction, Message
    from tools.fake_discord.members.people import Person


@pytest.fixture
def lab(start: Start) -> Lab:
    return opened(start)


def opened(start: Start) -> Lab:
    """A campaign whose GM has no rights in the server, and people who want to play."""
    lab = start(Opening(bot_permissions=INVITED))
    for name in ("sybil", "ann", "bob", "cid"):
        lab.fake.join(name)
    lab.add(gm=lab.fake.person("sybil"))
    lab.fake.clock.advance(60)
    return lab


def invite(lab: Lab, **options: object) -> Interaction:
    return lab.do("campaign invite", who=lab.fake.person("sybil"), campaign=categories(lab)[0], **options)


def invitation(lab: Lab) -> Message:
    found = [each for each in lab.fake.messages if "looks for players" in each.content and not each.is_ephemeral]
    assert len(found) == 1
    return found[0]


def press(lab: Lab, who: str, button: str, on: Message | None = None) -> str:
    return lab.text(lab.press(on or invitation(lab), button, lab.fake.person(who)))


def is_in(lab: Lab, who: str) -> bool:
    return roles(lab)[0] in lab.fake.person(who).member.roles


def last_line(lab: Lab) -> str:
    return invitation(lab).content.splitlines()[-1]


def test_whoever_joins_is_in_at_once_and_the_invitation_counts_them(lab: Lab) -> None:
    assert "stays open for 30 days" in lab.text(invite(lab, seats=2))
    assert not invitation(lab).pinged.users
    assert last_line(lab) == "Players (0 of 2):"
    assert f"You are in **{NAME}** now" in press(lab, "ann", "Join")
    assert lab.fake.matrix()[f"{NAME}/safety"]["ann"] is Sight.WRITES
    assert lab.fake.matrix()[f"{NAME}/gm-notes"]["ann"] is Sight.HIDDEN
    assert "already" in press(lab, "ann", "Join")
    press(lab, "bob", "Join")
    ann, bob = (lab.fake.person(each).id for each in ("ann", "bob"))
    assert last_line(lab) == f"Players (2 of 2): <@{ann}> <@{bob}>"
    assert "All 2 seats" in press(lab, "cid", "Join")
    assert not is_in(lab, "cid")
    assert "You are the GM" in press(lab, "sybil", "Join")
    assert invitation(lab).buttons, "the buttons stay, for others"


def test_a_seat_is_free_again_when_somebody_leaves_or_is_taken_out(lab: Lab) -> None:
    invite(lab, seats=1)
    press(lab, "ann", "Join")
    assert "no longer a player" in press(lab, "ann", "Leave")
    assert not is_in(lab, "ann")
    assert last_line(lab) == "Players (0 of 1):"
    press(lab, "bob", "Join")
    lab.do(
        "campaign remove-player",
        who=lab.fake.person("sybil"),
        campaign=categories(lab)[0],
        player=lab.fake.person("bob"),
    )
    assert f"You are in **{NAME}** now" in press(lab, "cid", "Join")
    assert "no player" in press(lab, "bob", "Leave")
    assert last_line(lab) == f"Players (1 of 1): <@{lab.fake.person('cid').id}>"


def request(lab: Lab) -> Message:
    found = [each for each in lab.fake.messages if "asks to join" in each.content]
    assert len(found) == 1
    return found[0]


def test_with_approval_the_gm_lets_players_in_one_by_one(lab: Lab) -> None:
    invite(lab, approval=True, seats=2)
    assert "I asked the GM" in press(lab, "ann", "Ask to join")
    assert "I asked the GM" in press(lab, "ann", "Ask to join")
    assert not is_in(lab, "ann")
    assert lab.fake.channel(request(lab).channel_id).name == "gm-notes"
    assert "was let in" in press(lab, "sybil", "Let in", request(lab))
    assert is_in(lab, "ann")
    assert last_line(lab) == f"Players (1 of 2): <@{lab.fake.person('ann').id}>"
    settled = next(each for each in lab.fake.messages if "was let in" in each.content and not each.is_ephemeral)
    assert not settled.buttons


def test_a_request_that_was_declined_lets_nobody_in_and_may_be_made_again(lab: Lab) -> None:
    invite(lab, approval=True)
    press(lab, "ann", "Ask to join")
    assert "was not let into" in press(lab, "sybil", "Decline", request(lab))
    assert not is_in(lab, "ann")
    press(lab, "ann", "Ask to join")
    assert request(lab).buttons


def test_only_who_may_run_the_campaign_lets_anybody_in(lab: Lab) -> None:
    """A player who is shown the GM's channel sees the buttons, and they do nothing for them."""
    invite(lab, approval=True)
    press(lab, "ann", "Ask to join")
    spoil(lab, "gm-notes", Overwrite(lab.fake.person("bob").id, 1, allow=Permission.VIEW_CHANNEL))
    assert "is run by its GM" in press(lab, "bob", "Let in", request(lab))
    assert not is_in(lab, "ann")
    assert request(lab).buttons, "the GM can still press them"


def test_only_who_may_run_the_campaign_invites(lab: Lab) -> None:
    shown = lab.do("campaign invite", who=lab.fake.person("bob"), campaign=categories(lab)[0])
    assert "is run by its GM" in lab.text(shown)
    assert not [each for each in lab.fake.messages if "looks for players" in each.content and not each.is_ephemeral]


def test_the_bot_writes_nowhere_for_somebody_who_may_not(lab: Lab) -> None:
    sybil = lab.fake.person("sybil")
    spoil(lab, "general", Overwrite(sybil.id, 1, deny=Permission.SEND_MESSAGES))
    assert "You may not write in this channel" in lab.text(invite(lab))
    shown = lab.do("campaign invite", who=sybil, campaign=categories(lab)[0], within="safety")
    assert "does not see this channel" in lab.text(shown)


def test_an_archived_campaign_takes_no_players_and_a_deleted_one_says_so(lab: Lab) -> None:
    invite(lab)
    lab.do("campaign archive", who=lab.fake.person("sybil"), campaign=categories(lab)[0])
    assert "takes no players" in press(lab, "ann", "Join")
    shown = lab.do("delete-campaign", campaign=categories(lab)[0])
    lab.press(shown, "Delete 11 channels")
    assert "This campaign is gone" in press(lab, "ann", "Join")


def test_more_seats_than_a_message_holds_are_not_offered(lab: Lab) -> None:
    with pytest.raises(CannotError):
        invite(lab, seats=41)


def test_a_full_invitation_fits_into_a_message(lab: Lab) -> None:
    people = [lab.fake.join(f"p{number}") for number in range(40)]
    invite(lab, seats=40)
    for each in people:
        lab.press(invitation(lab), "Join", each)
    assert last_line(lab).startswith("Players (40 of 40): ")
    assert all(roles(lab)[0] in each.member.roles for each in people)
    assert "All 40 seats" in press(lab, "ann", "Join")


STORY: tuple[tuple[str, str], ...] = (("ann", "Join"), ("bob", "Join"), ("ann", "Leave"))


def play(lab: Lab) -> None:
    invite(lab, seats=5)
    for who, button in STORY:
        lab.fake.clock.advance(60)
        lab.press(invitation(lab), button, person(lab, who))


def person(lab: Lab, name: str) -> Person:
    return lab.fake.person(name)


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", PASSING)
def test_whatever_happens_to_any_call_each_wish_is_carried_out_once(start: Start, fault: str, every: Every) -> None:
    lab = opened(start)
    before = len(lab.calls())
    play(lab)
    for call in every(range(1, len(lab.calls()) - before + 1)):
        lab = opened(start)
        lab.fake.faults.on("*", PASSING[fault](), call=call)
        play(lab)
        where = (call, lab.fake.faults.happened)
        assert not lab.dead, where
        assert [is_in(lab, each) for each in ("ann", "bob")] == [False, True], where
        assert last_line(lab) == f"Players (1 of 5): <@{person(lab, 'bob').id}>", where


@pytest.mark.sliced(4)
@pytest.mark.parametrize("fault", LASTING)
def test_what_discord_refuses_is_told_and_done_when_pressed_again(start: Start, fault: str, every: Every) -> None:
    lab = opened(start)
    invite(lab, seats=5)
    before = len(lab.calls())
    press(lab, "ann", "Join")
    for call in every(range(1, len(lab.calls()) - before + 1)):
        lab = opened(start)
        invite(lab, seats=5)
        lab.fake.faults.on("*", LASTING[fault](), call=call)
        assert press(lab, "ann", "Join") or "webhook" in str(lab.fake.faults.happened), call
        lab.fake.clock.advance(60)
        press(lab, "ann", "Join")
        assert is_in(lab, "ann"), call


@pytest.mark.parametrize("labels", [("Let in", "Decline"), ("Decline", "Let in")])
def test_of_two_who_answer_a_request_at_once_the_first_one_counts(lab: Lab, labels: tuple[str, str]) -> None:
    invite(lab, approval=True)
    press(lab, "ann", "Ask to join")
    request = lab.fake.person("sybil").reads("gm-notes")[-1]
    first, second = (
        lab.fake.person(who).press(request, label) for who, label in zip(("sybil", "admin"), labels, strict=True)
    )
    lab.work()
    words = "was let in by" if labels[0] == "Let in" else "was not let into"
    assert is_in(lab, "ann") is (labels[0] == "Let in")
    assert words in lab.text(first)
    assert words in lab.text(second)
    assert words in lab.fake.person("sybil").reads("gm-notes")[-1].content


def test_an_invitation_has_no_place_where_the_bot_may_not_write(lab: Lab) -> None:
    spoil(lab, "general", Overwrite(lab.fake.bot.id, 1, 0, int(Permission.SEND_MESSAGES)))
    assert "I may not write in this channel" in lab.text(invite(lab))


def test_a_gm_closes_an_invitation_and_nobody_joins_by_it_any_longer(lab: Lab) -> None:
    invite(lab, seats=3)
    press(lab, "ann", "Join")
    assert "is run by its GM" in press(lab, "ann", "Close")
    late = [lab.fake.person(who).press(invitation(lab), label) for who, label in (("sybil", "Close"), ("bob", "Join"))]
    lab.work()
    assert ["is closed" in lab.text(each) for each in late] == [True, True]
    assert [each["label"] for each in invitation(lab).buttons] == ["Leave"]
    assert "no longer a player" in press(lab, "ann", "Leave")
    assert not is_in(lab, "bob")
