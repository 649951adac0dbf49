"""How many calls a look at a large account takes: some a page, and what was seen once is not asked for again."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from deploy.__main__ import main
from deploy.aws import connection
from deploy.prepare import Prepared
from tests.deploy.published.large_account import LAYER, PAGE, LargeAccount
from tests.integration.release.sources import furnish
from tests.integration.shipment import Shop

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = f"""
layers: {{{LAYER}: {{}}}}
functions: {{bot: {{name: function-1, handler: bot.handler, layers: [{LAYER}]}}}}
stages: {{dev: {{region: eu-central-1, stack: tiny-dev}}}}
"""


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LargeAccount:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "pipeline.yaml").write_text(CONFIG)
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(tmp_path / "cache"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    made, opened = LargeAccount(), connection._session

    def attached(region: str, **who: str | None) -> Any:
        session = opened(region, **who)
        made.attach(session)
        return session

    monkeypatch.setattr(connection, "_session", attached)
    monkeypatch.setattr("deploy.aws.layers.fetch", made.fetch)
    return made


def run(folder: Path, *arguments: str) -> int:
    return main(["--project", str(folder), *arguments])


def sizes_of_layers(answer: dict[str, Any]) -> dict[int, int]:
    every = (each for each in answer["versions"] if each["kind"] == "layer" and each["bytes"] is not None)
    return {each["version"]: each["bytes"] for each in every}


def test_where_asks_the_second_time_for_pages_and_for_the_functions_that_it_names(
    account: LargeAccount, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "where", "six", "--stage", "dev", "--json") == 0
    assert account.asked["GetLayerVersionByArn"] == account.versions
    first = json.loads(capsys.readouterr().out)
    account.asked.clear()
    assert run(tmp_path, "where", "six", "--stage", "dev", "--json") == 0
    assert json.loads(capsys.readouterr().out) == first
    assert [each["version"] for each in first["holders"]] == [2]
    assert first["opened"] == account.versions
    users = {(each["function"], each["version"], *each["aliases"]) for each in first["holders"][0]["users"]}
    assert users == {("function-0", "$LATEST"), ("function-0", "1", "live")}
    assert account.asked.pop("ListAliases") == len({name for name, *_ in users})
    assert account.asked.total() <= 60, dict(account.asked)


def test_calls_that_are_refused_for_their_rate_are_made_again_and_all_of_them_slower(
    account: LargeAccount, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account.functions, account.versions, account.refuses = 3, 20, frozenset(range(5, 9))
    assert run(tmp_path, "where", "six", "--stage", "dev", "--json") == 0
    assert json.loads(capsys.readouterr().out)["opened"] == account.versions
    assert account.refused == len(account.refuses)
    assert connection.CONFIG.retries["mode"] == "adaptive"  # type: ignore[attr-defined] # set by Config's options


def test_what_was_seen_before_it_was_deleted_is_still_known(
    account: LargeAccount, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account.functions, account.versions = 3, 5
    assert run(tmp_path, "where", "six", "--stage", "dev", "--json") == 0
    account.deleted.add(2)
    capsys.readouterr()
    assert run(tmp_path, "where", "six", "--stage", "dev", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert ([each["version"] for each in found["holders"]], found["unseen"]) == ([2], [])


def test_prune_takes_at_most_a_hundred_calls_beside_those_of_each_version_that_goes(
    account: LargeAccount, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "prune", "--stage", "dev", "--keep", "950", "--days", "0", "--yes", "--json") == 0
    assert account.deleted == {1, *range(3, account.versions - 950 + 1)}
    each = {
        "GetLayerVersionPolicy": 2,  # whether others were let in: for the plan, and right before it is marked
        "AddLayerVersionPermission": 1,  # the mark, which a deploy looks for
        "DeleteLayerVersion": 1,
    }
    gone = len(account.deleted)
    assert {name: account.asked.pop(name) for name in each} == {name: times * gone for name, times in each.items()}
    assert account.asked.total() <= 100, dict(account.asked)
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["deleted"]) == gone
    known = sizes_of_layers(answer)
    assert 0 < len(known) < gone
    assert known == {number: len(account.zips[number]) for number in known}
    assert answer["frees_bytes"] == sum(known.values())


def test_prune_asks_for_few_sizes_of_layers_at_a_time_and_never_again_for_what_it_knows(
    account: LargeAccount, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account.functions, account.versions = 1, 30
    assert run(tmp_path, "prune", "--stage", "dev", "--keep", "0", "--days", "0", "--plan", "--json") == 0
    told = capsys.readouterr()
    asked = account.asked["GetLayerVersion"]
    assert asked == len(sizes_of_layers(json.loads(told.out))) == 20
    assert "frees at least " in told.err
    account.asked.clear()
    assert run(tmp_path, "prune", "--stage", "dev", "--keep", "0", "--days", "0", "--plan", "--json") == 0
    told = capsys.readouterr()
    assert account.asked["GetLayerVersion"] == 29 - asked
    assert "frees at least " not in told.err


def test_destroy_lists_all_functions_once_for_its_plan_and_once_before_it_deletes_however_many_versions_go(
    account: LargeAccount, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account.versions = 101
    assert run(tmp_path, "destroy", "--stage", "dev", "--yes", "--confirm", "dev", "--json") == 0
    used = {account.used_by(number) for number in range(account.functions)}
    assert account.deleted == set(range(1, account.versions + 1)) - used
    assert account.asked["ListFunctions"] == 2 * -(-2 * account.functions // PAGE)
    each = {"GetLayerVersionPolicy": 2, "AddLayerVersionPermission": 1, "DeleteLayerVersion": 1}
    gone = len(account.deleted)
    assert {name: account.asked.pop(name) for name in each} == {name: times * gone for name, times in each.items()}
    # Whose functions have what stays is told by the list; their aliases are asked for by name.
    assert account.asked.total() <= 100, dict(account.asked)
    answer = json.loads(capsys.readouterr().out)
    stays = {each["name"]: each["stays"] for each in answer["remnants"] if each["stays"]}
    assert stays[f"{LAYER}:2"] == "function-0:$LATEST, function-0:1 have it"
    assert len(stays) == len(used)


def test_a_deploy_that_changes_nothing_reads_one_page_of_a_layer_s_versions(
    account: LargeAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(tmp_path)
    (tmp_path / "config" / "pipeline.yaml").write_text(re.sub(r"functions: .*\n", "", CONFIG))
    layer = Shop(tmp_path).layer({"idna": "3.7"})
    account.zips[account.versions] = layer.built.zip.read_bytes()
    made = Prepared(layers=(layer,), code={}, fresh=frozenset())
    monkeypatch.setattr("deploy.commands.layer.prepared", lambda *_: made)
    assert run(tmp_path, "deploy", "--stage", "dev", "--yes") == 0
    assert account.asked["ListLayerVersions"] == 1
    assert account.asked.total() <= 10, dict(account.asked)
