"""What people bring to `lock`: files of pip, of other tools, in whatever encoding, with whatever options."""

from __future__ import annotations

import codecs
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from deploy.errors import ConfigError, LockError
from deploy.locking import lockfile
from deploy.settings import Target

if TYPE_CHECKING:
    from tests.deploy.locking.conftest import Project
    from tests.deploy.locking.index import Index

pytestmark = pytest.mark.programs

X86 = Target("python3.11", "x86_64")


def locked(project: Project) -> dict[str, str]:
    return {pin.name: pin.version for pin in lockfile.read(project.lock, X86)}


def refusal(project: Project) -> str:
    with pytest.raises(LockError) as caught:
        project.run()
    return str(caught.value)


def test_an_existing_file_without_hashes_is_taken_for_what_is_wanted_and_kept(
    project: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("demo", "1.0")
    index.add("demo", "2.0")
    project.lock.write_text("demo<2  # not yet\n")
    assert project.run() == 0
    assert (project.folder / "requirements.in").read_text() == "demo<2  # not yet\n"
    assert locked(project) == {"demo": "1.0"}
    assert "requirements.txt has no hashes: it says what is wanted, and is kept as requirements.in" in (
        capsys.readouterr().out
    )
    assert project.run(check=True) == 0


def test_nothing_wanted_is_locked_as_nothing_and_a_lock_that_was_emptied_is_refused(
    project: Project, index: Index
) -> None:
    project.lock.write_text("")
    assert project.run() == 0
    assert locked(project) == {}
    assert project.run(check=True) == 0
    project.lock.write_text("")
    with pytest.raises(LockError, match="locks nothing"):
        project.run(check=True)
    assert not index.files


def test_a_lock_of_another_tool_without_its_inputs_is_left_alone(project: Project) -> None:
    text = f"demo==1.0 --hash=sha256:{'1' * 64}\n"
    project.lock.write_text(text)
    assert "is a lock already" in refusal(project)
    assert project.lock.read_text() == text


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_a_file_is_read_in_the_encoding_that_it_says(
    project: Project, index: Index, mark: bytes, encoding: str
) -> None:
    index.add("demo", "1.0")
    (project.folder / "requirements.in").write_bytes(mark + "demo  # für später\r\n".encode(encoding))
    assert project.run() == 0
    text = project.lock.read_text()
    project.lock.write_bytes(mark + text.replace("\n", "\r\n").encode(encoding))
    assert locked(project) == {"demo": "1.0"}
    assert project.run(check=True) == 0


@pytest.mark.parametrize("content", ["demo # é".encode("latin-1"), "demo\n".encode("utf-16-le")])
def test_another_encoding_is_named(project: Project, content: bytes) -> None:
    (project.folder / "requirements.in").write_bytes(content)
    assert "save it as UTF-8" in refusal(project)


def test_files_that_a_file_names_are_read_from_beside_it(project: Project, index: Index) -> None:
    for version in ("1.0", "2.0"):
        index.add("demo", version)
        index.add("other", version)
    (project.folder / "more").mkdir()
    (project.folder / "more/base.txt").write_text("other\n-c limits.txt\n-r ../requirements.in\n")
    (project.folder / "more/limits.txt").write_text("other<2\nunused==3\n")
    project.wants("-r more/base.txt", "demo")
    project.run()
    assert locked(project) == {"demo": "2.0", "other": "1.0"}


def test_pre_releases_are_locked_where_they_are_asked_for(project: Project, index: Index) -> None:
    index.add("demo", "1.0")
    index.add("demo", "2.0rc1")
    project.wants("demo")
    project.run()
    assert locked(project) == {"demo": "1.0"}
    project.wants("--pre", "demo")
    project.run(upgrade=[])
    assert locked(project) == {"demo": "2.0rc1"}


def test_every_line_that_is_not_obeyed_is_refused_by_name_and_place(project: Project) -> None:
    project.wants(
        "--no-binary demo",
        "--find-links ./wheels",
        "demo --global-option=x",
        "demo==1.0 --hash=sha256:00",
        "-r absent.txt",
        "-r https://example.invalid/r.txt",
        "de mo",
        "--only-binary :all:",
        "./own ; python_version >= 3.11",
    )
    told = refusal(project)
    assert "requirements.in:1: --no-binary demo is refused" in told
    assert "take it out; if it is pure Python, `build-from-source: {demo: WHY}` in config/pipeline.yaml" in told
    assert "requirements.in:2: --find-links is not obeyed" in told
    assert "requirements.in:3: --global-option is for installing" in told
    assert "requirements.in:4: --hash is for installing" in told
    assert "absent.txt: No such file" in told
    assert "requirements.in:6: https://example.invalid/r.txt is not read" in told
    assert "requirements.in:7: is no requirement: de mo" in told
    assert "only-binary" not in told
    assert "requirements.in:9: not a marker that can be read: python_version >= 3.11" in told


def test_pyproject_is_locked_with_the_extras_and_groups_that_are_configured(project: Project, index: Index) -> None:
    for name in ("plain", "extra", "grouped", "included", "unwanted"):
        index.add(name, "1.0")
    (project.folder / "pyproject.toml").write_text(
        '[project]\nname = "own"\nversion = "1"\ndependencies = ["plain"]\n'
        '[project.optional-dependencies]\nMore_Of = ["extra"]\nother = ["unwanted"]\n'
        '[dependency-groups]\nbase = ["included"]\nwork = ["grouped", {include-group = "base"}]\ntest = ["unwanted"]\n'
    )
    project.configured("layers: {deps: {}}\nlock: {extras: [more-of], groups: [work]}\n")
    project.run()
    assert set(locked(project)) == {"plain", "extra", "grouped", "included"}
    assert "from pyproject.toml" in project.lock.read_text()
    assert project.run(check=True) == 0
    project.configured("layers: {deps: {}}\nlock: {groups: [wrk]}\n")
    with pytest.raises(ConfigError, match=r"pyproject\.toml has no wrk\n.*did you mean work"):
        project.run()


def test_an_extra_brings_what_it_needs(project: Project, index: Index) -> None:
    index.add("demo", "1.0", requires=("other; extra == 'more'",), extras=("more",))
    index.add("other", "1.0")
    project.wants("demo[more]")
    project.run()
    assert locked(project) == {"demo": "1.0", "other": "1.0"}
    assert "    # via demo\n" in project.lock.read_text()


EXPORTED = "demo==1.0 ; {} \\\n    --hash=sha256:" + "1" * 64 + " \\\n    --hash=sha256:" + "2" * 64 + "\n"


@pytest.mark.parametrize("head", ["-e .\n", ".\n", "-i http://index.invalid/simple\n", "--index-url=http://x/\n"])
def test_what_exports_say_of_the_project_and_of_indexes_is_no_pin(project: Project, head: str) -> None:
    project.lock.write_text(head + EXPORTED.format("python_version >= '3.9'"))
    assert locked(project) == {"demo": "1.0"}


def test_a_marker_of_an_export_that_excludes_the_runtime_leaves_the_pin_out(project: Project) -> None:
    text = EXPORTED.format('python_version >= "3.12" and python_version < "4.0"')
    project.lock.write_text(text + EXPORTED.format("sys_platform == 'linux'").replace("demo", "other"))
    assert locked(project) == {"other": "1.0"}


def test_what_an_export_has_no_version_of_is_left_out_where_its_marker_excludes_the_runtime(project: Project) -> None:
    pins = EXPORTED.format("python_version >= '3.9'")
    project.lock.write_text(f"other[more]; python_version < '3.11'\n{pins}")
    assert locked(project) == {"demo": "1.0"}
    project.lock.write_text(f"other; python_version < '3.12'\n{pins}")
    with pytest.raises(LockError, match=r"requirements\.txt:1: not an exact version with hashes: other") as caught:
        locked(project)
    cure = caught.value.faults[0].cure
    assert "export it anew, with versions and hashes, by the tool that made it; or write requirements.in" in cure
    project.wants("demo")
    with pytest.raises(LockError) as caught:
        locked(project)
    assert "export" not in caught.value.faults[0].cure


def test_a_source_in_an_export_is_refused_with_the_option_that_leaves_it_out(project: Project) -> None:
    project.lock.write_text("-e ./packages/own\n" + EXPORTED.format("python_version >= '3.9'"))
    with pytest.raises(LockError, match=r"requirements\.txt:1: a source without a hash: -e \./packages/own") as caught:
        locked(project)
    assert "--no-emit-local" in caught.value.faults[0].cure


@pytest.mark.parametrize(
    ("pyproject", "told"),
    [
        ('[project]\nname = "app"\nversion = "1"\ndynamic = ["dependencies"]\n', "write `-e .` into it"),
        ('[tool.poetry]\nname = "app"\n[tool.poetry.dependencies]\ndemo = "^1"\n', "`poetry export "),
    ],
)
def test_what_a_pyproject_does_not_say_to_others_is_told_with_the_way_to_have_it(
    project: Project, pyproject: str, told: str
) -> None:
    (project.folder / "pyproject.toml").write_text(pyproject)
    with pytest.raises(LockError) as caught:
        project.run()
    assert told in caught.value.faults[0].cure


def test_a_release_that_was_taken_back_is_passed_over_and_told_where_it_is_asked_for(
    project: Project, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    index.add("demo", "1.0")
    (file,) = index.add("demo", "2.0")
    index.files[file.filename] = replace(file, yanked="it loses data")
    project.wants("demo")
    project.run()
    assert locked(project) == {"demo": "1.0"}
    assert "took back" not in capsys.readouterr().out
    project.wants("demo==2.0")
    project.run()
    assert capsys.readouterr().out.count("demo 2.0 is locked, which its publisher took back: it loses data") == 1
