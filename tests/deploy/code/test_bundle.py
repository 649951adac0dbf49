from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deploy.code import bytecode, tree_digest
from deploy.code.bundle import bundle, bundles
from deploy.code.sources import Python, Unreadable, answered, read_by
from deploy.completed import Completed
from deploy.configuration import load
from deploy.errors import BuildError
from deploy.settings import Code, Function, Settings
from tests.deploy.code.bundles import made, refusal, write

if TYPE_CHECKING:
    from collections.abc import Mapping


def test_the_zip_holds_the_sources_at_its_root_and_included_files_under_their_own_path(project: Settings) -> None:
    made_bundle = made(project)
    with zipfile.ZipFile(made_bundle.zip) as archive:
        held = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    assert list(held) == ["bot.py", "config/menu.yaml", "rooms/__init__.py", "rooms/hall.py", "rooms/words.txt"]
    assert held == made_bundle.files
    assert held["rooms/words.txt"].decode() == "à la carte"


def test_the_bundle_says_what_it_is(project: Settings) -> None:
    made_bundle = made(project)
    content = made_bundle.zip.read_bytes()
    assert made_bundle.zip == project.project / "dist/code.zip"
    assert (made_bundle.sha256, made_bundle.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert made_bundle.tree_digest == tree_digest.of_files(made_bundle.files)


def test_the_same_sources_give_the_same_bytes_elsewhere_later_and_with_other_rights(
    project: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(project).zip.read_bytes()
    elsewhere = tmp_path / "elsewhere"
    for path in sorted([*project.project.glob("src/**/*.*"), *project.project.glob("config/*")], reverse=True):
        copy = write(elsewhere / path.relative_to(project.project), path.read_text())
        copy.chmod(0o600)
        os.utime(copy, (0, time.time() - 10**8))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert made(replace(project, project=elsewhere)).zip.read_bytes() == first


def test_entries_are_readable_by_all_and_carry_no_time(project: Settings) -> None:
    with zipfile.ZipFile(made(project).zip) as archive:
        entries = archive.infolist()
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.extra for entry in entries} == {b""}


def test_the_zip_is_only_written_when_its_bytes_change(project: Settings) -> None:
    zipped = made(project).zip
    os.utime(zipped, (1, 1))
    assert made(project).zip.stat().st_mtime == 1
    write(project.project / "src/bot.py", "handler = None\n")
    assert made(project).zip.stat().st_mtime > 1


def test_two_files_for_the_same_place_are_refused(project: Settings) -> None:
    write(project.project / "src/config/menu.yaml", "menu: [other]")
    assert "config/menu.yaml: would become config/menu.yaml, and so would a file in src" in refusal(project)


def test_every_fault_is_told_at_once_with_file_and_line(project: Settings) -> None:
    write(project.project / "src/bot.py", "import os\n\ndef handler(:\n    pass\n")
    write(project.project / "src/rooms/hall.py", "return 1\n")
    write(project.project / "src/rooms/nul.py", "a = '\0'\n")
    write(project.project / "src/rooms/latin.py", "").write_bytes(b"a = '\xe9'\n")
    (project.project / "src/link").symlink_to("bot.py")
    message = refusal(replace(project, code=Code(include=(Path("config/absent.yaml"),))))
    assert "src/bot.py:3: invalid syntax\n    cause: def handler(:" in message
    assert "src/rooms/hall.py:1: 'return' outside function" in message
    assert "src/rooms/nul.py: source code string cannot contain null bytes" in message
    assert "src/rooms/latin.py:1: (unicode error) 'utf-8' codec can't decode" in message
    assert "src/link: is a link" in message
    assert "config/absent.yaml: no such file" in message


@pytest.mark.parametrize("handler", ["worker.handler", "rooms.worker.handler", "rooms/attic.handler"])
def test_a_handler_without_its_module_is_refused(project: Settings, handler: str) -> None:
    functions = {"worker": Function(key="worker", name="worker", handler=handler)}
    assert f"functions.worker.handler: {handler} needs" in refusal(replace(project, functions=functions))


@pytest.mark.parametrize("handler", ["rooms.hall.open", "rooms.open"])
def test_a_handler_in_a_package_is_found(project: Settings, handler: str) -> None:
    functions = {"worker": Function(key="worker", name="worker", handler=handler)}
    assert made(replace(project, functions=functions)).files


def test_a_source_folder_that_is_absent_or_empty_is_refused(project: Settings) -> None:
    settings = replace(project, functions={}, code=Code(source=Path("sources")))
    assert "sources: there is no such folder" in refusal(settings)
    (settings.project / "sources").mkdir()
    assert "sources: holds nothing to ship" in refusal(settings)


def test_another_python_than_the_runtime_s_is_refused(project: Settings) -> None:
    assert "runtime: is python3.12, and this is python3.11" in refusal(replace(project, runtime="python3.12"))


def test_another_python_s_sources_are_read_by_that_python(project: Settings) -> None:
    """Here a process of its own stands for it: it knows nothing of the pipeline but the script that it is given."""
    write(project.project / "src/documented.py", '"""What it is."""  \nVALUE = 1  # one\n')

    def run(script: bytes, argument: str) -> Completed:
        command = [sys.executable, "-I", "-S", "-c", script.decode(), argument]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return Completed(done.returncode, done.stdout, done.stderr)

    def read(modules: Mapping[str, bytes]) -> Mapping[str, bytes | Unreadable]:
        return answered(read_by(run, modules))

    project = replace(project, code=replace(project.code, documentation=False))
    later = replace(project, runtime="python3.12")
    there = bundle(later, later.project / "there", python=Python(read, bytecode.here))
    assert there.files["documented.py"] == b"\nVALUE = 1\n"
    assert there.sha256 == made(project).sha256
    write(project.project / "src/rooms/hall.py", "def open(event\n")
    with pytest.raises(BuildError, match=r"src/rooms/hall\.py:1: '\(' was never closed"):
        bundle(later, later.project / "there", python=Python(read, bytecode.here))


def test_a_file_that_may_be_run_may_be_run_in_the_zip(project: Settings) -> None:
    write(project.project / "src/tool.sh", "#!/bin/sh\n").chmod(0o755)
    with zipfile.ZipFile(made(project).zip) as archive:
        assert archive.getinfo("tool.sh").external_attr >> 16 == 0o100755
        assert archive.getinfo("bot.py").external_attr >> 16 == 0o100644


def test_a_folder_is_included_under_its_own_path(project: Settings) -> None:
    write(project.project / "shared/inner/words.txt", "hello")
    write(project.project / "shared/__pycache__/x.pyc", "x")
    held = made(replace(project, code=Code(include=(Path("shared"),)))).files
    assert held["shared/inner/words.txt"] == b"hello"
    assert not [name for name in held if "pycache" in name]


def test_a_name_that_is_not_utf_8_is_refused(project: Settings) -> None:
    Path(os.fsdecode(os.fsencode(project.project / "src/menu-") + b"\xe9.txt")).write_text("x")
    assert "menu-\\udce9.txt is not a name that can be shipped" in refusal(project)


@pytest.mark.parametrize("handler", ["rooms/hall.open", "my-func.handler"])
def test_every_form_of_a_handler_that_lambda_takes_is_found(project: Settings, handler: str) -> None:
    write(project.project / "src/my-func.py", "def handler(event, context): ...\n")
    functions = {"worker": Function(key="worker", name="worker", handler=handler)}
    assert made(replace(project, functions=functions)).files


def test_each_source_makes_a_zip_of_its_own_with_the_shared_folder_under_its_path(project: Settings) -> None:
    for name in ("api", "thumb"):
        write(project.project / f"functions/{name}/src/app.py", "import shared.words\nhandler = print\n")
    write(project.project / "shared/words.py", "")
    both = {
        name: Function(
            key=name,
            name=f"the-{name}",
            handler="app.handler",
            code=Code(source=Path(f"functions/{name}/src"), include=(Path("shared"),)),
        )
        for name in ("api", "thumb")
    }
    again = replace(both["api"], key="again", name="again")
    several = replace(project, functions={**project.functions, **both, "again": again})
    made = bundles(several, project.project / "dist")
    assert {key: each.zip.name for key, each in made.items()} == {
        "bot": "code.zip",
        "api": "code-the-api.zip",
        "thumb": "code-the-thumb.zip",
        "again": "code-the-api.zip",
    }
    assert made["api"].files.keys() == {"app.py", "shared/words.py"}
    assert {"bot.py", "config/menu.yaml"} < made["bot"].files.keys()


def test_every_fault_of_every_source_is_told_at_once(project: Settings) -> None:
    write(project.project / "src/bot.py", "def handler(:\n")
    write(project.project / "other/app.py", "def handler(:\n")
    own = Code(source=Path("other"), include=(Path("../outside"),))
    other = Function(key="other", name="other", handler="absent.handler", code=own)
    with pytest.raises(BuildError) as refused:
        bundles(replace(project, functions={**project.functions, "other": other}), project.project / "dist")
    message = str(refused.value)
    assert "src/bot.py:1: invalid syntax" in message
    assert "other/app.py:1: invalid syntax" in message
    assert "functions.other.code.include: ../outside: is not inside the project" in message
    assert "functions.other.handler: absent.handler needs absent.py in other" in message


def test_a_function_s_own_code_is_as_the_common_one_where_it_does_not_say_otherwise(tmp_path: Path) -> None:
    write(
        tmp_path / "config/pipeline.yaml",
        """
        code: {include: [shared], exclude: ['*.md'], documentation: false, checks: [json.tool]}
        functions:
          bot: {name: bot, handler: bot.handler}
          api: {name: api, handler: app.handler, code: {source: functions/api, exclude: []}}
        """,
    )
    settings = load(tmp_path, {})
    assert settings.code_of(settings.functions["bot"]) == settings.code
    assert settings.code_of(settings.functions["api"]) == Code(
        source=Path("functions/api"), include=(Path("shared"),), exclude=(), documentation=False
    )
