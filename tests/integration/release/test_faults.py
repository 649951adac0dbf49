"""Each call of every command that changes something, gone wrong in each way: nothing mixed is live, a rerun ends well.

`nox -s faults` takes every call with every way; a run of the suite takes some, which its seed decides and prints.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from deploy.__main__ import main
from deploy.aws import aliases, connection, functions, grants, layers
from deploy.prepare import Prepared
from tests.integration.release.sources import furnish
from tests.integration.release.test_deploy_command import TEMPLATE
from tests.integration.release.wire import WAYS, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from deploy.aws.connection import Aws
    from deploy.aws.functions import FunctionState
    from tests.integration.aws import EmulatedAws
    from tests.integration.shipment import Shop
    from tests.lanes import Every

# Without health events: that a version is asked is proven elsewhere, and here it would take most of the time.
CONFIG = f"""
layers: {{tiny-layer: {{share: {{accounts: ["111122223333"{{friends}}]}}, channels: /layers}}}}
functions:
  bot: {{name: tiny_bot, handler: bot.handler, layers: [tiny-layer]}}
  worker: {{name: tiny_worker, handler: worker.handler, layers: [tiny-layer]}}
template: {TEMPLATE}
stages:
  dev: {{region: eu-central-1, stack: tiny-dev, suffix: -dev, parameters: {{Greeting: hello}}{{more}}}}
  prod: {{region: eu-central-1, stack: tiny-prod, parameters: {{Greeting: good day}}}}
