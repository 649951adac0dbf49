"""`python -m deploy promote` from dev to prod and into another account, everything proven in real containers."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.atomic import write
from deploy.aws.connection import Aws, connect
from deploy.published.descriptions import AliasNote, LayerNote, VersionNote
from deploy.settings import Stage
from tests.deploy.layer.synthetic import Made
from tests.integration.release.promoting import PLAIN, answer, deployed, promote
from tests.integration.release.sources import furnish
from tests.integration.release.test_asked import at_a_terminal
from tests.integration.release.test_deploy_command import TEMPLATE
from tests.integration.shipment import HEALTH
from tests.schemas import output

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.aws import EmulatedAws
    from tests.integration.shipment import Shop

pytestmark = pytest.mark.container


FAR = "222222222222"
CONFIG = f"""
layers: {{tiny-layer: {{license: MIT}}}}
functions:
  bot: {{name: tiny_bot, handler: bot.handler, layers: [tiny-layer], health: {HEALTH}}}
  worker: {{name: tiny_worker, handler: worker.handler, layers: [tiny-layer], health: {HEALTH}}}
template: {TEMPLATE}
stages:
  dev: {{region: eu-central-1, stack: tiny-dev, suffix: -dev, parameters: {{Greeting: hello}}}}
  prod: {{region: eu-central-1, stack: tiny-prod, parameters: {{Greeting: {{env: GREETING}}}}}}
  far: {{region: eu-west-1, stack: tiny, account: "{FAR}", profile: far, parameters: {{Greeting: hello}}}}
  lost: {{region: eu-west-1, stack: tiny, profile: nowhere, parameters: {{Greeting: hello}}}}
