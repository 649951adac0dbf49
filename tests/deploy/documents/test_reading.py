from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - read when a document is decoded
from dataclasses import dataclass

import pytest

from deploy.documents.reading import UnreadableError, decoded


@dataclass(frozen=True, kw_only=True)
class Wheel:
    name: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Listing:
    wheels: tuple[Wheel, ...]
    sizes: Mapping[str, int]


def test_json_becomes_the_values_that_it_says() -> None:
    found = decoded('{"wheels": [{"name": "six", "tags": ["py3"]}, {"name": "idna"}], "sizes": {"six": 1}}', Listing)
    assert found == Listing(wheels=(Wheel(name="six", tags=("py3",)), Wheel(name="idna")), sizes={"six": 1})


def test_a_key_that_a_later_version_added_is_passed_over() -> None:
    assert decoded('{"name": "six", "mood": "good"}', Wheel) == Wheel(name="six")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"wheels": [{"name": 1}], "sizes": {}}', r"Expected `str`, got `int` - at `\$\.wheels\[0\]\.name`"),
        ('{"wheels": []}', "missing required field `sizes`"),
        ('{"wheels": [], "sizes": {"six": "1"}}', r"Expected `int`, got `str`"),
        ("[]", "Expected `object`, got `array`"),
        ("", "truncated"),
        ("{", "truncated"),
        ('{"more": ' + "[" * 100_000, "nested too deep"),
        (b'{"wheels": [{"name": "\xff"}]}', "can't decode|Invalid"),
    ],
)
def test_what_is_none_says_what_is_wrong_and_where(text: str | bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        decoded(text, Listing)


def test_what_a_newer_version_wrote_is_refused_whatever_else_it_holds() -> None:
    assert decoded('{"format": 2, "name": "six"}', Wheel, newest=2).name == "six"
    assert decoded('{"name": "six"}', Wheel, newest=2).name == "six"
    for text in ('{"format": 3, "name": "six"}', '{"format": 3}'):
        with pytest.raises(UnreadableError, match="a newer version wrote it: format 3, and 2 is the newest known here"):
            decoded(text, Wheel, newest=2)
