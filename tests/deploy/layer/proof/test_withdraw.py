"""Which rule is tried first where the zip does less than what pip installs."""

from __future__ import annotations

from deploy.inside.exchange import Applied
from deploy.inside.trim.apply import SOURCELESS
from deploy.layer.proof.judge import Worse
from deploy.layer.proof.withdraw import candidates


def test_a_source_that_an_error_names_gives_back_the_sources_of_its_distribution() -> None:
    worse = Worse(distribution="a", kind="module", what="a.b", error="ImportError: no (/opt/python/other/c.py)")
    other, own = (
        Applied(rule=SOURCELESS, distribution=name, taken=(path,), changed=(), bytes=1)
        for name, path in (("c", "other/c.py"), ("a", "a/b.py"))
    )
    assert list(map(str, candidates(worse, (own, other)))) == ["sourceless for c", "sourceless for a"]
