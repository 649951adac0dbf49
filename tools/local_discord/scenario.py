"""A game master's evening, played from the first command to the last, and held against what should come of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tools.local_discord import terminal
from tools.local_discord.client import content

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tools.local_discord.client import Door

NAME, SHORT = "Curse of Strahd", "The Wild Sheep Chase"
VIEWERS = ("stranger", "player", "gm", "admin")
GM_ONLY = {"gm-notes", "gm-planning"}
_PATIENCE_SECONDS = 120
_WEEK_SECONDS = 7 * 86_400
_DISCORDS_PATIENCE = 3.0


def play(door: Door) -> int:
    """Play it all; return 0 if everything was as it should be."""
    evening = Evening(door)
    evening.trials()
    evening.creation()
    evening.players()
    evening.repair()
    evening.own_campaign()
    evening.deletion()
    evening.conduct()
    print()
    for line in terminal.tree(evening.guild, VIEWERS):
        print(line)
    print()
    if evening.wrong:
        print(f"{len(evening.wrong)} of {evening.held} expectations were not met:")
        print("\n".join(f"  {each}" for each in evening.wrong))
    else:
        print(f"all {evening.held} expectations were met")
    return 1 if evening.wrong else 0


@dataclass
class Evening:
    door: Door
    wrong: list[str] = field(default_factory=list)
    held: int = 0

    @property
    def guild(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.door.ask("state")["guild"]
        return found

    def expect(self, what: str, holds: object, saw: object = "") -> None:
        self.held += 1
        print(f"  {'✓' if holds else '✗'} {what}{f': {saw}' if not holds and saw else ''}", flush=True)
        if not holds:
            self.wrong.append(what)

    def trials(self) -> None:
        print("\nDiscord tries the endpoint: a PING, and one that is badly signed")
        wrong = self.door.do("probe")["wrong"]
        self.expect("PONG to the one, 401 to the other", not wrong, wrong)

    def creation(self) -> None:
        shown = self._command("gm", "add-campaign", name=NAME)
        self._watch(shown, "is ready", "the summary says that the campaign is ready")
        there = {each["name"]: each["sight"] for each in self._children(NAME)}
        self.expect("it has eleven channels", len(there) == 11, len(there))
        self.expect("a stranger sees none of them", all(each["stranger"] == "hidden" for each in there.values()))
        self.expect("the game master sees all of them", all(each["gm"] != "hidden" for each in there.values()))
        self.expect("nothing of it is the player's yet", all(each["player"] == "hidden" for each in there.values()))

    def players(self) -> None:
        campaign = self._id(NAME)
        shown = self._command("gm", "campaign add-player", campaign=campaign, player="@player")
        self._watch(shown, " is in ", "the player is let in")
        sights = {each["name"]: each["sight"]["player"] for each in self._children(NAME)}
        hidden = {name for name, sight in sights.items() if sight == "hidden"}
        self.expect("the player sees all but the game master's own channels", hidden == GM_ONLY, hidden)

    def repair(self) -> None:
        print("\nadmin deletes #maps-and-visuals by hand")
        self.door.do("remove", channel="maps-and-visuals")
        shown = self._command("gm", "campaign doctor", campaign=self._id(NAME))
        seen = self._watch(shown, "maps-and-visuals", "the doctor misses the channel")
        self._press("gm", seen, "Repair", " is repaired.")
        names = [each["name"] for each in self._children(NAME)]
        self.expect("the channel is back, once", names.count("maps-and-visuals") == 1, names)

    def own_campaign(self) -> None:
        """Let the player, who has no rights in the server, run one: from the invitation to handing it over."""
        print("\ngm types `one` into the template of /add-campaign")
        typed = self.door.do("type", **{"as": "gm"}, line="add-campaign", option="template", text="one")
        offered = [each["value"] for each in typed["choices"]]
        self.expect("the template is offered", offered == ["one-shot"], offered or typed["failure"])
        print("\nplayer, who is to run it, has a client in German")
        self.door.do("speak", **{"as": "player"}, locale="de")
        shown = self._command("gm", "add-campaign", name=SHORT, template="one-shot", gm="@player")
        self._watch(shown, "is ready", "a second campaign, from another template, is the player's own")
        campaign = self._id(SHORT)
        shown = self._command("player", "campaign invite", campaign=campaign, seats=3)
        self._watch(shown, "gilt 30 Tage", "its GM, who has no rights here, invites players, and reads it in German")
        invitations = [each for each in self.door.ask("messages", viewer="stranger") if SHORT in each["content"]]
        public = invitations[-1]["content"]
        self.expect("the invitation is in the server's language", "looks for players" in public, public)
        self._press("stranger", {"message": invitations[-1]}, "Join", "You are in ")
        sights = {each["name"]: each["sight"]["stranger"] for each in self._children(SHORT)}
        hidden = {name for name, sight in sights.items() if sight == "hidden"}
        self.expect("who joined sees all but the GM's own channel", hidden == {"gm-notes"}, hidden)
        when = datetime.fromtimestamp(time.time() + _WEEK_SECONDS, UTC).strftime("%Y-%m-%d 19:30")
        shown = self._command("player", "campaign session", campaign=campaign, when=when, zone="Europe/Berlin")
        seen = self._watch(shown, "würde", "the time is shown before anything is planned")
        self._press("player", seen, "Planen", "Die Mitglieder finden ihn")
        shown = self._command("player", "campaign hand-over", campaign=campaign, to="@stranger")
        self._watch(shown, "gehört jetzt", "it is handed over")
        sights = {each["name"]: each["sight"]["player"] for each in self._children(SHORT)}
        self.expect("who handed it over sees nothing of it", set(sights.values()) == {"hidden"}, sights)

    def deletion(self) -> None:
        shown = self._command("gm", "delete-campaign", campaign=self._id(SHORT))
        seen = self._watch(shown, SHORT, "what would go is listed, and nothing is gone yet")
        self._press("gm", seen, "Delete", " is deleted")
        names = [each["name"] for each in self.guild["channels"]]
        self.expect("the second campaign is gone, its role as well", SHORT not in names and not self._roles(SHORT))
        self.expect("the first one is as it was", len(self._children(NAME)) == 11)

    def conduct(self) -> None:
        print("\nhow the bot behaved")
        found = self.door.ask("violations")
        checked = self.door.ask("state")["checks_openapi"]
        against = "Discord's own description and the rules of conduct" if checked else "Discord's rules of conduct"
        calls = [each for each in self.door.ask("exchanges") if each["towards"] == "discord"]
        self.expect(f"{len(calls)} calls, none against {against}", not found["violations"], found["violations"])

    def _command(self, who: str, line: str, **options: str | int) -> dict[str, Any]:
        guild = self.guild
        words = "".join(f" {name}:{terminal.message(_shown(value), guild)}" for name, value in options.items())
        print(f"\n{who}: /{line}{words}", flush=True)
        shown = self.door.command(who, line, **options)
        self._in_time(shown)
        return shown

    def _press(self, who: str, seen: dict[str, Any], button: str, says: str) -> None:
        label = next((each for each in _buttons(seen) if button in each), button)
        print(f"\n{who} presses [{label}]", flush=True)
        shown = self.door.press(who, seen["message"]["id"], label)
        self._in_time(shown)
        self._watch(shown, says, "the outcome is told")

    def _in_time(self, shown: dict[str, Any]) -> None:
        seconds = shown["seconds"]
        self.expect(f"answered within {seconds:.2f} s", seconds < _DISCORDS_PATIENCE, shown["failure"])

    def _watch(self, shown: dict[str, Any], says: str, what: str) -> dict[str, Any]:
        """Print each message that the user sees, until it says what it should."""
        started, last = time.monotonic(), shown
        for seen in self.door.watched(shown["id"], lambda text: _is_last(text) and says in text, _PATIENCE_SECONDS):
            print(terminal.indented(terminal.message(content(seen), self.guild)), flush=True)
            last = seen
        took = f"{time.monotonic() - started:.1f} s"
        self.expect(
            f"{what}, after {took}", says in content(last), content(last) or last["failure"] or "nothing was said"
        )
        return last

    def _id(self, category: str) -> str:
        return str(next((each["id"] for each in self.guild["channels"] if each["name"] == category), "0"))

    def _children(self, category: str) -> list[dict[str, Any]]:
        parent = self._id(category)
        return [each for each in self.guild["channels"] if each.get("parent_id") == parent]

    def _roles(self, campaign: str) -> list[str]:
        return [each["name"] for each in self.guild["roles"] if each["name"].startswith(campaign)]


def _is_last(text: str) -> bool:
    """Tell an outcome from progress, which has a bar."""
    return "`[" not in text


def _buttons(seen: dict[str, Any]) -> list[str]:
    rows = (seen["message"] or {}).get("components") or ()
    return [str(each.get("label", "")) for row in rows for each in row["components"]]


def _shown(value: str | int) -> str:
    return f"<#{value}>" if isinstance(value, str) and value.isdecimal() else str(value)
