"""Files of campaign channels, checked."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from channelwright.campaign.template_rules import TYPES

PROJECT = Path(__file__).parents[2]
SHIPPED = PROJECT / "config/campaign_channels.yaml"


# Control characters are no YAML text, and the two languages do not agree on which of them are white space.
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)
odd = st.none() | st.booleans() | st.integers() | texts | st.lists(texts, max_size=2)
channels = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "name": texts | st.sampled_from(["x" * 100, "x" * 101, " "]) | odd,
            "type": st.sampled_from(sorted(TYPES)) | odd,
            "gm_only": st.booleans() | odd,
            "players": st.sampled_from(["write", "read", "none", "see"]) | odd,
            "slowmode": st.sampled_from([0, 21600, 21601, -1, True]) | odd,
            "age_restricted": st.booleans() | odd,
            "tags": st.lists(texts | st.sampled_from(["x" * 20, "x" * 21]) | odd, max_size=21) | odd,
            "user_limit": st.sampled_from([99, 100, 10_000, 10_001]) | odd,
            "message": st.sampled_from(["x" * 2000, "x" * 2001]) | odd,
            "description": texts | st.sampled_from(["x" * 1024, "x" * 1025, "x" * 4096, "x" * 4097]) | odd,
            "colour": odd,
        },
    )
    | st.fixed_dictionaries({"name": texts.filter(str.strip), "type": st.sampled_from(sorted(TYPES))})
    | odd,
    max_size=3,
)
