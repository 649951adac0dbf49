"""What a function of a stage is, read once and compared in one way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deploy.aws.aliases import AliasState
from deploy.aws.functions import FunctionState
from deploy.published.descriptions import AliasNote, Passed
from deploy.published.functions import FunctionVersions, ServedFunction, differences
from deploy.settings import Function

STATE = FunctionState(
    name="bot-dev",
    version="2",
    sha256="a" * 64,
    layers=("arn:aws:lambda:eu-central-1:123456789012:layer:tiny:3",),
    architecture="x86_64",
    revision="r",
    settling=False,
    configuration={"MemorySize": 128, "Environment": {"Variables": {"KEY": "1"}}},
)


@pytest.mark.parametrize(
    ("changed", "different"),
    [
        ({"sha256": "b" * 64}, ["code"]),
        ({"layers": ()}, ["layers"]),
        ({"architecture": "arm64"}, ["Architectures"]),
        ({"configuration": {**STATE.configuration, "MemorySize": 512}}, ["MemorySize"]),
        ({"configuration": {"MemorySize": 128}}, ["Environment"]),
        ({"configuration": {**STATE.configuration, "Timeout": 3}}, ["Timeout"]),
        ({"version": "3", "revision": "s", "description": "other", "modified": "later", "size": 9}, []),
        (
            {"sha256": "b" * 64, "architecture": "arm64", "configuration": {}},
            ["code", "Architectures", "Environment", "MemorySize"],
        ),
    ],
)
def test_two_versions_are_compared_in_all_that_decides_what_they_do(
    changed: dict[str, Any], different: list[str]
) -> None:
    other = replace(STATE, **changed)
    assert list(differences(STATE, other)) == list(differences(other, STATE)) == different


def test_the_release_is_known_as_long_as_nothing_else_moved_the_alias() -> None:
    alias = AliasState("bot-dev", "live", "2", "r", description=str(AliasNote((Passed("a" * 12, "2"),))))
    found = FunctionVersions(name="bot-dev", latest=STATE, versions=(STATE,), aliases=(alias,))
    function = Function(key="bot", name="bot", handler="bot.handler")
    served = ServedFunction(function=function, name="bot-dev", found=found, alias=alias, live=STATE)
    assert served.release == "a" * 12
    assert replace(served, alias=replace(alias, version="1")).release is None
    assert (served.where, found.aliases_of("2"), found.aliases_of("1")) == ("bot-dev:live", ("live",), ())
