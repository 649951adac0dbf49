from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.template import names

KEYS = st.lists(st.text(st.sampled_from("abAB01-_ é"), min_size=1, max_size=6), unique=True, max_size=6)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(KEYS)
def test_no_two_resources_of_keys_that_are_taken_have_the_same_name(keys: list[str]) -> None:
    refused = {key for key, _ in names.ambiguous(keys)}
    made = [f"{names.stem(key)}{kind}" for key in keys if key not in refused for kind in names.KINDS]
    assert len(made) == len(set(made))
    assert all(name.isascii() and name.isalnum() for name in made)


def test_no_kind_is_the_end_of_another() -> None:
    ends = [(one, other) for one in names.KINDS for other in names.KINDS if one != other and other.endswith(one)]
    assert ends == []


def test_keys_that_read_alike_are_refused_and_the_first_is_named() -> None:
    assert dict(names.ambiguous(["take-order", "take_order", "work", "日本"])) == {
        "take_order": "gives its resources the same names as take-order: TakeOrder…",
        "日本": "gives its resources no name: too long, or without letters and digits",
    }
