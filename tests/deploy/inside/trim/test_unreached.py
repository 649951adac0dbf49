"""Test folders go but for what is reached; each way of reaching one is a way that a published package has."""

from __future__ import annotations

import pytest

from deploy.inside.files import LayerFile
from tests.deploy.inside.synthetic import ELF, recipe, tree, trim, wheel

SAMPLE = wheel("sample", {})
TESTS: dict[str, str | bytes] = {
    "a/__init__.py": "",
    "a/core/__init__.py": "",
    "a/core/tests/__init__.py": "",
    "a/core/tests/_natype.py": "from . import _more\n",
    "a/core/tests/_more.py": "",
    "a/core/tests/_native.abi3.so": ELF,
    "a/core/tests/test_core.py": "import a.core.tests.helper\n",
    "a/core/tests/helper.py": "",
    "a/core/tests/data.bin": b"\0",
}
REACHED = ["a/core/tests/__init__.py", "a/core/tests/_more.py", "a/core/tests/_natype.py", "a/core/tests/data.bin"]


def left(files: dict[str, str | bytes]) -> list[str]:
    """Return what stays of the folders of tests."""
    return sorted(path for path in trim(tree(files), recipe(SAMPLE, tests=True)).files if "/tests/" in path)


def test_folders_that_nothing_reaches_go_and_folders_that_are_only_called_so_stay() -> None:
    files = tree(
        {
            **TESTS,
            "b/test/client.py": "a module of the library, like django.test",
            "c/testing.py": "",
            "test_top.py": "",
        }
    )
    result = trim(files, recipe(SAMPLE, tests=True))
    assert sorted(result.files) == [
        "a/__init__.py",
        "a/core/__init__.py",
        "b/test/client.py",
        "c/testing.py",
        "test_top.py",
    ]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a/testing.py", "from a.core.tests._natype import pd_NA\n"),
        ("a/testing.py", "def later():\n    import a.core.tests._natype as n\n"),
        ("a/testing.py", "from .core.tests._natype import NA\n"),
        ("a/testing.py", "from .core.tests import _natype\n"),
        ("a/core/_utils.py", "from .tests import _natype\n"),
        ("a/core/deep/er.py", "from ..tests._natype import NA\n"),
        ("a/testing.py", "import importlib\nimportlib.import_module('a.core.tests._natype')\n"),
        ("a/testing.py", "importlib.import_module('.core.tests._natype', __package__)\n"),
        ("a/core/lazy.py", "importlib.import_module(f'{__package__}.tests._natype')\n"),
        ("a/testing.py", "n = __import__('a.core.tests._natype', fromlist=['x'])\n"),
        ("a/plugin.py", "pytest_plugins = ['a.core.tests._natype']\n"),
        ("a/table.py", "LAZY = {'NA': 'a.core.tests._natype'}\n"),
        ("other/deep.py", "from a.core.tests._natype import NA\n"),
        ("other/broken.pyc", b"marshalled: a.core.tests._natype"),
        ("a/_fast.abi3.so", ELF + b" a.core.tests._natype "),
    ],
)
def test_what_a_module_that_stays_may_import_stays_and_what_it_leads_to(path: str, code: str | bytes) -> None:
    assert left({**TESTS, path: code}) == REACHED


@pytest.mark.parametrize("group", ["pytest11", "console_scripts", "sample.plugins"])
def test_what_an_entry_point_names_stays(group: str) -> None:
    points = f"[{group}]\nname = a.core.tests._natype:hook [extra]\n"
    assert left({**TESTS, "sample-1.0.dist-info/entry_points.txt": points}) == REACHED


def test_an_extension_module_among_tests_stays_where_it_is_imported() -> None:
    found = left({**TESTS, "a/x.py": "from a.core.tests import _native\n"})
    assert found == ["a/core/tests/__init__.py", "a/core/tests/_native.abi3.so", "a/core/tests/data.bin"]


def test_data_beside_an_empty_package_goes_unless_a_path_to_it_is_spelt() -> None:
    marks = ["a/core/tests/__init__.py"]
    assert left({**TESTS, "a/core/x.py": "import a.core.tests\n"}) == marks
    assert left({**TESTS, "a/core/x.py": "open(join(here, 'tests', 'data.bin'))\n"}) == ["a/core/tests/data.bin"]
    assert left({**TESTS, "a/x.py": "open(here / 'core/tests/data.bin')\n"}) == ["a/core/tests/data.bin"]
    assert left({**TESTS, "other/x.py": "open(here / 'tests' / 'data.bin')\n"}) == []


def test_what_all_of_a_package_names_stays() -> None:
    assert left({**TESTS, "a/core/__init__.py": "__all__ = ['tests']\n"})[0] == "a/core/tests/__init__.py"
    assert left({**TESTS, "a/core/__init__.py": "'''about tests'''\n"}) == []


def test_code_that_is_none_of_this_python_reaches_nothing_and_hurts_nothing() -> None:
    assert left({**TESTS, "a/old.py": "print 'a.core.tests'\n", "a/nul.py": b"tests\0"}) == []


def test_tests_among_the_programs_and_the_data_of_a_wheel_are_no_modules() -> None:
    files = tree(dict(TESTS)) | {"bin/tests/x.py": LayerFile(b"import a.core.tests._natype", "sample", "scripts")}
    assert [path for path in trim(files, recipe(SAMPLE, tests=True)).files if "core/tests" in path] == []
