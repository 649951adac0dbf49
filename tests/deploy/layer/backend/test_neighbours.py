"""Packages that are tried at the same time find nothing of each other: neither can make the other one work, or fail."""

from __future__ import annotations

import os

import pytest

from deploy.layer.proof.look import outcomes
from tests.deploy.layer.backend.contained import pipeline
from tests.deploy.layer.backend.contained.neighbours import NEIGHBOURS, Neighbours

pytestmark = [
    pytest.mark.programs,
    pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one processor tries one package at a time"),
]
BACKENDS = (
    pytest.param("container", marks=pytest.mark.container),
    pytest.param("host", marks=pytest.mark.skipif(os.geteuid() != 0, reason="root alone tries several at a time")),
)


@pytest.mark.timeout(300)
@pytest.mark.sliced(2, per=["backend"])
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("neighbours", NEIGHBOURS, ids=lambda each: each.name)
def test_nothing_that_one_leaves_is_found_by_another_one(backend: str, neighbours: Neighbours) -> None:
    seen = pipeline.looked(backend, os.geteuid(), neighbours.attempts)
    assert seen.look, seen
    for each in neighbours.attempts:
        account = seen.look.account(f"{each.name}: {each.name}")
        assert account
        assert [each.error for each in outcomes(account)] == [""]
