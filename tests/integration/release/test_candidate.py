"""What a stage runs, doubted before it is promoted: read from an emulated AWS that somebody has meddled with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.aws import layers
from deploy.container.digest import RuntimeImage
from deploy.errors import RolloutError
from deploy.git import Commit
from deploy.published.downloads import Downloads
from deploy.release import history, promote, rollback
from deploy.release import plan as planning
from deploy.release.publish import publish
from deploy.release.rollout import roll_out
from deploy.release.values import PlannedLayer
from deploy.settings import Code, Function
from tests.integration.shipment import HANDLER, IMAGE, STAGE

if TYPE_CHECKING:
    from deploy.release.promote import Candidate
    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


def test_what_a_stage_runs_is_fetched_as_it_was_built(site: Site, shop: Shop) -> None:
    layer, code = shop.layer({"idna": "3.7", "six": "1.16"}), shop.code("one")
    release = site.deploy([layer], code)
    found = _fetch(site)
    (built,) = found.built(site.settings, "x86_64", IMAGE)
    assert (found.release, found.git) == (release.id, "c0ffeec0ffee")
    assert (built.sha256, built.zip.read_bytes()) == (layer.built.sha256, layer.built.zip.read_bytes())
    assert [(pin.name, pin.version) for pin in built.spec.pins] == [("idna", "3.7"), ("six", "1.16")]
    assert [each.modules for each in built.report.packages] == [("idna",), ("six",)]
    assert found.code.keys() == {"bot", "worker"}
    for each in found.code.values():
        assert (each.sha256, each.tree_digest, each.files) == (code.sha256, code.tree_digest, code.files)
    assert found.built(site.settings, "arm64", IMAGE) == ()


def test_copies_keep_where_the_bytes_come_from(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"), Commit("abcdef" * 6 + "abcd", dirty=True))
    origin = _fetch(site).origin
    assert origin.commit == Commit("abcdefabcdef", dirty=True)
    assert origin.commit.short == "abcdefabcdef+dirty"
    note = origin.notes[layer.built.sha256]
    assert (note.git, note.image) == ("abcdefabcdef+dirty", "abababababab")


def test_a_layer_built_on_a_host_is_not_verified(site: Site, shop: Shop) -> None:
    site.deploy([shop.layer({"idna": "3.7"}, image=RuntimeImage("host", ""))], shop.code("one"))
    assert _faults(site) == ["tiny-layer:1: is not verified"]


def test_everything_that_speaks_against_it_is_told_at_once(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    site.deploy([layer], shop.code("two"))
    functions = site.aws.functions
    functions.update_function_code(FunctionName="tiny_bot-dev", ZipFile=shop.code("tried by hand").zip.read_bytes())
    functions.update_alias(FunctionName="tiny_worker-dev", Name="live", FunctionVersion="2")
    absent = Function(key="absent", name="absent", handler="absent.handler")
    site.settings = replace(site.settings, functions={**site.settings.functions, "absent": absent})
    two, one = shop.code("two").sha256[:12], shop.code("one").sha256[:12]
    assert _faults(site) == [
        "absent-dev: there is no such function",
        "tiny_worker-dev:live: stands for version 2; its history says 3",
        "tiny_bot-dev:$LATEST: has other code than version 3, which is live, and never was live itself",
        f"the functions: run different code: tiny_bot-dev:live {two}…, tiny_worker-dev:live {one}…",
    ]


def test_a_split_alias_is_not_promoted(site: Site, shop: Shop) -> None:
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    site.aws.functions.update_alias(
        FunctionName="tiny_bot-dev", Name="live", RoutingConfig={"AdditionalVersionWeights": {"1": 0.1}}
    )
    assert "tiny_bot-dev:live: sends a share of the traffic to another version" in _faults(site)


def test_aliases_of_two_releases_are_not_promoted(site: Site, shop: Shop) -> None:
    both = site.settings
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    site.settings = replace(both, functions={"bot": both.functions["bot"]})
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("two"))
    site.settings = both
    assert any(fault.startswith("the aliases: stand for several releases") for fault in _faults(site))


def test_a_deploy_that_did_not_finish_is_not_promoted_and_a_rollback_may_be(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    site.deploy([layer], shop.code("two"))
    plan = rollback.plan("dev", history.read(site.aws, site.settings, STAGE), None, _shelf(site), site.settings.project)
    rollback.carry_out(site.aws, plan, _shelf(site), lambda _: None)
    assert _fetch(site).code["bot"].sha256 == shop.code("one").sha256
    with pytest.raises(RolloutError, match="failed its health check"):
        site.deploy([layer], shop.code("three", handler=f"import absent\n{HANDLER}"))
    assert _faults(site) == [
        f"{name}:$LATEST: has other code than version 2, which is live, and never was live itself"
        for name in site.names()
    ]


@pytest.mark.parametrize("by_hand", ["MemorySize", "Architectures"])
def test_a_function_whose_memory_or_architecture_is_another_than_what_is_live_is_not_promoted(
    site: Site, shop: Shop, by_hand: str
) -> None:
    site.deploy([shop.layer({"idna": "3.7"})], code := shop.code("one"))
    if by_hand == "MemorySize":
        site.aws.functions.update_function_configuration(FunctionName="tiny_bot-dev", MemorySize=1024)
    else:
        site.aws.functions.update_function_code(
            FunctionName="tiny_bot-dev", ZipFile=code.zip.read_bytes(), Architectures=["arm64"]
        )
    assert _faults(site) == [
        f"tiny_bot-dev:$LATEST: has other {by_hand} than version 2, which is live, and never was live itself"
    ]


def test_a_live_version_that_does_not_answer_for_its_bytes_is_not_promoted(site: Site, shop: Shop) -> None:
    flag = site.settings.project / "broken"
    lies = HANDLER.replace('"code": tree(', f'"code": ("0123" if pathlib.Path({str(flag)!r}).exists() else "") + tree(')
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one", handler=lies))
    _fetch(site)
    flag.touch()
    assert [fault.partition(" with code 0123")[0] for fault in _faults(site)] == [
        "tiny_bot-dev:2: answers its health check",
        "tiny_worker-dev:2: answers its health check",
    ]


def test_a_layer_that_is_not_what_its_note_says_or_nobodys_or_gone_is_not_promoted(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    other = shop.layer({"idna": "3.8"}).built.zip.read_bytes()
    for description in (f"sha256:{layer.built.sha256[:12]} git:1 img:1", "by hand"):
        site.aws.functions.publish_layer_version(
            LayerName="tiny-layer", Content={"ZipFile": other}, Description=description
        )
    found = {}
    for version in (2, 3):
        arn = f"arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer:{version}"
        site.aws.functions.update_function_configuration(FunctionName="tiny_bot-dev", Layers=[arn])
        made = site.aws.functions.publish_version(FunctionName="tiny_bot-dev")["Version"]
        site.aws.functions.update_alias(FunctionName="tiny_bot-dev", Name="live", FunctionVersion=made)
        found[version] = _faults(site)
    mismatch = f"tiny-layer:2: holds sha256 {shop.layer({'idna': '3.8'}).built.sha256[:12]}…; "
    assert any(fault.startswith(mismatch) for fault in found[2])
    assert "tiny-layer:3: is not a layer of this pipeline" in found[3]
    layers.delete(site.aws, "tiny-layer", 1)
    assert "tiny-layer:1: was deleted: its bytes are no more to be had" in _faults(site)


def test_a_configuration_that_names_other_layers_than_the_release_has_is_told(site: Site, shop: Shop) -> None:
    site.deploy([shop.layer({"idna": "3.7"})], shop.code("one"))
    functions = {key: replace(each, layers=("tiny-layer", "more")) for key, each in site.settings.functions.items()}
    site.settings = replace(site.settings, functions=functions)
    assert _faults(site)[0] == (
        "tiny_bot-dev:live: has the layers tiny-layer; config/pipeline.yaml says tiny-layer, more"
    )


def _fetch(site: Site) -> Candidate:
    return promote.fetch(site.aws, site.settings, STAGE, _shelf(site))


def _faults(site: Site) -> list[str]:
    with pytest.raises(RolloutError) as refused:
        _fetch(site)
    return [f"{fault.where}: {fault.what}" for fault in refused.value.faults]


def _shelf(site: Site) -> Downloads:
    return Downloads(site.aws, site.settings.project / "downloads")


def test_functions_without_any_layer_are_fetched_too(site: Site, shop: Shop) -> None:
    functions = {key: replace(each, layers=()) for key, each in site.settings.functions.items()}
    site.settings = replace(site.settings, functions=functions)
    site.deploy([], shop.code("one"))
    found = _fetch(site)
    assert found.layers == {"x86_64": ()}
    assert {each.sha256 for each in found.code.values()} == {shop.code("one").sha256}


def test_functions_with_code_of_their_own_are_deployed_and_fetched_each_with_its_own(site: Site, shop: Shop) -> None:
    own = replace(site.settings.functions["worker"], code=Code(source=Path("worker")))
    site.settings = replace(site.settings, functions={**site.settings.functions, "worker": own})
    layer = shop.layer({"idna": "3.7"})
    planned = [PlannedLayer(layer, publish(site.aws, STAGE, layer, Commit(None, dirty=False)))]
    both = {"bot": shop.code("one"), "worker": shop.code("two")}
    plan = planning.make(site.aws, site.settings, both, planned, planning.look(site.aws, site.settings, STAGE))
    same = planning.make(
        site.aws,
        site.settings,
        dict.fromkeys(both, shop.code("one")),
        planned,
        planning.look(site.aws, site.settings, STAGE),
    )
    assert plan.release != same.release
    roll_out(site.aws, STAGE, plan, Commit(None, dirty=False), lambda _: None)
    assert site.traffic() == ["one", "two"]
    assert {key: each.sha256 for key, each in _fetch(site).code.items()} == {
        key: each.sha256 for key, each in both.items()
    }
    shared = {key: replace(each, code=None) for key, each in site.settings.functions.items()}
    site.settings = replace(site.settings, functions=shared)
    assert any("run different code" in fault for fault in _faults(site))
