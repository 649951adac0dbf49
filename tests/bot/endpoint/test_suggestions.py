"""What is offered while somebody types, as Discord gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.bot.lab import PROJECT
from tools.fake_discord import State

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.lab import Lab

SHIPPED = yaml.safe_load((PROJECT / "config/campaign_channels.yaml").read_text(encoding="utf-8"))


def offered(lab: Lab, text: str) -> dict[str, str]:
    """Type into the option, and return the labels by what they stand for."""
    shown = lab.fake.gm.type_in("add-campaign", "template", text, name="Tomb")
    assert (shown.state, shown.failure) == (State.ANSWERED, "")
    return {each["value"]: each["name"] for each in shown.choices}


def test_every_template_that_ships_is_offered_with_its_channels(lab: Lab) -> None:
    found = offered(lab, "")
    assert found.keys() == {"default", *SHIPPED["templates"]}
    first = SHIPPED["templates"]["one-shot"]["channels"][0]["name"]
    assert found["one-shot"].startswith(f"one-shot: {first}, ")
    assert all(len(each) <= 100 for each in found.values())


@pytest.mark.parametrize(
    ("text", "names"),
    [("one", ["one-shot"]), ("ONE-SHOT ", ["one-shot"]), ("s", ["one-shot", "west-marches"]), ("tomb", []), ("[", [])],
)
def test_what_is_typed_chooses_among_them(lab: Lab, text: str, names: list[str]) -> None:
    assert list(offered(lab, text)) == names


def test_nothing_is_queued_for_what_is_only_typed(lab: Lab) -> None:
    offered(lab, "one")
    assert lab.waiting == []


def test_what_was_offered_can_be_chosen_and_what_was_not_is_told(lab: Lab) -> None:
    [name] = offered(lab, "west")
    assert "is ready" in lab.text(lab.add(template=name))
    assert "There is no template nothing. There are: default, one-shot and west-marches." in lab.text(
        lab.add("Other", template="nothing")
    )


def test_more_templates_than_discord_takes_are_cut_and_those_that_begin_so_come_first(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "templates.yaml"
    channels = [{"name": "n" * 100, "type": "text"}]
    names = [f"a-b{at:02}" for at in range(24)] + ["b-first"]
    path.write_text(
        yaml.safe_dump({"channels": channels, "templates": {name: {"channels": channels} for name in names}})
    )
    lab.bot = type(lab.bot)(lab.bot.key, lab.bot.queue, path)
    assert len(offered(lab, "")) == 25
    found = offered(lab, "b")
    assert next(iter(found)) == "b-first"
    assert {len(each) for each in found.values()} == {100}
