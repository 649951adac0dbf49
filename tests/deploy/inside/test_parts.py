"""What was kept of each wheel changes the work, and never the zip: the oracle is the zip that is made from nothing."""

from __future__ import annotations

import hashlib
import io
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from deploy.inside import assemble, bytecode, tool
from deploy.inside import wheel as wheels
from tests.deploy.inside.synthetic import deflate_wheel, installed_wheel, recipe, wheel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deploy.inside.exchange import Recipe

    Wheel = tuple[str, bytes]

TOOL = deflate_wheel()
# The small preset, over real packages: with botocore's models, extension modules, folders of tests, metadata readers.
POLICY: dict[str, Any] = {
    "botocore_data": ("sqs", "sts"),
    **dict.fromkeys(("botocore_endpoints", "botocore_documentation", "boto3_resources", "debug_symbols"), True),
    **dict.fromkeys(("tests", "stubs", "scripts", "ca_bundle", "zone_data", "metadata"), True),
}


@cache
def real() -> tuple[Wheel, ...]:
    names = ("pynacl", "cffi", "certifi", "charset-normalizer", "idna", "requests", "six", "urllib3")
    return (*map(installed_wheel, names), botocore())


@cache
def botocore() -> Wheel:
    """Make a wheel of botocore, with a few of its services: all of them take a second to pack."""
    files = unpacked(installed_wheel("botocore")[1])
    places = {path: path.split("/") for path in files if ".dist-info/" not in path}
    few = [path for path in places if _is_code(places[path]) or places[path][2] in {"sqs", "sts", "ssm"}]
    return wheel("botocore", {path: files[path] for path in few})


def _is_code(place: list[str]) -> bool:
    return place[1] != "data" or len(place) == 3


