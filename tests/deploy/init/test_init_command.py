"""`init` writes what the other commands take, shows it first, and changes no file that is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from deploy.__main__ import main
from deploy.configuration import load
from deploy.locking.lockfile import HEADER
from deploy.settings import FromEnvironment
from tests.deploy.init.projects import CHALICE, CLOUDFORMATION, HANDLER, SAM, SERVERLESS, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deploy.settings import Settings

LOCKED = "six==1.17.0 \\\n    --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n"
PYPROJECT = '[project]\nrequires-python = ">=3.12,<3.13"\ndependencies = ["six"]\n'
OWN = '[project]\nname = "own"\nversion = "1"\nrequires-python = ">=3.13"\n'
UV_LOCK = """\
version = 1
revision = 3
requires-python = ">=3.13"
[[package]]
name = "own"
version = "1"
source = { virtual = "." }
"""
POETRY = '[tool.poetry.dependencies]\npython = "^3.11"\nsix = "*"\n'
LIBRARY = {"own/pyproject.toml": '[project]\nname = "own"\nversion = "1"\n'}
WORKSPACE_LOCK = UV_LOCK.replace('{ virtual = "." }', '{ virtual = "services/api" }')
PYLOCK = 'lock-version = "1.0"\ncreated-by = "pip"\nrequires-python = ">=3.12"\npackages = []\n'


def init(project: Path, *options: str) -> int:
    return main(["--project", str(project), "init", *options])


def made(project: Path, *options: str) -> Settings:
    assert init(project, "--yes", *options) == 0
    return load(project, {})


@pytest.mark.parametrize(
    "files", [SAM, SERVERLESS, CHALICE, CLOUDFORMATION], ids=["sam", "serverless", "chalice", "cfn"]
)
def test_what_is_written_is_taken_and_every_handler_is_where_it_says(files: Mapping[str, str], tmp_path: Path) -> None:
    settings = made(write(tmp_path / "shop", files))
    assert len(settings.functions) >= 2
    for each in settings.functions.values():
        module = each.handler.rpartition(".")[0].replace(".", "/")
        assert (settings.project / settings.code_of(each).source / f"{module}.py").is_file()


def test_functions_in_folders_of_their_own_keep_them(tmp_path: Path) -> None:
    settings = made(write(tmp_path, SAM))
    assert {each.handler for each in settings.functions.values()} == {"app.lambda_handler"}
    assert [str(settings.code_of(each).source) for each in settings.functions.values()] == [
        "functions/take_order",
        "functions/remind",
    ]
    assert (settings.runtime, settings.architectures) == ("python3.12", ("arm64",))
    assert [(each.name, each.region, each.suffix) for each in settings.stages.values()] == [
        ("dev", "eu-west-1", "-dev"),
        ("prod", "eu-west-1", ""),
    ]
    take = settings.functions["take-order"].resources
    assert (take.memory, take.timeout) == (256, 20)
    assert settings.stages["dev"].parameters == {"Table": FromEnvironment("TABLE")}
    assert [each.protected for each in settings.stages.values()] == [False, True]
    assert list(settings.layers) == ["orders-dependencies"]
    wanted = (tmp_path / "requirements.in").read_text()
    assert wanted == "-r functions/take_order/requirements.txt\n-r functions/remind/requirements.txt\n"


def test_two_functions_of_one_name_are_not_both_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {**CLOUDFORMATION, "infra/other.json": CLOUDFORMATION["infra/stack.json"]})
    assert list(made(tmp_path).functions) == ["mailer", "sweeper"]
    assert "mailer: is defined twice; the first one is taken" in capsys.readouterr().out


def test_without_a_yes_nothing_is_written_and_what_would_be_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, SERVERLESS)
    before = sorted(tmp_path.rglob("*"))
    assert init(tmp_path, "--plan") == 0
    assert init(tmp_path, "--dry-run") == 0
    shown = capsys.readouterr()
    assert "| layers: {shop-dependencies: {}}" in shown.out
    assert "  serverless.yml: list: events (httpApi, schedule)\n" in shown.out
    assert init(tmp_path) == 1  # nobody at a terminal
    assert "nothing was changed: not confirmed" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_there_is_never_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {**SAM, "requirements.in": "six\n"})
    made(tmp_path)
    assert (tmp_path / "requirements.in").read_text() == "six\n"
    (tmp_path / "config/pipeline.yaml").write_text("layers: {mine: {}}\n")
    assert init(tmp_path, "--yes") == 1
    assert "is there already, and is left alone" in capsys.readouterr().err
    assert init(tmp_path, "--yes", "--github") == 0
    assert init(tmp_path, "--yes", "--github") == 1
    assert (tmp_path / "config/pipeline.yaml").read_text() == "layers: {mine: {}}\n"


LOCKS = [
    ({"requirements.txt": LOCKED}, "requirements.txt", "python3.11", ["layer"]),
    ({"uv.lock": UV_LOCK, "pyproject.toml": OWN}, "uv.lock", "python3.13", ["layer"]),
    ({"uv.lock": UV_LOCK, "pyproject.toml": OWN, "requirements.txt": LOCKED}, "uv.lock", "python3.13", ["layer"]),
    ({"requirements.txt": f"{HEADER} …\n{LOCKED}", "uv.lock": UV_LOCK}, "requirements.txt", "python3.11", ["layer"]),
    ({"pylock.toml": PYLOCK}, "pylock.toml", "python3.12", ["layer"]),
    ({"requirements.in": "six\n", ".python-version": "3.14\n"}, "requirements.txt", "python3.14", ["lock", "layer"]),
    ({"requirements.txt": "six\n"}, "requirements.txt", "python3.11", ["lock", "layer"]),
    ({"pyproject.toml": PYPROJECT}, "requirements.txt", "python3.12", ["lock", "layer"]),
    ({"poetry.lock": "", "pyproject.toml": "[tool.poetry]\n"}, "requirements.txt", "python3.11", ["poetry", "layer"]),
    ({"pyproject.toml": POETRY}, "requirements.txt", "python3.11", ["poetry", "poetry", "layer"]),
    ({"Pipfile": "[packages]\n"}, "requirements.txt", "python3.11", ["pipenv", "pipenv", "layer"]),
    ({"pdm.lock": "", "pyproject.toml": PYPROJECT}, "pylock.toml", "python3.11", ["pdm", "layer"]),
    ({"requirements.txt": f"-e ./own\n{LOCKED}", **LIBRARY}, "requirements.txt", "python3.11", ["lock", "layer"]),
]


@pytest.mark.parametrize(
    ("files", "requirements", "runtime", "following"), LOCKS, ids=[" ".join(each[0]) for each in LOCKS]
)
def test_the_lock_that_is_there_is_taken_or_made_next(  # noqa: PLR0917
    files: Mapping[str, str],
    requirements: str,
    runtime: str,
    following: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = made(write(tmp_path, {**files, "src/app.py": HANDLER}))
    assert (str(settings.requirements), settings.runtime) == (requirements, runtime)
    lines = [line.removeprefix("next: ") for line in capsys.readouterr().out.splitlines() if line.startswith("next: ")]
    assert [line.removeprefix("nox -s ").partition(" ")[0] for line in lines] == following


def test_a_member_of_a_workspace_has_its_lock(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["services/*"]\n', "uv.lock": WORKSPACE_LOCK}
    member = {"services/api/pyproject.toml": OWN, "services/api/src/app.py": HANDLER}
    settings = made(write(tmp_path, {**root, **member}) / "services/api")
    assert settings.requirements == Path("../../uv.lock")
    assert "  ../../uv.lock: the lock of a workspace\n" in capsys.readouterr().out
    alone = made(write(tmp_path / "elsewhere", {"pyproject.toml": OWN, "src/app.py": HANDLER}))
    assert not alone.layers


def test_handlers_in_folders_are_found_where_there_are_none_above_them(tmp_path: Path) -> None:
    files = {"orders/take.py": HANDLER, "orders/test_take.py": HANDLER, "mail/app.py": HANDLER, "shared/x.py": ""}
    settings = made(write(tmp_path / "flat", files))
    assert {each.handler for each in settings.functions.values()} == {"orders/take.handler", "mail/app.handler"}
    assert {str(settings.code_of(each).source) for each in settings.functions.values()} == {"."}
    settings = made(write(tmp_path / "top", {**files, "app.py": HANDLER}))
    assert {each.handler for each in settings.functions.values()} == {"app.handler"}
    settings = made(write(tmp_path / "cdk", {**files, "cdk.json": "{}", "requirements.in": "six\n"}))
    assert not settings.functions


def test_a_list_that_functions_share_is_named_once(tmp_path: Path) -> None:
    template = SAM["template.yaml"].replace("functions/remind/", "functions/take_order/")
    made(write(tmp_path, {**SAM, "template.yaml": template}))
    assert (tmp_path / "requirements.in").read_text() == "-r functions/take_order/requirements.txt\n"


@pytest.mark.parametrize("lock", ["", "uv.lock"])
def test_extras_that_are_not_in_the_layer_are_told(
    lock: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extras = 'dependencies = ["six"]\n[project.optional-dependencies]\naws = ["boto3"]\nweb = ["flask"]\n'
    files = {"pyproject.toml": f"{OWN}{extras}", "src/app.py": HANDLER, **({lock: UV_LOCK} if lock else {})}
    made(write(tmp_path, files))
    told = "  pyproject.toml: what its extras need (aws, web): `lock: {extras: [aws]}` takes that of one\n"
    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "lock", "how"),
    [
        (
            f'{OWN}dependencies = ["six"]\n[dependency-groups]\npdf = ["pypdf"]\ndev = []\n',
            "",
            "`lock: {groups: [pdf]}`",
        ),
        ("[tool.poetry.dependencies]\nsix = '*'\n[tool.poetry.group.pdf]\n", "", "`poetry export --with pdf`"),
        (f"{OWN}[tool.poetry.group.pdf]\n[tool.poetry.group.test]\n", "poetry.lock", "`poetry export --with pdf`"),
    ],
)
def test_groups_that_are_not_in_the_layer_are_told_but_for_those_of_developers(
    text: str, lock: str, how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(write(tmp_path, {"pyproject.toml": text, "src/app.py": HANDLER, **({lock: ""} if lock else {})}))
    told = f"  pyproject.toml: what its groups need (pdf): {how} takes that of one\n"
    assert told in capsys.readouterr().out


def test_layers_alone_need_no_function(tmp_path: Path) -> None:
    settings = made(write(tmp_path / "tools", {"requirements.in": "six\n"}))
    assert (list(settings.layers), dict(settings.functions)) == (["tools-dependencies"], {})


def test_functions_alone_need_no_layer(tmp_path: Path) -> None:
    settings = made(write(tmp_path, {"src/app.py": HANDLER}))
    assert (dict(settings.layers), list(settings.functions)) == ({}, ["app"])


def test_an_empty_folder_is_told_what_to_start_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(tmp_path, "--yes") == 1
    assert "requirements.in, one requirement a line" in capsys.readouterr().err
    assert init(tmp_path / "nowhere", "--yes") == 1
    assert "there is no such folder" in capsys.readouterr().err


def test_the_workflow_calls_the_reusable_one_at_the_commit_that_wrote_it(tmp_path: Path) -> None:
    made(write(tmp_path, SAM), "--github")
    text = (tmp_path / ".github/workflows/release.yml").read_text()
    assert len([line for line in text.splitlines() if not line.startswith("#")]) <= 10
    job = yaml.safe_load(text)["jobs"]["release"]
    where, _, commit = job["uses"].partition("@")
    assert where == "channelwright/channelwright/.github/workflows/pipeline.yml"
    assert job["with"] == {"pipeline": commit, "first": "dev", "then": "prod"}
    assert len(commit) == 40


def test_the_region_of_the_environment_is_where_the_stages_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "ap-southeast-2")
    settings = made(write(tmp_path / "my shop", {"src/app.py": HANDLER, "requirements.in": "six\n"}))
    assert {each.region for each in settings.stages.values()} == {"ap-southeast-2"}
    assert settings.stages["dev"].stack == "my-shop-dev"


@pytest.mark.parametrize(("profile", "region"), [("", "eu-west-3"), ("work", "us-west-2"), ("other", "")])
def test_the_region_of_the_users_profile_is_theirs(
    profile: str, region: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "aws").write_text("[default]\nregion = eu-west-3\n[profile work]\nregion = us-west-2\noutput = 50%\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws"))
    if profile:
        monkeypatch.setenv("AWS_PROFILE", profile)
    stages = made(write(tmp_path / "shop", {"src/app.py": HANDLER})).stages
    assert {each.region for each in stages.values()} == ({region} if region else set())
