"""What a deploy hands out is compared with its lock first, and nothing is changed where it is something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.errors import Fault, VerificationError
from tests.integration.release.test_deploy_command import _deploy, _prepare, project
from tests.integration.shipment import Shop

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from deploy.aws.connection import Aws
    from deploy.layer.values import BuiltLayer
    from deploy.layer.verify import VerifiedLayer
    from deploy.prepare import Prepared

__all__ = ["project"]


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Note which layers each deploy compares."""
    asked: list[tuple[str, ...]] = []

    def compare(layers: Iterable[BuiltLayer], *_: object) -> None:
        asked.append(tuple(each.sha256 for each in layers))

    monkeypatch.setattr("deploy.prepare.against_lock.compare", compare)
    return asked


def sha256(made: Prepared) -> str:
    return made.layers[0].built.sha256


def publish(aws: Aws, layer: VerifiedLayer) -> None:
    """Publish a layer, as somebody else may have done."""
    aws.functions.publish_layer_version(
        LayerName="tiny-layer",
        Content={"ZipFile": layer.built.zip.read_bytes()},
        CompatibleRuntimes=["python3.11"],
        CompatibleArchitectures=["x86_64"],
    )


@pytest.mark.parametrize("by_whom", ["nobody", "somebody"])
def test_functions_that_are_still_to_be_made_get_compared_layers_even_those_that_aws_has(
    project: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch, compared: list[tuple[str, ...]], by_whom: str
) -> None:
    made = _prepare(monkeypatch, Shop(project), "one")
    if by_whom == "somebody":
        publish(aws, made.layers[0])
    assert _deploy(project) == 0
    assert compared == [(sha256(made),)]


def test_new_code_on_the_layers_that_traffic_meets_compares_none_of_them_and_no_change_does_not_ask(
    project: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch, compared: list[tuple[str, ...]]
) -> None:
    made = _prepare(monkeypatch, shop, "one")
    assert _deploy(project) == 0
    _prepare(monkeypatch, shop, "two")
    assert _deploy(project) == 0
    assert _deploy(project) == 0
    assert compared == [(sha256(made),), ()]


def test_a_layer_that_was_published_before_and_is_another_than_traffic_meets_is_compared_too(
    project: Path, aws: Aws, shop: Shop, monkeypatch: pytest.MonkeyPatch, compared: list[tuple[str, ...]]
) -> None:
    _prepare(monkeypatch, shop, "one")
    assert _deploy(project) == 0
    older = shop.layer({"idna": "3.6"})
    publish(aws, older)
    monkeypatch.setattr(shop.__class__, "layer", lambda *_, **__: older)
    _prepare(monkeypatch, shop, "one")
    assert _deploy(project) == 0
    assert compared[-1] == (older.built.sha256,)


def test_nothing_is_changed_where_a_layer_is_not_what_its_lock_gives(
    project: Path, aws: Aws, shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object) -> None:
        raise VerificationError([Fault("tiny-layer: python/idna.py", "holds other bytes")])

    monkeypatch.setattr("deploy.prepare.against_lock.compare", refused)
    _prepare(monkeypatch, shop, "one")
    assert _deploy(project) == 1
    assert "tiny-layer: python/idna.py: holds other bytes" in capsys.readouterr().err
    assert aws.functions.list_functions()["Functions"] == []
    assert aws.functions.list_layer_versions(LayerName="tiny-layer")["LayerVersions"] == []
