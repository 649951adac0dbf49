from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.container.digest import RuntimeImage
from deploy.errors import BuildError
from deploy.inside.exchange import Pin
from deploy.layer.spec import LayerSpec
from deploy.layer.wheel_store import WheelStore
from deploy.locking.lockfile import requirements
from deploy.settings import Layer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

INDEX = {"one-1.whl": b"the wheel of one", "two-1.whl": b"the wheel of two"}


def pin(name: str) -> Pin:
    content = INDEX[f"{name}-1.whl"]
    return Pin(name=name, version="1", hashes=("f" * 64, hashlib.sha256(content).hexdigest()))


PINS = (pin("one"), pin("two"))


@dataclass
class Pip:
    """A runtime that only fetches, from INDEX or what it is given; it remembers what it was asked for."""

    offers: Mapping[str, bytes] = field(default_factory=lambda: INDEX)
    asked: list[str] = field(default_factory=list)
    image: RuntimeImage = field(default_factory=lambda: RuntimeImage("runtime:1", "sha256:1"))

    def fetch(self, spec: LayerSpec, requirements: str, into: Path) -> None:
        del spec
        self.asked.append(requirements)
        for name, content in self.offers.items():
            if f"{name.partition('-')[0]}==" in requirements:
                (into / name).write_bytes(content)

    def assemble(self, *arguments: Any, **options: Any) -> dict[str, bytes]:
        raise NotImplementedError

    def sandbox(self, *arguments: Any) -> Any:
        raise NotImplementedError

    def installed(self, *arguments: Any) -> Any:
        raise NotImplementedError


@pytest.fixture
def spec(tmp_path: Path) -> LayerSpec:
    dockerfile = tmp_path / "Dockerfile.layer"
    dockerfile.write_text("FROM scratch\n", encoding="utf-8")
    return LayerSpec(
        layer=Layer(name="all"),
        runtime="python3.11",
        architecture="x86_64",
        image=RuntimeImage("runtime:1", "sha256:1"),
        pins=PINS,
        dockerfile=dockerfile,
        stem="all",
    )


@pytest.fixture
def store(tmp_path: Path) -> WheelStore:
    return WheelStore(tmp_path / "cache", print)


def test_wheels_at_hand_need_no_pip(store: WheelStore, spec: LayerSpec) -> None:
    pip = Pip()
    assert store.wheels(spec, PINS, pip) == INDEX
    assert store.wheels(spec, PINS, pip) == INDEX
    assert pip.asked == [requirements(PINS)]


def test_pip_is_given_every_hash_of_every_pin() -> None:
    assert requirements([PINS[0]]) == f"one==1 --hash=sha256:{'f' * 64} --hash=sha256:{PINS[0].hashes[1]}\n"


def test_a_changed_lock_fetches_only_what_changed(store: WheelStore, spec: LayerSpec) -> None:
    pip = Pip()
    store.wheels(spec, PINS[:1], pip)
    assert store.wheels(spec, PINS, pip) == INDEX
    assert pip.asked == [requirements(PINS[:1]), requirements(PINS[1:])]


@pytest.mark.parametrize(
    "change", [{"image": RuntimeImage("runtime:1", "sha256:2")}, {"architecture": "arm64"}, {"runtime": "python3.12"}]
)
def test_another_runtime_may_choose_other_wheels(store: WheelStore, spec: LayerSpec, change: dict[str, Any]) -> None:
    pip = Pip()
    store.wheels(spec, PINS, pip)
    store.wheels(replace(spec, **change), PINS, pip)
    assert len(pip.asked) == 2


def test_another_policy_takes_the_same_wheels(store: WheelStore, spec: LayerSpec) -> None:
    pip = Pip()
    store.wheels(spec, PINS, pip)
    store.wheels(replace(spec, layer=Layer(name="other", bytecode="sourceless")), PINS, pip)
    assert len(pip.asked) == 1


def test_a_damaged_wheel_is_noticed_said_and_fetched_again(
    store: WheelStore, spec: LayerSpec, capsys: pytest.CaptureFixture[str]
) -> None:
    pip = Pip()
    store.wheels(spec, PINS, pip)
    (store.root / "wheels" / PINS[1].hashes[1]).write_bytes(b"the wheel of twO")
    assert store.wheels(spec, PINS, pip) == INDEX
    assert pip.asked[1] == requirements(PINS[1:])
    assert "two-1.whl is damaged" in capsys.readouterr().out
    store.wheels(spec, PINS, pip)
    assert len(pip.asked) == 2


def test_what_was_fetched_and_is_not_locked_is_refused_and_not_kept(store: WheelStore, spec: LayerSpec) -> None:
    pip = Pip({**INDEX, "one-1.whl": b"something else"})
    with pytest.raises(BuildError) as caught:
        store.wheels(spec, PINS, pip)
    told = [str(fault).splitlines()[0] for fault in caught.value.faults]
    assert told == [
        f"one-1.whl: was fetched, and its sha256 {hashlib.sha256(b'something else').hexdigest()} is not in the lock",
        "one==1: was not among the wheels that were fetched",
    ]
    assert not store.root.exists()


def test_a_wheel_that_the_lock_does_not_name_is_not_there_whatever_the_store_says_was_chosen(
    store: WheelStore, spec: LayerSpec
) -> None:
    pip = Pip()
    store.wheels(spec, PINS, pip)
    other = b"another wheel of two"
    digest = hashlib.sha256(other).hexdigest()
    (store.root / "wheels" / digest).write_bytes(other)
    for choice in (store.root / "chosen").iterdir():
        if json.loads(choice.read_text())["file"] == "two-1.whl":
            choice.write_text(json.dumps({"file": "two-1.whl", "sha256": digest}))
    assert store.at_hand(spec, PINS) is None
    assert store.wheels(spec, PINS, pip) == INDEX


@pytest.mark.parametrize("written", ['{"file": "../../elsewhere/one-1.whl", "sha256": "%s"}', "{}", "[]", "{", ""])
def test_a_choice_that_names_a_place_elsewhere_or_is_damaged_is_not_there(
    store: WheelStore, spec: LayerSpec, written: str
) -> None:
    pip = Pip()
    store.wheels(spec, PINS, pip)
    for choice in (store.root / "chosen").iterdir():
        choice.write_text(written.replace("%s", hashlib.sha256(INDEX["one-1.whl"]).hexdigest()))
    assert store.at_hand(spec, PINS) is None
    assert store.wheels(spec, PINS, pip) == INDEX