"""
SUFFIXES = ("-dev", "")


class Bench:
    """A project, and an account that is brought to where a command begins."""

    def __init__(
        self, folder: Path, aws: Aws, shop: Shop, patch: pytest.MonkeyPatch, reset: Callable[[], None]
    ) -> None:
        self.folder, self.aws, self.shop, self.patch, self.reset = folder, aws, shop, patch, reset
        self.offered: set[str] = set()
        (folder / "config").mkdir()
        furnish(folder)
        self.configure()

    def configure(self, more: str = "", friends: str = "") -> None:
        text = CONFIG.replace("{more}", more).replace("{friends}", friends)
        (self.folder / "config/pipeline.yaml").write_text(text)

    def unshare(self) -> None:
        self.write(r"share: \{[^}]*\}, ", "")

    def write(self, pattern: str, text: str) -> None:
        """Write something else into the configuration where it has this."""
        path = self.folder / "config/pipeline.yaml"
        path.write_text(re.sub(pattern, text, path.read_text()))

    def offer(self, packages: dict[str, str], code: str) -> None:
        made = Prepared(layers=(self.shop.layer(packages),), code=self.shop.codes(code), fresh=frozenset())
        self.offered |= {each.sha256 for each in made.code.values()}
        self.patch.setattr("deploy.commands.layer.prepared", lambda *_: made)
        # That a promotion proves what it fetched is tried elsewhere, in containers.
        self.patch.setattr("deploy.prepare.prove", lambda *_, **__: made)

    def run(self, *argv: str) -> int:
        return main(["--project", str(self.folder), *argv])

    def deploy(self, version: str, code: str) -> int:
        self.offer({"idna": version}, code)
        return self.run("deploy", "--stage", "dev", "--yes")

    def counts(self) -> tuple[Any, ...]:
        """Count what there is: layer versions by region, function versions, grants, and how often channels moved."""
        regions = [self.aws, connection.elsewhere(self.aws, "eu-west-1")]
        held = [tuple(each.version for each in layers.versions(place, "tiny-layer")) for place in regions]
        names = [name for suffix in SUFFIXES for name in _names(suffix) if functions.read(self.aws, name)]
        versions = {name: tuple(each.version for each in functions.versions(self.aws, name)) for name in names}
        live = {name: alias.version if (alias := aliases.read(self.aws, name, "live")) else "" for name in names}
        shared = [sorted(grants.read(self.aws, "tiny-layer", number).grants) for number in held[0]]
        found = self.aws.parameters.get_parameters(Names=["/layers/tiny-layer/next", "/layers/tiny-layer/stable"])
        named = [(each["Name"], each["Value"], each["Version"]) for each in found["Parameters"]]
        return (*held, versions, live, sorted(named), shared)

    def mixed(self) -> bool:
        """Whether the aliases of a stage stand for code or layers of two releases, or of one and of none."""
        stages = [[functions.read(self.aws, name, "live") for name in _names(suffix)] for suffix in SUFFIXES]
        return any(len({self._release(each) for each in live if each}) > 1 for live in stages)

    def _release(self, state: FunctionState) -> object:
        """Return code and layers; of a function that has none of ours yet, what stands in the template for it."""
        return (state.sha256, state.layers) if state.sha256 in self.offered else "no release yet"


def _names(suffix: str) -> tuple[str, str]:
    return f"tiny_bot{suffix}", f"tiny_worker{suffix}"


@dataclass(frozen=True)
class Scenario:
    """What is there when a command begins, and the command."""

    before: Callable[[Bench], object]
    act: Callable[[Bench], int]


def _several(bench: Bench) -> None:
    for number in ("1", "2", "3"):
        assert bench.deploy(number, number) == 0


def _two_regions(bench: Bench) -> int:
    bench.configure(", publish-regions: [eu-west-1]")
    return bench.deploy("2", "one")


def _several_for_nobody_else(bench: Bench) -> None:
    """Deploy layers that nobody else was let into: those that are shared stay."""
    bench.unshare()
    _several(bench)


def _one_for_nobody_else(bench: Bench) -> None:
    """Deploy what no other account and no other stage is served with."""
    bench.unshare()
    bench.write(r"  prod: .*\n", "")
    assert bench.deploy("1", "one") == 0


def _not_deployed_yet(bench: Bench) -> int:
    bench.write("Greeting: hello", "Greeting: good morning")
    return bench.run("status", "--stage", "dev")


def _shared_with_more(bench: Bench) -> int:
    bench.configure(friends=', "444455556666"')
    return bench.run("share", "--stage", "dev", "--yes")


def _shared_with_fewer(bench: Bench) -> int:
    bench.configure()
    return bench.run("share", "--stage", "dev", "--yes")


def _promoted(bench: Bench) -> int:
    return bench.run("promote", "--from", "dev", "--to", "prod", "--yes")


def _twice_in_dev(bench: Bench) -> None:
    assert bench.deploy("1", "one") == 0
    assert _promoted(bench) == 0
    assert bench.deploy("2", "two") == 0


SCENARIOS = {
    "first deploy": Scenario(lambda _: None, lambda bench: bench.deploy("1", "one")),
    "code": Scenario(lambda bench: bench.deploy("1", "one"), lambda bench: bench.deploy("1", "two")),
    "layer": Scenario(lambda bench: bench.deploy("1", "one"), lambda bench: bench.deploy("2", "one")),
    "both": Scenario(lambda bench: bench.deploy("1", "one"), lambda bench: bench.deploy("2", "two")),
    "two regions": Scenario(lambda bench: bench.deploy("1", "one"), _two_regions),
    "rollback": Scenario(_several, lambda bench: bench.run("rollback", "--stage", "dev", "--yes")),
    "prune": Scenario(
        _several_for_nobody_else,
        lambda bench: bench.run("prune", "--stage", "dev", "--keep", "1", "--days", "0", "--yes"),
    ),
    "stable": Scenario(_several, lambda bench: bench.run("share", "--stage", "dev", "--stable", "2")),
    "share with more": Scenario(lambda bench: bench.deploy("1", "one"), _shared_with_more),
    "share with fewer": Scenario(
        lambda bench: [bench.deploy("1", "one"), _shared_with_more(bench)], _shared_with_fewer
    ),
    "first promotion": Scenario(lambda bench: bench.deploy("1", "one"), _promoted),
    "promote": Scenario(_twice_in_dev, _promoted),
    "status": Scenario(lambda bench: bench.deploy("1", "one"), _not_deployed_yet),
    "plan": Scenario(
        lambda bench: bench.offer({}, "one"), lambda bench: bench.run("deploy", "--stage", "dev", "--plan")
    ),
    "destroy": Scenario(
        _one_for_nobody_else, lambda bench: bench.run("destroy", "--stage", "dev", "--yes", "--confirm", "dev")
    ),
}


@pytest.fixture
def bench(aws: Aws, emulator: EmulatedAws, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    return Bench(tmp_path, aws, shop, monkeypatch, emulator.reset)


@pytest.mark.sliced(5)
@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_call_goes_wrong_and_how_nothing_mixed_is_live_and_a_rerun_ends_as_a_clean_run(
    name: str, bench: Bench, every: Every
) -> None:
    scenario = SCENARIOS[name]
    clean = Wire()
    assert _run(bench, scenario, clean) == 0
    wanted = bench.counts()
    cases = [(at, way) for at in range(1, len(clean.operations) + 1) for way in WAYS]
    assert len(cases) >= len(WAYS)
    taken = every(cases)
    wrong = [fault for at, way in taken for fault in _faults(bench, scenario, Wire(at, way), wanted)]
    print(f"{name}: {len(taken)} of {len(cases)} cases, {len(clean.operations)} changes: {Counter(clean.operations)}")
    assert not wrong, "\n".join(wrong)


def _faults(bench: Bench, scenario: Scenario, wire: Wire, wanted: object) -> Iterator[str]:
    done = _run(bench, scenario, wire)
    where = f"{wire.way} at change {wire.at}, {wire.hit}"
    if not wire.sprang:
        yield f"{where}: never happened"
    if bench.mixed():
        yield f"{where}: two releases are live"
    if done and wire.way in {"throttled", "slow"}:
        yield f"{where}: was not tried again"
    if done and scenario.act(bench):
        yield f"{where}: the rerun failed"
    if (counts := bench.counts()) != wanted:
        yield f"{where}: {counts} and not {wanted}"


def _run(bench: Bench, scenario: Scenario, wire: Wire) -> int:
    """Begin anew, and run the command with every session on this wire."""
    bench.reset()
    bench.configure()
    scenario.before(bench)
    opened = connection._session

    def on_the_wire(region: str, **who: str | None) -> Any:
        session = opened(region, **who)
        wire.attach(session)
        return session

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "_session", on_the_wire)
        return scenario.act(bench)
