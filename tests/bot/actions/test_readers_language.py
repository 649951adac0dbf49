"""Who reads what in which language: an answer in the reader's, what others read too in the server's."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from channelwright import language
from channelwright.campaign.note import HEAD
from tests.bot.lab import TEMPLATES, VISIBILITY_SECONDS, KilledError
from tests.bot.outcomes import NAME, categories, is_as_planned
from tests.bot.texts import texts
from tools.fake_discord.server import faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.bot.lab import Lab

INNERMOST = re.compile("⟦[^⟦⟧]*⟧")
# Links, what stands in code, and what only draws.
NO_WORDS = re.compile(r"<[^>]*>|`[^`]*`|[^A-Za-z]")


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make a language of English in brackets, so that whatever is not said stands outside of them."""
    said = {"texts": {text: f"⟦{text}⟧" for text in texts()}}
    (tmp_path / "de.json").write_text(json.dumps(said), encoding="utf-8")
    monkeypatch.setattr(language, "LOCALES", tmp_path)
    language.texts.cache_clear()
    yield
    language.texts.cache_clear()


def speak(lab: Lab, *, people: str, server: str) -> None:
    for name in ("gm", "player", "stranger", "admin"):
        lab.fake.speak(lab.fake.person(name), people)
    lab.fake.change(lambda guild: replace(guild, locale=server))


def answers(lab: Lab) -> list[dict[str, Any]]:
    return [each.asked for each in lab.fake.calls("update_original_webhook_message")]


def loose(text: str) -> str:
    """Return the words of a text that nothing said, and that are no names of people's."""
    for name in (NAME, *(each.name for each in TEMPLATES["default"])):
        text = text.replace(name, "")
    while INNERMOST.search(text):
        text = INNERMOST.sub("", text)
    return NO_WORDS.sub("", text)


@pytest.mark.usefixtures("marked")
def test_no_word_of_an_answer_or_a_button_is_in_another_language_than_the_reader_s(lab: Lab) -> None:
    speak(lab, people="de", server="en-US")
    lab.add(preview=True)
    lab.add()
    lab.add()
    where = categories(lab)[0]
    lab.do("campaign help")
    lab.do("campaign add-player", campaign=where, player=lab.fake.player)
    lab.do("campaign session", campaign=where, when="2099-01-01 10:00", zone="Europe/Berlin")
    soon = f"<t:{int(lab.fake.clock.now()) + 3600}>"
    planned = lab.do("campaign session", campaign=where, when=soon, repeat="weekly")
    lab.press(planned, "⟦Plan it⟧")
    lab.do("campaign sessions", campaign=where)
    lab.fake.change(lambda guild: guild.without_channel(lab.fake.channel("maps-and-visuals").id))
    lab.press(lab.do("campaign doctor", campaign=where), "⟦Repair⟧")
    for line in ("archive", "doctor", "unarchive"):
        lab.do(f"campaign {line}", campaign=where)
    lab.do("campaign list")
    lab.do("campaign add-gm", campaign=where, gm=lab.fake.player)
    lab.do("campaign remove-gm", campaign=where, gm=lab.fake.player)
    lab.do("campaign rename", campaign=where, name="B")
    lab.do("campaign hand-over", campaign=where, to=lab.fake.player)
    lab.do("campaign archive", campaign=where, who=lab.fake.stranger)
    asked = lab.do("delete-campaign", campaign=where)
    lab.press(asked, "⟦Delete 11 channels⟧")
    labels = [each["label"] for shown in answers(lab) for row in shown["components"] for each in row["components"]]
    assert len(answers(lab)) > 20
    assert len(labels) > 5
    for text in [*labels, *(each["content"] for each in answers(lab))]:
        assert loose(text) == "", text


def test_a_german_gm_of_an_english_server_reads_german_and_writes_english_to_all(lab: Lab) -> None:
    speak(lab, people="de", server="en-US")
    assert f"**{NAME}** ist fertig." in lab.text(lab.add())
    where = categories(lab)[0]
    assert "Die Einladung zu" in lab.text(lab.do("campaign invite", campaign=where, seats=2, approval=True))
    assert "looks for players" in _last(lab)
    assert "Ich habe die Spielleitung" in lab.text(lab.press(_message(lab), "Ask to join", lab.fake.player))
    assert "asks to join" in _last(lab)
    assert "aufgenommen" in lab.text(lab.press(_message(lab), "Let in", lab.fake.gm))
    assert "was let in by" in _last(lab)


def test_an_english_player_of_a_german_server_joins_by_a_german_invitation_which_stays_german(lab: Lab) -> None:
    lab.add()
    speak(lab, people="en-GB", server="de")
    lab.do("campaign invite", campaign=categories(lab)[0], seats=2)
    assert _last(lab).endswith("\nSpielende (0 von 2):")
    assert "You are in" in lab.text(lab.press(_message(lab), "Mitspielen", lab.fake.player))
    assert _last(lab).endswith(f"\nSpielende (1 von 2): <@{lab.fake.player.id}>")
    assert "You are no longer" in lab.text(lab.press(_message(lab), "Aussteigen", lab.fake.player))
    assert _last(lab).endswith("\nSpielende (0 von 2):")


def test_the_note_has_one_form_in_every_language(lab: Lab) -> None:
    speak(lab, people="de", server="de")
    lab.add()
    assert [each.content.startswith(HEAD) for each in lab.fake.messages if HEAD[:12] in each.content] == [True]
    assert "alles stimmt" in lab.text(lab.do("campaign doctor", campaign=categories(lab)[0]))


def test_what_is_told_in_the_campaign_once_nobody_can_be_answered_is_in_the_server_s_language(lab: Lab) -> None:
    speak(lab, people="de", server="en-US")

    def killed() -> None:
        raise KilledError

    for call in (4, 9, 14):  # each costs six of the fifteen minutes
        lab.fake.faults.on("*", faults.running(killed, works=True), call=call)
    lab.add()
    assert lab.deliveries * VISIBILITY_SECONDS > 900
    assert is_as_planned(lab)
    assert any(each.content.startswith(f"**{NAME}** is ready.") for each in lab.fake.messages)


@pytest.mark.parametrize("count", [0, 40])
def test_a_refusal_at_the_endpoint_is_in_the_reader_s_language(lab: Lab, count: int) -> None:
    speak(lab, people="de", server="en-US")
    shown = lab.do("add-campaign", name="\u200b" + " " * count + "\u200b")
    assert lab.text(shown) == "Eine Kampagne braucht einen Namen, den man sehen kann. Es wurde nichts angelegt."


def _message(lab: Lab) -> Any:
    """Return the newest message that is for all."""
    return max((each for each in lab.fake.messages if each.only_for is None), key=lambda each: int(each.id))


def _last(lab: Lab) -> str:
    edited = [
        each.asked["content"] for each in lab.fake.calls() if each.operation in {"create_message", "update_message"}
    ]
    return str(edited[-1])
