"""A prune and a deploy at the same time, each held at each of its calls while the other runs: in every order.

The project's first release is to be live again, from an old checkout say, while a prune deletes what only it had.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import pytest

from deploy.aws import grants, layers
from deploy.aws.connection import connect
from deploy.errors import PipelineError
from deploy.prune import plan as planning
from deploy.prune import removal
from deploy.prune.values import KeepPolicy
from deploy.published.downloads import Downloads
from tests.integration.release.conftest import PLACEHOLDER, ROLE
from tests.integration.shipment import STAGE, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from deploy.aws.connection import Aws
    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop
    from tests.lanes import Every

NOTHING_IS_YOUNG = KeepPolicy(1, 0, datetime(2030, 1, 1, tzinfo=UTC))


@dataclass
class Held:
    """Runs something else before the n-th call of a door to AWS, once; counts the calls."""

    aws: Aws
    at: int
    other: Callable[[], object]
    calls: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.aws.functions.meta.events.register("before-call.lambda", self._called, unique_id="held")
        return self

    def __exit__(self, *_: object) -> None:
        self.aws.functions.meta.events.unregister("before-call.lambda", unique_id="held")

    def _called(self, model: Any, **_: object) -> None:
        self.calls.append(model.name)
        if len(self.calls) == self.at:
            self.other()


@dataclass
class Race:
    """An account in which one layer version, the first, has no function any more; what two runs do with it."""

    site: Site
    shop: Shop

    def begin(self) -> None:
        """Start anew, whatever was published and deleted before."""
        aws = self.site.aws
        for each in layers.versions(aws, "tiny-layer"):
            layers.delete(aws, "tiny-layer", each.version)
        for idna, code in (("1", "one"), ("2", "two")):
            for name in self.site.names():
                self._forget(name)
            self.site.deploy([self.shop.layer({"idna": idna})], self.shop.code(code))

    def _forget(self, name: str) -> None:
        """Make the function anew: no version of it has the first layer version."""
        functions = self.site.aws.functions
        functions.delete_function(FunctionName=name)
        handler = f"{name.split('_')[1].split('-', maxsplit=1)[0]}.handler"
        code = zipped({"bot.py": PLACEHOLDER, "worker.py": PLACEHOLDER})
        functions.create_function(
            FunctionName=name,
            Runtime="python3.11",
            Handler=handler,
            Role=ROLE,
            Code={"ZipFile": code},
            Publish=True,
        )
        functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")

    def deploy(self, aws: Aws) -> None:
        site = type(self.site)(aws, self.site.settings)
        try:
            site.deploy([self.shop.layer({"idna": "1"})], self.shop.code("one"))
        except PipelineError:
            return

    def prune(self, aws: Aws) -> None:
        plan = planning.plan(Downloads(aws, self.site.settings.project), self.site.settings, STAGE, NOTHING_IS_YOUNG)
        removal.carry_out(aws, plan, lambda _: None)

    def check(self, where: str) -> None:
        """No alias stands for a function version whose layer version is gone, and the deploy can be run again."""
        there = {each.arn for each in layers.versions(self.site.aws, "tiny-layer")}
        for _, arns in self.site.live():
            assert set(arns) <= there, where
        self.prune(self.site.aws)
        self.site.deploy([self.shop.layer({"idna": "1"})], self.shop.code("one"))
        assert self.site.traffic() == ["one", "one"], where


@pytest.fixture
def race(site: Site, shop: Shop) -> Race:
    return Race(site, shop)


@pytest.mark.parametrize("outer", ["deploy", "prune"])
def test_of_a_prune_and_a_deploy_at_once_nothing_ends_live_on_what_is_gone(
    race: Race, outer: str, every: Every
) -> None:
    runs = {"deploy": race.deploy, "prune": race.prune}
    inner = runs["prune" if outer == "deploy" else "deploy"]
    race.begin()
    with Held(race.site.aws, 0, lambda: None) as counted:
        runs[outer](race.site.aws)
    for at in every(list(range(1, len(counted.calls) + 1))):
        race.begin()
        one, other = connect(STAGE), connect(STAGE)
        with Held(one, at, lambda other=other: inner(other)) as held:  # type: ignore[misc]
            runs[outer](one)
        race.check(f"at {held.calls[at - 1]}, call {at}")


def test_what_a_prune_marked_before_it_was_killed_is_refused_and_freed_where_it_is_used(
    race: Race,
) -> None:
    race.begin()
    aws = race.site.aws
    grants.add(aws, ("tiny-layer", 1), grants.GOING, grants.Grant(aws.account), "")
    with pytest.raises(PipelineError, match="tiny-layer:1: is being deleted by a prune"):
        race.site.deploy([race.shop.layer({"idna": "1"})], race.shop.code("one"))
    assert race.site.traffic() == ["two", "two"]
    race.prune(aws)
    # The deploy that was refused had given it to $LATEST.
    assert not grants.read(aws, "tiny-layer", 1).is_going
    race.site.deploy([race.shop.layer({"idna": "1"})], race.shop.code("one"))
    assert race.site.traffic() == ["one", "one"]
