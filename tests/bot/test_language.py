"""Every text is said in the reader's language, and every language is whole."""

from __future__ import annotations

import ast
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from channelwright import language
from channelwright.campaign import invitation
from channelwright.components import Style
from channelwright.endpoint.commands import TABLE
from channelwright.jobs import locale as read_locale
from channelwright.language import LOCALES, say, speaking
from tests.bot.texts import ENDPOINT, about, sayings, texts, trees
from tools.command_locales import localized
from tools.fake_discord.validator.command_form import check_commands
from tools.fake_discord.validator.locales import LOCALES as OF_DISCORD
from tools.fake_discord.validator.openapi import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = sorted(LOCALES.glob("*.json"))
# For the bot's own eyes (the note has one form in all languages), for whoever wrote a template, told by Discord itself,
# and for the logs.
OTHER_READERS = {"note.py", "template_rules.py", "commands.py", "queue.py"}
SAYING = {"say", "_say", "_replace"}
NOT_SAYING = {"log", "compile", "startswith", "__init__", "response"}
STOPPING = {"StoppedError", "MissingPermissionsError"}


def said(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_language_says_every_text_of_the_code_and_nothing_else(path: Path) -> None:
    assert said(path)["texts"].keys() == texts()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_translation_is_about_the_same_and_has_the_form_of_the_english_text(path: Path) -> None:
    for text, other in said(path)["texts"].items():
        assert about(other) == about(text), text
        assert other == other.strip(), text
        assert other.startswith("- ") == text.startswith("- "), text
        assert other.count("**") == text.count("**"), text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_discord_has_the_language_and_takes_the_table_in_it(path: Path) -> None:
    assert path.stem in OF_DISCORD
    table = localized(TABLE)
    check_commands(table)
    assert all(_named(each, path.stem) for each in table)


def _named(part: dict[str, Any], locale: str) -> bool:
    """Tell whether a command, all its options and their choices are named in a language."""
    own = "name_localizations" in part and locale in part["name_localizations"]
    described = "description" not in part or locale in part["description_localizations"]
    return (
        own and described and all(_named(each, locale) for key in ("options", "choices") for each in part.get(key, ()))
    )


def test_the_languages_are_those_of_discord_s_own_description() -> None:
    where = os.environ.get(VARIABLE)
    if where is None:
        pytest.skip(f"{VARIABLE} does not say where the description is")
    described = json.loads(Path(where).read_text(encoding="utf-8"))["components"]["schemas"]
    assert {each["const"] for each in described["AvailableLocalesEnum"]["oneOf"]} >= OF_DISCORD


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_text_calls_commands_as_discord_shows_them_in_that_language(path: Path) -> None:
    names = said(path)["commands"]["names"]
    for text, other in said(path)["texts"].items():
        assert _commands(other) == {_translated(each, names) for each in _commands(text)}, text


def _commands(text: str) -> set[str]:
    return set(re.findall(r"`(/[^`]+)`", text))


def _translated(command: str, names: dict[str, str]) -> str:
    return "/" + " ".join(names[each] for each in command[1:].split())


def test_english_texts_call_commands_as_they_are() -> None:
    known = {f"/{command['name']}" for command in TABLE}
    known |= {f"/{command['name']} {each['name']}" for command in TABLE for each in command["options"]}
    assert {each for text in texts() for each in _commands(text)} <= known


@pytest.mark.parametrize("locale", ["en-US", *(path.stem for path in FILES)])
def test_a_label_fits_on_a_button_and_an_invitation_is_read_in_every_language(locale: str) -> None:
    longest = {"campaign": "N" * 40, "count": 500, "number": 5}
    with speaking(locale):
        for text in labels():
            assert len(say(text, **longest)) <= 80, text
        line = say("Players ({count} of {seats}):", count=0, seats=40)
    read = invitation.of({"content": f"text\n{line}", "channel_id": "1", "id": "2", "components": []})
    assert read is not None
    assert (read.seats, read.players) == (40, ())
    assert read.with_player(7).content == f"text\n{line.replace('0', '1', 1)} <@7>"


def labels() -> set[str]:
    """Return the texts that stand on buttons: those among the arguments of a call that names a style."""
    found = set()
    for _, tree in trees():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and any(_is_style(each) for each in call.args):
                found |= {text for each in call.args for text in _said_in(each)}
    assert len(found) > len(Style)
    return found


def _is_style(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Style"


def _said_in(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "say":
            assert isinstance(each.args[0], ast.Constant)
            yield str(each.args[0].value)


def test_what_is_said_is_written_where_it_is_said() -> None:
    """A text that comes from elsewhere could be in no language but English."""
    elsewhere = [ast.unparse(call) for path, call, text in sayings() if not isinstance(text, ast.Constant)]
    # The permissions' names, which are in texts() as such, and the endpoint's one way to say what it refuses.
    assert sorted(elsewhere) == ["_say(interaction, refusal.text, **refusal.about)", "say(name)", "say(text, **about)"]


def test_no_words_for_people_are_outside_of_what_is_said() -> None:
    """Two words in a row, or a label, in any string that is neither said, nor documentation, nor for the logs."""
    loose = [f"{path.name}: {text}" for path, tree in trees() for text in _loose(path, tree)]
    assert loose == []


def _loose(path: Path, tree: ast.Module) -> Iterator[str]:
    if path.parent == ENDPOINT.parent or path.name in OTHER_READERS:
        return
    words = r"[A-Za-z]{2,}[,.:]? [A-Za-z]{2,}" + (r"|^[A-Z][a-z]+$" if path.parent.name == "actions" else "")
    known = {id(part) for node in ast.walk(tree) if _is_known(node) for part in ast.walk(node)}
    loose = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in known)
    yield from (node.value for node in loose if isinstance(node.value, str) and re.search(words, node.value))


def _is_known(node: ast.AST) -> bool:
    """Tell whether the strings of a part are said, or for no reader: documentation, logs, failures of ours."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Raise):
        return _called(node.exc) not in STOPPING
    return _called(node) in SAYING | NOT_SAYING


def _called(node: ast.AST | None) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def test_a_language_that_there_is_not_is_english_and_no_path_leads_out_of_the_folder() -> None:
    for locale in ("", "en-GB", "tlh"):
        with speaking(locale):
            assert say("Join") == "Join"
    assert {read_locale(each) for each in ("../de", "/etc/passwd", "de/../de", "d", "de\n", 7, None)} == {""}
    assert [read_locale(each) for each in sorted(OF_DISCORD)] == sorted(OF_DISCORD)


def test_only_the_reader_s_language_is_read_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    language.texts.cache_clear()
    opened: list[str] = []
    loads = json.loads

    def noted(text: str) -> Any:
        opened.append(text)
        return loads(text)

    monkeypatch.setattr(json, "loads", noted)
    with speaking("en-US"):
        say("Join")
    assert opened == []
    for _ in range(2):
        with speaking("de"):
            assert say("Join") == "Mitspielen"
    assert len(opened) == 1
