from __future__ import annotations

import importlib.util
import marshal
import os
import random
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest

from deploy.inside import bytecode
from deploy.inside.bytecode import compile_all
from deploy.inside.files import LayerFile
from deploy.inside.parts import Parts
from tests.deploy.inside.synthetic import tree

SOURCES = {
    "one.py": "import two\nVALUE = 'a' + str(two)\n",
    "two/__init__.py": "def f(x):\n    return x['key'] if x else 'é'\n",
    "two/three.py": "class C:\n    a = 'a', 'b', ' '\n",
}


def test_each_source_keeps_its_place_and_gets_bytecode_beside_it() -> None:
    compiled = compile_all(tree(SOURCES), Parts({}), sourceless=False)
    assert sorted(compiled.files) == [
        "__pycache__/one.cpython-311.pyc",
        "one.py",
        "two/__init__.py",
        "two/__pycache__/__init__.cpython-311.pyc",
        "two/__pycache__/three.cpython-311.pyc",
        "two/three.py",
    ]
    assert compiled.files["two/__pycache__/three.cpython-311.pyc"].owner == "sample"


def test_sourceless_puts_bytecode_in_place_of_sources_and_leaves_other_files() -> None:
    compiled = compile_all(tree({**SOURCES, "two/data.txt": "x"}), Parts({}), sourceless=True)
    assert sorted(compiled.files) == ["one.pyc", "two/__init__.pyc", "two/data.txt", "two/three.pyc"]


def test_a_wheels_data_that_can_be_imported_is_compiled_and_never_loses_its_source() -> None:
    files = {"share/tool.py": LayerFile(b"x = 1\n", "sample", "data")}
    files |= {"bin/run.py": LayerFile(b"x = 1\n", "sample", "scripts")}
    kept = compile_all(files, Parts({}), sourceless=False).files
    assert sorted(kept) == ["bin/run.py", "share/__pycache__/tool.cpython-311.pyc", "share/tool.py"]
    assert compile_all(files, Parts({}), sourceless=True).files == files


DEEP = {"signs": "-" * 200_000 + "1", "functions": "lambda:" * 50_000 + "1", "sums": "1" + "+1" * 100_000}


@pytest.mark.parametrize("kind", DEEP)
def test_what_no_compiler_takes_stays_a_source_and_spoils_no_other(kind: str) -> None:
    compiled = compile_all(tree({"bomb.py": DEEP[kind], "one.py": "x = 1"}), Parts({}), sourceless=True)
    assert sorted(compiled.files) == ["bomb.py", "one.pyc"]
    assert compiled.failed["bomb.py"].startswith(("MemoryError", "RecursionError"))


def test_what_takes_too_much_memory_to_compile_stays_a_source() -> None:
    small = "import sys, compiler; sys.argv[1:] = ['/opt/python']; compiler._MEMORY = 1 << 25; compiler.main()"
    sources = [("large.py", b"x=1\n" * 200_000), ("one.py", b"x = 1\n"), ("large_too.py", b"x=1\n" * 200_000)]
    environment = {"PYTHONPATH": str(Path(bytecode.__file__).parent)}
    command = [sys.executable, "-S", "-c", small]
    done = subprocess.run(command, input=marshal.dumps(sources), env=environment, capture_output=True, check=True)
    large, one, too = marshal.loads(done.stdout)  # noqa: S302 - written by our own process
    assert (large, too) == ("MemoryError", "MemoryError")
    assert one[:4] == importlib.util.MAGIC_NUMBER


