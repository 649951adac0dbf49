from __future__ import annotations

import pytest

from deploy.errors import ConfigError
from deploy.scan.licences import check, licences
from deploy.settings import Clarified, Scan
from tests.deploy.scan.conftest import package, target

ALLOWED = Scan(licenses=("MIT", "Apache-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"))


def faults(license: str, rules: Scan = ALLOWED) -> list[str]:  # noqa: A002 - as in the manifest
    return [each.what for each in licences(target({}, package("x", license=license)), rules)]


@pytest.mark.parametrize(
    "license",
    [
        "MIT",
        "MIT OR GPL-3.0-only",
        "(MIT AND Apache-2.0) OR LGPL-2.1-only",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        "MIT License",
        "Apache License 2.0",
        "mit",
    ],
)
def test_an_expression_with_an_allowed_way_passes(license: str) -> None:  # noqa: A002
    assert faults(license) == []


@pytest.mark.parametrize(
    ("license", "what"),
    [
        ("MIT AND GPL-3.0-only", "is under MIT AND GPL-3.0-only"),
        ("GPL-2.0-only", "is under GPL-2.0-only"),
        ("BSD License", 'declares "BSD License"'),
        ("Dual License (BSD License; Apache Software License)", 'declares "Dual License'),
        ("", "declares no licence"),
    ],
)
def test_what_is_not_allowed_or_not_known_is_found(license: str, what: str) -> None:  # noqa: A002
    (found,) = faults(license)
    assert found.startswith(what)


def test_a_clarified_licence_is_judged_in_place_of_the_declared_one() -> None:
    clarify = {"X": Clarified(license="MIT OR BSD-3-Clause", reason="LICENSE")}
    assert faults("Dual License", Scan(licenses=("MIT",), clarify=clarify)) == []
    assert faults("MIT", Scan(licenses=("ISC",), clarify=clarify)) == ["is under MIT OR BSD-3-Clause"]


def test_rules_that_are_no_spdx_expressions_are_refused_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        check(Scan(licenses=("MIT", "BSD-like"), clarify={"x": Clarified(license="what it says", reason="LICENSE")}))
    assert [fault.where for fault in refused.value.faults] == [
        "scan.licenses: BSD-like",
        "scan.clarify.x.license: what it says",
    ]