def unpacked(zipped: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(autouse=True)
def _the_tool_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "tools.txt"
    tools.write_text(f"deflate==1 --hash=sha256:{hashlib.sha256(TOOL[1]).hexdigest()}\n", encoding="utf-8")
    monkeypatch.setattr(assemble, "TOOLS", tools)


def made(wheels: tuple[Wheel, ...], kept: Mapping[str, bytes], wanted: Recipe | None = None) -> dict[str, bytes]:
    policy = {} if len(wheels) == len(real()) else {"botocore_data": "all"}
    return assemble.assemble(wanted or recipe(*wheels, **{**POLICY, **policy}), dict([*wheels, TOOL]), {}, kept)


def parts(done: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name.removeprefix("parts/"): content for name, content in done.items() if name.startswith("parts/")}


@cache
def from_nothing() -> Mapping[str, bytes]:
    return made(real(), {})


@pytest.fixture
def compressed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every content that was compressed from now on."""
    seen: list[bytes] = []
    load = tool.load

    def counting(*given: Any) -> tool.Deflate:
        deflate = load(*given)

        def noted(content: bytes) -> bytes:
            seen.append(content)
            return deflate(content)

        return noted

    monkeypatch.setattr(tool, "load", counting)
    return seen


def bumped(name: str) -> tuple[Wheel, ...]:
    """Return the wheels with another version of one of them."""
    newer = installed_wheel(name, version="99.0")
    return tuple(newer if each[0].startswith(f"{name}-") else each for each in real())


def test_a_layer_of_real_packages_is_the_same_with_all_that_was_kept_and_nothing_is_compressed_but_its_manifest(
    compressed: list[bytes],
) -> None:
    first = from_nothing()
    assert set(parts(first)) == {pin.name for pin in recipe(*real()).pins}
    compressed.clear()
    again = made(real(), parts(first))
    assert again == {"layer.zip": first["layer.zip"], "report.json": first["report.json"]}
    (only,) = compressed
    assert b'"layer": "all"' in only


def test_no_code_is_unpacked_of_a_wheel_that_is_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = parts(from_nothing())
    seen: list[str] = []
    unpack = wheels._unpacked

    def noted(filename: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
        seen.append(info.filename)
        return unpack(filename, archive, info)

    monkeypatch.setattr(wheels, "_unpacked", noted)
    made(real(), kept)
    assert seen
    assert [path for path in seen if path.endswith((".py", ".so", ".pem"))] == []


@pytest.mark.sliced(1)
@pytest.mark.parametrize("name", ["idna", "six"])
def test_a_bump_of_one_package_does_that_wheel_alone(
    name: str, compressed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = parts(from_nothing())
    del kept[name]
    compiled: list[str] = []
    in_parallel = bytecode._in_parallel

    def noted(sources: Any) -> Any:
        compiled.extend(path for path, _ in sources)
        return in_parallel(sources)

    monkeypatch.setattr(bytecode, "_in_parallel", noted)
    compressed.clear()
    done = made(bumped(name), kept)
    assert compiled
    assert {path.partition("/")[0].partition(".")[0] for path in compiled} == {name}
    held = {content for path, content in unpacked(done["layer.zip"]).items() if name in path}
    assert {each for each in compressed if b'"layer": "all"' not in each} <= held
    assert set(parts(done)) == {name}
    assert done["layer.zip"] == made(bumped(name), {})["layer.zip"] != from_nothing()["layer.zip"]


def test_a_new_wheel_that_changes_what_is_trimmed_of_another_does_so_with_kept_parts_too() -> None:
    lazy = wheel("lazy", {"lazy/__init__.py": "import os\n\ndef attach():\n    return open('x' + '.pyi')\n"})
    user = wheel("user", {"user/__init__.py": "import lazy\n", "user/__init__.pyi": "x: int\n"})
    other = wheel("lazy", {"lazy/__init__.py": "def attach():\n    pass\n"}, version="2.0")
    first = made((user, other), {})
    assert "python/user/__init__.pyi" not in unpacked(first["layer.zip"])
    kept = {"user": parts(first)["user"]}
    done = made((user, lazy), kept)
    assert "python/user/__init__.pyi" in unpacked(done["layer.zip"])
    assert done["layer.zip"] == made((user, lazy), {})["layer.zip"]


@pytest.mark.parametrize("reader", ["__init__.py", "compiled.so"])
def test_what_a_kept_part_did_not_spell_of_old_folders_it_may_spell_of_new_ones(reader: str) -> None:
    user = wheel("user", {"user/x.py": "", f"user/{reader}": "name = 'lib.test.helper'\n"})
    old = wheel("lib", {"lib/__init__.py": "", "lib/tests/test_a.py": "", "lib/tests/helper.py": ""})
    new = wheel("lib", {"lib/__init__.py": "", "lib/test/test_a.py": "", "lib/test/helper.py": ""}, version="2.0")
    kept = {"user": parts(made((user, old), {}))["user"]}
    done = made((user, new), kept)
    assert "python/lib/test/helper.py" in unpacked(done["layer.zip"])
    assert done["layer.zip"] == made((user, new), {})["layer.zip"]


@pytest.mark.sliced(1)
@pytest.mark.parametrize(
    "change",
    [
        {"bytecode": "sourceless"},
        {"metadata": False},
        {"botocore_data": "all"},
        {"withdrawn": {"botocore": ("botocore-documentation",), "pynacl": ("debug-symbols",)}},
    ],
)
def test_parts_of_another_policy_never_show(change: dict[str, Any]) -> None:
    wanted = recipe(*real(), **{**POLICY, **change})
    done = made(real(), parts(from_nothing()), wanted)
    assert done["layer.zip"] == made(real(), {}, wanted)["layer.zip"] != from_nothing()["layer.zip"]


def test_bytecode_of_another_python_is_never_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    module = wheel("one", {"one.py": "x = 1\n"})
    monkeypatch.setattr("sys.version", "3.11.99 (main, Jan  1 2030, 00:00:00) [GCC 99]")
    monkeypatch.setattr(bytecode, "_in_parallel", lambda sources: [b"another's bytecode"] * len(sources))
    other = made((module,), {})
    assert b"another's bytecode" in unpacked(other["layer.zip"]).values()
    tools = assemble.TOOLS
    monkeypatch.undo()
    monkeypatch.setattr(assemble, "TOOLS", tools)
    here = made((module,), parts(other))
    assert here["layer.zip"] == made((module,), {})["layer.zip"] != other["layer.zip"]


def test_what_is_kept_is_what_is_used_and_no_more() -> None:
    old = {f"one/{name}.py": f"x = '{name}'\n" * 30 for name in "abc"}
    first = parts(made((wheel("one", old),), {}))
    fewer = wheel("one", {"one/a.py": old["one/a.py"]}, version="2.0")
    assert parts(made((fewer,), first)) == parts(made((fewer,), {}))
