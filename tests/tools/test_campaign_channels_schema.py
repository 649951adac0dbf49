"""The schema for editors and the bot agree on campaign_channels.yaml."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelwright.campaign import template_rules
from channelwright.campaign.template_rules import TYPES
from tests.tools.channel_files import PROJECT, SHIPPED, channels, odd

if TYPE_CHECKING:
    from collections.abc import Collection

SCHEMA = json.loads((PROJECT / "config/campaign_channels.schema.json").read_text())
bodies = st.fixed_dictionaries({"channels": channels}) | st.fixed_dictionaries(
    {}, optional={"channels": channels | odd, "chanels": odd}
)
names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,19}", fullmatch=True) | st.sampled_from(
    ["default", "Big One", "x" * 21, ""]
)
documents = (
    st.builds(
        lambda body, named: body | named,
        bodies,
        st.just({}) | st.fixed_dictionaries({"templates": st.dictionaries(names, bodies | odd, max_size=3) | odd}),
    )
    | odd
)


@given(documents)
def test_the_schema_for_editors_and_the_bot_agree(document: Any) -> None:
    """All but one rule: a schema cannot say that names differ."""
    faults = [what for _, what in template_rules.faults(document) if not what.startswith("is the name of ")]
    assert jsonschema_rs.validator_for(SCHEMA).is_valid(document) == (faults == [])


def test_the_schema_and_the_bot_agree_on_how_many_there_may_be() -> None:
    validator = jsonschema_rs.validator_for(SCHEMA)

    def agreed(channels: int, templates_: int) -> bool:
        several = [{"name": f"c{at}", "type": "text"} for at in range(channels)]
        document = {"channels": several, "templates": {f"t{at}": {"channels": several} for at in range(templates_)}}
        is_valid: bool = validator.is_valid(document)
        assert is_valid == (list(template_rules.faults(document)) == [])
        return is_valid

    assert [agreed(0, 0), agreed(1, 24), agreed(50, 1), agreed(51, 0), agreed(1, 25)] == [
        False,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("kind", sorted(TYPES))
@pytest.mark.parametrize(
    ("key", "length", "kinds"),
    [
        ("name", 100, TYPES),
        ("name", 101, ()),
        ("description", 1024, TYPES),
        ("description", 1025, {"forum"}),
        ("description", 4096, {"forum"}),
        ("description", 4097, ()),
    ],
)
def test_the_schema_and_the_bot_agree_on_how_long_a_text_may_be(
    kind: str, key: str, length: int, kinds: Collection[str]
) -> None:
    note = {"name": "notes", "type": "text"}
    document = {"channels": [note, {"name": "lore", "type": kind} | {key: "x" * length}]}
    assert jsonschema_rs.validator_for(SCHEMA).is_valid(document) == (kind in kinds)
    assert (list(template_rules.faults(document)) == []) == (kind in kinds)


def test_the_schema_explains_every_key() -> None:
    properties = SCHEMA["$defs"]["channel"]["properties"]
    assert set(properties) == set(template_rules.KEYS)
    assert all(each["description"] for each in properties.values())
    assert SHIPPED.read_text().startswith("# yaml-language-server: $schema=campaign_channels.schema.json\n")