"""


# Fails where its stage's variable says so: what no other stage can show.
MOODY = PLAIN.replace(
    "def handler(event, context):\n",
    "def handler(event, context):\n"
    "    if os.environ.get('GREETING') == 'broken':\n"
    "        raise RuntimeError('no rights')\n",
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def project(aws: Aws, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime_image: str) -> Path:
    assert aws.account == "123456789012"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "pipeline.yaml").write_text(CONFIG)
    furnish(tmp_path)
    profiles = tmp_path / "profiles"
    profiles.write_text(f"[profile far]\naws_access_key_id = {FAR}\naws_secret_access_key = test\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(profiles))
    monkeypatch.setenv("CHANNELWRIGHT_CACHE", str(cache))
    monkeypatch.setenv("CHANNELWRIGHT_RUNTIME_IMAGE", runtime_image)
    monkeypatch.setenv("GREETING", "hello")
    # No index has the wheels of what these tests make up, and none is to be asked.
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    return tmp_path


def test_prod_gets_the_very_bytes_of_dev_and_the_same_layer_version(
    project: Path, aws: Aws, shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dev = deployed(project, shop, monkeypatch, "one")
    capsys.readouterr()
    assert promote(project, "--plan") == 0
    out = capsys.readouterr().out
    assert f"release {dev} of c0ffeec0ffee: what dev runs and answers for" in out
    assert out.endswith("nothing was changed; without --plan it is done\n")
    assert promote(project) == 0
    out = capsys.readouterr().out
    assert "tiny_bot  version 2 runs the code and the layers that were verified" in out
    assert "  layer     tiny-layer:1, these bytes are published" in out
    assert f"release {dev} is live in prod, as in dev:" in out
    assert ["tiny_bot", "live", "2", dev, "was", "1,", "of", "no", "release"] in [x.split() for x in out.splitlines()]
    for name in ("tiny_bot", "tiny_worker"):
        there = aws.functions.get_function_configuration(FunctionName=f"{name}-dev", Qualifier="live")
        here = aws.functions.get_function_configuration(FunctionName=name, Qualifier="live")
        assert (here["CodeSha256"], here["Layers"]) == (there["CodeSha256"], there["Layers"])
        note = VersionNote.parse(here["Description"])
        assert note is not None
        assert (note.release, note.git) == (dev, "c0ffeec0ffee")
    assert len(aws.functions.list_layer_versions(LayerName="tiny-layer")["LayerVersions"]) == 1


def test_a_person_is_asked_before_anything_is_live_in_prod(
    project: Path, aws: Aws, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed(project, shop, monkeypatch, "one")
    with at_a_terminal("n", monkeypatch) as person:
        assert promote(project) == 1
    assert person.asked == ["Make this live in prod? [y/N] "]
    assert "stack tiny-prod: will be made" in person.seen.partition("Make this live")[0]
    assert [each["StackName"] for each in aws.stacks.describe_stacks()["Stacks"]] == ["tiny-dev"]
    with at_a_terminal("y", monkeypatch) as person:
        assert promote(project) == 0
    assert "is live in prod, as in dev" in person.seen.partition("Make this live")[2]


def test_what_this_machine_proved_is_not_tried_again_and_promoting_again_changes_nothing(
    project: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(project, shop, monkeypatch, "again")
    assert promote(project) == 0
    capsys.readouterr()
    monkeypatch.setattr("deploy.container.engine.Engine.connect", lambda _: pytest.fail("an engine was asked"))
    assert promote(project, "--json") == 0
    said = output("promote", capsys.readouterr().out)
    assert (said["from"], said["to"], said["changed"], said["uploaded_bytes"]) == ("dev", "prod", False, 0)
    assert [each["version"] == each["was"] for each in said["functions"]] == [True, True]


def test_a_failing_health_check_in_prod_leaves_its_traffic_as_it_was(
    project: Path, aws: Aws, shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = deployed(project, shop, monkeypatch, "one", handler=MOODY)
    assert promote(project) == 0
    deployed(project, shop, monkeypatch, "two", handler=MOODY)
    monkeypatch.setenv("GREETING", "broken")
    assert promote(project) == 1
    assert "tiny_bot:3: failed its health check" in capsys.readouterr().err
    for name in ("tiny_bot", "tiny_worker"):
        alias = aws.functions.get_alias(FunctionName=name, Name="live")
        assert alias["FunctionVersion"] == "2"
        assert [each.release for each in AliasNote.parse(alias["Description"]).history] == [first]
        assert answer(aws.functions, name) == "one"


def test_another_account_and_region_gets_a_copy_that_says_where_it_is_from(
    project: Path, shop: Shop, emulator: EmulatedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = deployed(project, shop, monkeypatch, "one")
    assert promote(project, to="far") == 0
    far = connect(Stage(name="far", region="eu-west-1", stack="tiny", account=FAR, profile="far"))
    assert (far.account, emulator.environment["AWS_ACCESS_KEY_ID"]) == (FAR, "test")
    live = far.functions.get_function_configuration(FunctionName="tiny_worker", Qualifier="live")
    assert live["Layers"][0]["Arn"] == f"arn:aws:lambda:eu-west-1:{FAR}:layer:tiny-layer:1"
    version = far.functions.get_layer_version(LayerName="tiny-layer", VersionNumber=1)
    note = LayerNote.parse(version["Description"])
    assert note is not None
    # Of the build in dev's account, not of the image in which the copy was proven.
    assert (note.git, note.image) == ("c0ffeec0ffee", "abababababab")
    assert (
        AliasNote.parse(far.functions.get_alias(FunctionName="tiny_bot", Name="live")["Description"]).history[0].release
        == dev
    )
    assert answer(far.functions, "tiny_bot") == "one"


def test_bytes_that_cannot_be_proven_are_not_promoted_though_dev_runs_them(
    project: Path, aws: Aws, shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = Made(files={"tiny/__init__.py": "import absent\n"})
    deployed(project, shop, monkeypatch, "one", made=broken)
    assert promote(project) == 1
    assert "No module named 'absent'" in capsys.readouterr().err
    assert not [each for each in aws.functions.list_functions()["Functions"] if each["FunctionName"] == "tiny_bot"]


def test_a_layer_that_does_less_than_its_wheels_is_not_promoted(
    project: Path,
    cache: Path,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = Made(files={"tiny/__init__.py": "", "tiny/part.py": "import tiny.extra\n", "tiny/extra.py": ""})
    digest = hashlib.sha256(whole.wheel).hexdigest()
    write(cache / "own" / digest / whole.filename, whole.wheel)
    files = {path: text for path, text in whole.files.items() if "extra" not in path}
    deployed(project, shop, monkeypatch, "one", made=replace(whole, files=files, sha256=digest))
    assert promote(project) == 1
    said = capsys.readouterr().err
    assert "tiny: tiny.part: ModuleNotFoundError: No module named 'tiny.extra'" in said
    assert "what pip installs from the same wheels works" in said


def test_one_stage_twice_an_unknown_one_and_an_unknown_profile_are_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert promote(project, to="dev") == 1
    assert "--to: is dev, as --from is" in capsys.readouterr().err
    assert promote(project, to="pord") == 1
    assert "did you mean prod?" in capsys.readouterr().err
    assert promote(project, to="lost") == 1
    assert "there is no profile nowhere" in capsys.readouterr().err
    assert promote(project) == 1
    assert "tiny_bot-dev: there is no such function" in capsys.readouterr().err
