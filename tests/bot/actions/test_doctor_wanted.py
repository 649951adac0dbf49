"""What a GM changed on purpose: kept as it is wanted, as far as nobody sees more by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bot.by_hand import campaign, drop, spoil
from tests.bot.outcomes import NAME, categories, roles
from tests.bot.worker.test_creation_faults import PASSING
from tools.fake_discord import Overwrite, Permission, Sight

if TYPE_CHECKING:
    from tests.bot.lab import Lab, Start
    from tests.lanes import Every
    from tools.fake_discord import Interaction


def examine(lab: Lab) -> Interaction:
    return lab.do("campaign doctor", campaign=lab.fake.channel(categories(lab)[0].id))


WANT = "This is how I want it"


def test_what_the_gm_changed_on_purpose_is_kept_and_no_repair_undoes_it(lab: Lab) -> None:
    campaign(lab)
    spoil(lab, "safety", Overwrite(roles(lab)[0], 0, 0, Permission.VIEW_CHANNEL))
    drop(lab, "dice-rolls")
    lab.fake.clock.advance(60)
    text = lab.text(lab.press(examine(lab), WANT))
    assert "nothing is wrong" in text
    assert "Left as somebody wants them: " in text
    assert "(safety)" in text
    spoil(lab, "gm-notes", Overwrite(roles(lab)[0], 0, Permission.VIEW_CHANNEL, 0))
    shown = examine(lab)
    assert "(gm-notes) are not the campaign's" in lab.text(shown)
    assert "safety) are not" not in lab.text(shown)
    lab.press(shown, "Repair")
    lab.fake.give_role(lab.fake.player, roles(lab)[0])
    assert lab.fake.matrix()[f"{NAME}/safety"]["player"] is Sight.HIDDEN
    assert lab.fake.matrix()[f"{NAME}/gm-notes"]["player"] is Sight.HIDDEN
    assert "dice-rolls" not in {each.name for each in lab.fake.channels}
    assert "nothing is wrong" in lab.text(examine(lab))


def test_what_strangers_would_see_cannot_be_kept_and_is_repaired_where_it_was_kept_before(lab: Lab) -> None:
    campaign(lab)
    everyone = Overwrite(lab.fake.guild.id, 0, Permission.VIEW_CHANNEL, 0)
    spoil(lab, "safety", everyone)
    assert WANT not in {each["label"] for each in lab.fake.message_of(examine(lab)).buttons}  # type: ignore[union-attr]
    spoil(lab, "safety", Overwrite(lab.fake.guild.id, 0, 0, Permission.VIEW_CHANNEL))
    spoil(lab, "safety", Overwrite(roles(lab)[0], 0, 0, Permission.VIEW_CHANNEL))
    lab.press(examine(lab), WANT)
    spoil(lab, "safety", everyone)
    lab.press(examine(lab), "Repair")
    assert lab.fake.matrix()[f"{NAME}/safety"]["stranger"] is Sight.HIDDEN
    assert lab.fake.matrix()[f"{NAME}/safety"]["player"] is Sight.HIDDEN


def test_what_is_wanted_survives_whatever_happens_to_the_press(start: Start, every: Every) -> None:
    for fault in PASSING.values():
        for call in every(range(1, 16)):
            lab = start()
            campaign(lab)
            spoil(lab, "safety", Overwrite(roles(lab)[0], 0, 0, Permission.VIEW_CHANNEL))
            drop(lab, "dice-rolls")
            lab.fake.clock.advance(60)
            shown = examine(lab)
            lab.fake.faults.on("*", fault(), call=call)
            lab.press(shown, WANT)
            lab.fake.faults.clear()
            lab.fake.clock.advance(600)
            assert not lab.dead
            assert "nothing is wrong" in lab.text(examine(lab)), (lab.fake.faults.happened, call)
