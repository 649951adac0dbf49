"""Something goes wrong at every call of a rollout in turn. Traffic never meets a mixture, and a rerun gets there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from deploy.errors import AwsError, PipelineError, RolloutError
from deploy.layer.manifest import code_sha256

if TYPE_CHECKING:
    from collections.abc import Callable

    from deploy.aws.connection import Aws
    from tests.integration.release.conftest import Site
    from tests.integration.shipment import Shop


class Killed(KeyboardInterrupt):
    pass


@dataclass
class Trap:
    """Springs at the n-th call of the client, or before that if `only` names the call it waits for."""

    aws: Aws
    event: str
    spring: Callable[[Trap, str], Any]
    at: int
    calls: int = 0
    name: str = ""

    def __enter__(self) -> Trap:
        self.aws.functions.meta.events.register(f"{self.event}.lambda", self._called, unique_id="trap")
        return self

    def __exit__(self, *_: object) -> None:
        self.aws.functions.meta.events.unregister(f"{self.event}.lambda", unique_id="trap")

    def _called(self, event_name: str, **context: Any) -> Any:
        self.calls += 1
        if self.calls != self.at:
            return None
        self.name = event_name.rpartition(".")[2]
        return self.spring(self, context.get("request", self.name))


def refuse(_: Trap, name: str) -> None:
    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not allowed"}}, name)


def kill(_: Trap, __: str) -> None:
    raise Killed


def lose(trap: Trap, _: str) -> None:
    raise ReadTimeoutError(endpoint_url=trap.aws.functions.meta.endpoint_url)


def send_and_lose(trap: Trap, request: Any) -> None:
    """Let the call reach AWS and its answer get lost on the way back, so that botocore sends it once more."""
    client: Any = trap.aws.functions
    client._endpoint.http_session.send(request)
    raise ConnectionClosedError(endpoint_url=request.url)


WAYS = {
    "refused": ("before-call", refuse),
    "killed before": ("before-call", kill),
    "killed after": ("after-call", kill),
    "answer lost for good": ("after-call", lose),
    "answer lost once": ("before-send", send_and_lose),
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_call_fails_traffic_is_whole_and_a_rerun_finishes(site: Site, shop: Shop, way: str) -> None:
    event, spring = WAYS[way]
    functions = {key: replace(each, health=each.health if key == "bot" else None) for key, each in _functions(site)}
    site.settings = replace(site.settings, functions=functions)
    site.deploy([shop.layer({"idna": "0"})], shop.code("0"))
    sprung: list[str] = []
    for number in range(1, 200):
        before = site.live()
        layer, code = shop.layer({"idna": str(number)}), shop.code(f"{way} {number}")
        with Trap(site.aws, event, spring, at=number) as trap:
            error = _error(lambda: site.deploy([layer], code))  # noqa: B023 - called in this turn
        if not trap.name:
            break
        sprung.append(trap.name)
        _check_whole(site, before, code.sha256, where=f"{way} at {trap.name} ({number})")
        assert error is None or way != "answer lost once", f"{trap.name}: botocore's retry does not help"
        site.deploy([layer], code)
        assert {sha256 for sha256, _ in site.live()} == {code_sha256(code.sha256)}
        assert len({layers for _, layers in site.live()}) == 1
    assert {"PublishLayerVersion", "UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion"} < set(sprung)
    assert sprung.count("UpdateAlias") == 2
    assert "Invoke" in sprung


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
    with _refusing(site.aws, "UpdateAlias", calls={2}), pytest.raises(RolloutError) as refused:
        site.deploy([layer], shop.code("two"))
    text = str(refused.value)
    assert "lambda:UpdateAlias tiny_bot-dev:live: not allowed (AccessDeniedException)" in text
    assert "no alias has moved: tiny_worker-dev:live is at version 2 and tiny_bot-dev:live is at version 2" in text
    assert site.traffic() == ["one", "one"]


def test_an_alias_that_cannot_be_put_back_is_told_with_the_command_that_does_it(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))
    with _refusing(site.aws, "UpdateAlias", calls={2, 3}), pytest.raises(RolloutError) as refused:
        site.deploy([layer], shop.code("two"))
    text = str(refused.value)
    assert "tiny_worker-dev:live: may stand for version 3 while others do not" in text
    assert "--function-name tiny_worker-dev --name live --function-version 2" in text
    assert "no alias has moved" not in text


def test_somebody_elses_change_between_two_steps_is_not_overwritten(site: Site, shop: Shop) -> None:
    layer = shop.layer({"idna": "3.7"})
    site.deploy([layer], shop.code("one"))

    def meddle(**_: object) -> None:
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


def _functions(site: Site) -> Any:
    return site.settings.functions.items()


def _error(deploy: Callable[[], object]) -> BaseException | None:
    try:
        deploy()
    except (PipelineError, Killed) as error:
        return error
    return None


def _check_whole(site: Site, before: object, code: str, where: str) -> None:
    """Both aliases stand for the release before, or both for the new one."""
    live = site.live()
    assert len(set(live)) == 1, where
    assert live == before or live[0][0] == code_sha256(code), where


@dataclass
class _refusing:  # noqa: N801 - reads as the function it replaces
    aws: Aws
    call: str
    calls: set[int]
    count: int = 0

    def __enter__(self) -> None:
        self.aws.functions.meta.events.register(f"before-call.lambda.{self.call}", self._refuse, unique_id="refuse")

    def __exit__(self, *_: object) -> None:
        self.aws.functions.meta.events.unregister(f"before-call.lambda.{self.call}", unique_id="refuse")

    def _refuse(self, **_: object) -> None:
        self.count += 1
        if self.count in self.calls:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not allowed"}}, self.call)
