"""Something goes wrong at every call of a rollout in turn. Traffic never meets a mixture, and a rerun gets there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from deploy.errors import AwsError, PipelineError, RolloutError
from deploy.layer.values import code_sha256
from tests.integration.release.faults import WAYS, Killed, Trap, refusing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deploy.code.bundle import CodeBundle
    from deploy.layer.verify import VerifiedLayer
    from deploy.settings import Function
    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


@pytest.mark.parametrize("way", WAYS)
def test_whatever_call_fails_traffic_is_whole_and_a_rerun_finishes(site: Site, shop: Shop, way: str) -> None:
    event, spring = WAYS[way]
    _ask_only(site, "bot")
    site.deploy([shop.layer({"idna": "0"})], shop.code("0"))
    sprung = 0
    for number, (operation, at) in enumerate(_calls(site, shop), start=1):
        before, where = site.live(), f"{way} at {operation} {at}"
        layer, code = shop.layer({"idna": str(number)}), shop.code(where)
        with Trap(site.aws, event, operation, at, spring) as trap:
            error = _error(site, layer, code)
        _check_whole(site, before, code, where)
        assert error is None or way != "answer lost once", f"{operation}: sending it again does not help"
        site.deploy([layer], code)
        assert {sha256 for sha256, _ in site.live()} == {code_sha256(code.sha256)}, where
        assert len({layers for _, layers in site.live()}) == 1, where
        # How often a waiter asks is a matter of timing.
        assert trap.sprang or operation.startswith("Get"), where
        sprung += trap.sprang
    assert sprung > 25


def test_after_a_kill_that_left_one_alias_behind_a_rerun_moves_it(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    site.deploy([layer], shop.code("two"))
    site.aws.functions.update_alias(FunctionName="tiny_bot-dev", Name="live", FunctionVersion="2")
    assert site.traffic() == ["one", "two"]
    plan = "\n".join(site.plan([layer], shop.code("two")).lines())
    assert "tiny_bot-dev  version 2 -> version 3, published before (code)" in plan
    assert "tiny_worker-dev  version 3 is live and the same" in plan
    site.deploy([layer], shop.code("two"))
    assert site.traffic() == ["two", "two"]


def test_the_error_says_what_failed_and_that_nothing_moved(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    with refusing(site.aws, "UpdateAlias", {2}), pytest.raises(RolloutError) as refused:
        site.deploy([layer], shop.code("two"))
    text = str(refused.value)
    assert "lambda:UpdateAlias tiny_bot-dev:live: not allowed (AccessDeniedException)" in text
    assert (
        "no alias is left moved: tiny_worker-dev:live was at version 2 and tiny_bot-dev:live was at version 2" in text
    )
    assert site.traffic() == ["one", "one"]


def test_an_alias_that_cannot_be_put_back_is_told_with_the_command_that_does_it(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    with refusing(site.aws, "UpdateAlias", {2, 3}), pytest.raises(RolloutError) as refused:
        site.deploy([layer], shop.code("two"))
    text = str(refused.value)
    assert "tiny_worker-dev:live: may stand for version 3 while others do not" in text
    assert "--function-name tiny_worker-dev --name live --function-version 2" in text
    assert "no alias is left moved" not in text


def test_somebody_elses_change_between_two_steps_is_not_overwritten(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))

    def meddle(params: dict[str, str], **_: object) -> None:
        if "/tiny_bot-dev/" not in params["url_path"]:
            return  # both functions are changed side by side, in either order
        site.aws.functions.meta.events.unregister("before-call.lambda.UpdateFunctionCode", unique_id="meddler")
        site.aws.functions.update_function_configuration(FunctionName="tiny_bot-dev", Timeout=7)

    site.aws.functions.meta.events.register("before-call.lambda.UpdateFunctionCode", meddle, unique_id="meddler")
    # The request was made with the revision that is now of the past.
    with pytest.raises(AwsError, match=r"(?s)lambda:UpdateFunctionCode tiny_bot-dev.*PreconditionFailed"):
        site.deploy([layer], shop.code("two"))
    assert site.traffic() == ["one", "one"]
    site.deploy([layer], shop.code("two"))
    assert site.traffic() == ["two", "two"]
    live = site.aws.functions.get_function_configuration(FunctionName="tiny_bot-dev", Qualifier="live")
    assert live["Timeout"] == 7


def _ask_only(site: Site, key: str) -> None:
    """Leave a health event to one function; without, a function is compared by what AWS says."""
    functions = {name: replace(each, health=each.health if name == key else None) for name, each in _items(site)}
    site.settings = replace(site.settings, functions=functions)


def _items(site: Site) -> Iterable[tuple[str, Function]]:
    return site.settings.functions.items()


def _calls(site: Site, shop: Shop) -> list[tuple[str, int]]:
    """Roll out once and list the calls that it takes, each as the n-th of its operation."""
    names: list[str] = []

    def record(model: Any, **_: object) -> None:
        names.append(model.name)

    site.aws.functions.meta.events.register("before-call.lambda", record, unique_id="record")
    site.deploy([shop.layer({"idna": "count"})], shop.code("count"))
    site.aws.functions.meta.events.unregister("before-call.lambda", unique_id="record")
    assert names.count("UpdateAlias") == 2
    assert {
        "PublishLayerVersion",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
        "PublishVersion",
        "Invoke",
    } < set(names)
    return [(name, names[: at + 1].count(name)) for at, name in enumerate(names)]


def _error(site: Site, layer: VerifiedLayer, code: CodeBundle) -> BaseException | None:
    try:
        site.deploy([layer], code)
    except (PipelineError, Killed) as error:
        return error
    return None


def _check_whole(site: Site, before: object, code: CodeBundle, where: str) -> None:
    """Both aliases stand for the release before, or both for the new one."""
    live = site.live()
    assert len(set(live)) == 1, where
    assert live == before or live[0][0] == code_sha256(code.sha256), where