def test_bytecode_is_tied_to_a_hash_that_nobody_checks() -> None:
    content = compile_all(tree(SOURCES), Parts({}), sourceless=True).files["one.pyc"].content
    assert content[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(content[4:8], "little") == 0b01
    assert content[8:16] == importlib.util.source_hash(SOURCES["one.py"].encode())


def test_tracebacks_will_name_the_files_in_opt_and_no_columns() -> None:
    content = compile_all(tree(SOURCES), Parts({}), sourceless=True).files["two/three.pyc"].content
    code = marshal.loads(content[16:])  # noqa: S302 - made above
    assert isinstance(code, CodeType)
    assert code.co_filename == "/opt/python/two/three.py"
    assert {columns for *_, columns, _ in code.co_positions()} == {None}


def test_a_source_that_does_not_compile_stays_a_source_and_is_named() -> None:
    compiled = compile_all(tree({**SOURCES, "old.py": "print 'two'\n", "nul.py": "a\0"}), Parts({}), sourceless=True)
    assert {"old.py", "nul.py"} <= set(compiled.files)
    assert {path: why.partition(":")[0] for path, why in compiled.failed.items()} == {
        "old.py": "SyntaxError",
        "nul.py": "SyntaxError",
    }


def test_a_warning_of_the_compiler_is_nobodys_business_here(capfd: pytest.CaptureFixture[str]) -> None:
    assert not compile_all(tree({"a.py": r"x = '\d'"}), Parts({}), sourceless=True).failed
    assert capfd.readouterr().err == ""


def test_what_a_wheel_brings_as_data_stays_a_source_where_sources_go() -> None:
    files = {"share/a.py": LayerFile(b"a = 1\n", "sample", "data"), "b.py": LayerFile(b"b = 1\n", "sample")}
    compiled = compile_all(files, Parts({}), sourceless=True)
    assert set(compiled.files) == {"share/a.py", "b.pyc"}
    assert compiled.failed == {"share/a.py": "its wheel brings it as data, whose source stays"}
    assert set(compile_all(files, Parts({}), sourceless=False).files) == {
        *files,
        "share/__pycache__/a.cpython-311.pyc",
        "__pycache__/b.cpython-311.pyc",
    }


def test_a_distribution_that_reads_its_sources_keeps_them_where_others_go() -> None:
    files = tree({"a.py": "a = 1\n"}, owner="reader") | tree({"b.py": "b = 1\n"})
    compiled = compile_all(files, Parts({}), sourceless=True, reading={"reader"})
    assert set(compiled.files) == {"a.py", "__pycache__/a.cpython-311.pyc", "b.pyc"}


def test_scripts_are_not_modules() -> None:
    files = {"bin/run.py": LayerFile(b"#!python", "sample", "scripts")}
    assert compile_all(files, Parts({}), sourceless=True).files == files


def test_no_cores_order_or_hash_seed_shows_in_the_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Path(os.__file__).parent
    sources = {path.name: path.read_text(encoding="utf-8") for path in sorted(library.glob("[a-d]*.py"))}
    made = []
    for cores, seed in [({0}, "0"), ({0, 1}, "123"), ({0, 1, 2}, "random"), ({0, 1, 2, 3, 4}, "1")]:
        shuffled = random.Random(seed).sample(sorted(sources.items()), len(sources))  # noqa: S311 - any order
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, cores=cores: cores)
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        compiled = compile_all(tree(dict(shuffled)), Parts({}), sourceless=True)
        made.append({path: compiled.files[path].content for path in sorted(compiled.files)})
    assert all(each == made[0] for each in made)


def test_what_was_compiled_before_does_not_show_in_the_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    constant = {"b.py": "x = 'é'\n"}
    after_a_name = {"a.py": "é = 1\n", **constant}
    alone, after = (
        compile_all(tree(sources), Parts({}), sourceless=True).files["b.pyc"] for sources in (constant, after_a_name)
    )
    assert alone == after


@pytest.mark.parametrize("sourceless", [True, False])
def test_python_uses_the_bytecode_as_it_is(tmp_path: Path, *, sourceless: bool) -> None:
    for path, file in compile_all(tree({"sample.py": "import os\n"}), Parts({}), sourceless=sourceless).files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(file.content)
    if not sourceless:
        (tmp_path / "sample.py").write_text("raise SystemExit('compiled anew')\n", encoding="utf-8")
    command = [sys.executable, "-c", "import sample; print(sample.__cached__)"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, env={})
    assert done.stdout.strip().endswith(".pyc")


def test_the_compiling_process_does_not_depend_on_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = compile_all(tree(SOURCES), Parts({}), sourceless=True).files
    for name, value in {"PYTHONOPTIMIZE": "2", "PYTHONNODEBUGRANGES": "", "PYTHONWARNINGS": "error"}.items():
        monkeypatch.setenv(name, value)
    assert compile_all(tree(SOURCES), Parts({}), sourceless=True).files == usual


def test_nothing_to_compile_is_fine() -> None:
    assert compile_all({}, Parts({}), sourceless=False) == bytecode.Compiled({}, {})
