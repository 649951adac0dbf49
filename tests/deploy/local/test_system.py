from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.errors import ConfigError, RolloutError
from deploy.local import session, system
from deploy.local.companion import Introduction
from deploy.local.emulator import Emulator
from deploy.local.in_container import _LOOPBACK
from deploy.local.session import Session
from deploy.settings import FromEnvironment, Settings, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STAGE = Stage(name="dev", region="eu-central-1", stack="tiny", account="999999999999")


def test_no_setting_of_a_real_account_is_left_while_the_system_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    with system.only(Emulator("http://127.0.0.1:1").environment("eu-central-1")):
        assert {"AWS_PROFILE", "AWS_SESSION_TOKEN"}.isdisjoint(os.environ)
        assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
        assert os.environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert os.environ["AWS_PROFILE"] == "production"
    assert "AWS_ENDPOINT_URL" not in os.environ


def test_the_stage_s_parameters_are_read_from_env_files_as_a_deploy_reads_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The environment comes first, then .env.STAGE, then .env; what the companion brings comes before all of them."""
    (tmp_path / ".env").write_text("ONE=file\nTWO=file\n")
    (tmp_path / ".env.dev").write_text("TWO=stage\nTHREE=stage\nFOUR=stage\n")
    monkeypatch.setenv("THREE", "environment")
    names = ("ONE", "TWO", "THREE", "FOUR")
    stage = replace(STAGE, parameters={name.title(): FromEnvironment(name) for name in names})
    settings = Settings(project=tmp_path, layers={}, template=tmp_path / "template.yaml")
    given: list[Mapping[str, str]] = []

    class Deployed:
        def __init__(self, _: object, __: object, ___: object, parameters: Mapping[str, str], *____: object) -> None:
            given.append(parameters)

        def deploy(self) -> None:
            """Nothing is asked of AWS."""

    monkeypatch.setattr(system, "Deployment", Deployed)
    brought = Introduction(environment={"FOUR": "companion"})
    system.System(settings, stage, Emulator("http://127.0.0.1:1"), brought, None).deploy(None, print)  # type: ignore[arg-type] # neither is reached
    assert given == [{"One": "file", "Two": "stage", "Three": "environment", "Four": "companion"}]


def test_a_real_endpoint_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Amazons:
        is_amazons = True

        class functions:  # noqa: N801 - a client
            class meta:  # noqa: N801
                endpoint_url = "https://lambda.eu-central-1.amazonaws.com"

    monkeypatch.setattr(system, "connect", lambda stage: Amazons() if stage.account is None else None)
    with pytest.raises(RolloutError, match="is Amazon's: a local system never goes there"):
        system.connected(STAGE)


def test_a_functions_url_is_answered_by_the_emulator() -> None:
    emulator = Emulator("http://127.0.0.1:4566")
    url = "https://abc123.lambda-url.eu-central-1.on.aws/"
    assert emulator.address_of(url) == "http://127.0.0.1:4566/_aws/lambda-url/abc123/"
    assert emulator.address_of("https://example.org/queue") == "https://example.org/queue"


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("http://127.0.0.1:80/x", "http://host.docker.internal:80/x"),
        ("http://localhost/queue", "http://host.docker.internal/queue"),
        ("http://localhost.example.org/", "http://localhost.example.org/"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_an_engine_in_a_machine_of_its_own_reaches_this_one_by_name(value: str, seen: str) -> None:
    assert re.sub(_LOOPBACK, "host.docker.internal", value) == seen


def kept(**changed: object) -> Session:
    values: dict[str, object] = {
        "process": os.getpid(),
        "url": "http://127.0.0.1:9",
        "stage": "dev",
        "on_host": True,
        "introduction": Introduction(addresses={"Discord": "http://127.0.0.1:1"}),
        "outputs": {"Url": "u"},
    }
    return Session(**(values | changed))  # type: ignore[arg-type]


def test_a_session_is_found_while_it_lasts_and_gone_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_lives", lambda _: True)
    with session.kept(kept(), tmp_path):
        assert session.find(tmp_path) == kept()
        with pytest.raises(ConfigError, match="another local system is running"), session.kept(kept(), tmp_path):
            pass
    assert session.find(tmp_path) is None


def test_a_session_whose_process_is_gone_is_none(tmp_path: Path) -> None:
    with session.kept(kept(process=2**22 + 1), tmp_path):
        assert session.find(tmp_path) is None
    (tmp_path / session.NAME).write_text(json.dumps({"process": 1}))
    assert session.find(tmp_path) is None
    with pytest.raises(ConfigError, match="no local system is running"):
        session.demand(tmp_path)
