from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import requests

from deploy.errors import EngineError
from deploy.local.functions import FunctionPool, InvocationOutcome, door
from deploy.local.published import Published

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def published(name: str, version: str) -> Published:
    return Published(
        name=name,
        version=version,
        runtime="python3.11",
        handler="app.handler",
        timeout=3,
        memory=128,
        environment={},
        task={},
        opt={},
    )


@dataclass
class House:
    """Starts functions that do what they are told, and keeps count of them."""

    work: Callable[[object], InvocationOutcome] = lambda event: InvocationOutcome(payload=event)
    started: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    @contextmanager
    def __call__(self, each: Published) -> Iterator[Any]:
        self.started.append(str(each))
        house = self

        class Instance:
            def invoke(self, event: object) -> InvocationOutcome:
                return house.work(event)

        yield Instance()
        self.ended.append(str(each))


def test_a_function_is_started_once_and_kept_warm() -> None:
    house = House()
    functions = FunctionPool(published, house)
    assert [functions.invoke("bot", "1", n).payload for n in range(3)] == [0, 1, 2]
    assert house.started == ["bot:1"]
    functions.close()
    assert house.ended == ["bot:1"]


def test_the_version_before_stays_and_older_ones_go() -> None:
    house = House()
    functions = FunctionPool(published, house)
    for version in ("1", "2", "1", "3"):
        functions.invoke("bot", version, None)
    assert house.ended == ["bot:2"]
    functions.invoke("worker", "1", None)
    assert house.started == ["bot:1", "bot:2", "bot:3", "worker:1"]
    functions.close()


def test_one_instance_takes_one_event_at_a_time() -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    def work(event: object) -> InvocationOutcome:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.02)
        with lock:
            inside -= 1
        return InvocationOutcome(payload=event)

    functions = FunctionPool(published, House(work))
    threads = [threading.Thread(target=functions.invoke, args=("bot", "1", n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    functions.close()
    assert most == 1


def test_an_instance_that_ended_is_followed_by_a_new_one() -> None:
    house = House(lambda _: InvocationOutcome(payload=None, failed=True, ended=True))
    functions = FunctionPool(published, house)
    functions.invoke("bot", "1", None)
    functions.invoke("bot", "1", None)
    assert house.started == house.ended == ["bot:1", "bot:1"]


def ask(url: str, **asked: object) -> Any:
    return requests.post(url, json=asked, timeout=5).json()


def test_the_door_lets_events_in_and_says_how_they_were_answered() -> None:
    failing = House(lambda event: InvocationOutcome(payload={"errorType": "Oops"}, failed=event == "bad", log="a log"))
    with door(FunctionPool(published, failing)) as url:
        good = ask(url, function="bot", version="1", event="good")
        assert good == {"payload": {"errorType": "Oops"}, "failed": False, "log": "a log"}
        assert ask(url, function="bot", version="1", event="bad")["failed"] is True
        assert requests.post(url[:-1], json={}, timeout=5).status_code == 404
    assert failing.ended == ["bot:1"]


def test_what_cannot_be_started_is_a_failed_invocation_with_its_reason() -> None:
    def fetch(name: str, version: str) -> Published:
        raise EngineError.of(f"{name}:{version}", "there is no such version", log="pulling it")

    with door(FunctionPool(fetch, House())) as url:
        said = ask(url, function="bot", version="9", event={})
    assert said["failed"] is True
    assert "bot:9: there is no such version" in said["payload"]["errorMessage"]
    assert said["log"] == "pulling it"


def test_functions_end_when_the_door_closes_even_after_an_error() -> None:
    house = House()

    def failing() -> None:
        with door(FunctionPool(published, house)) as url:
            ask(url, function="bot", version="1", event={})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert house.ended == ["bot:1"]
