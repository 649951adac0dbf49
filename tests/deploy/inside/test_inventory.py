from __future__ import annotations

from email.parser import Parser

import pytest

from deploy.inside.files import LayerFile
from deploy.inside.inventory import modules
from deploy.inside.trim.metadata import license_of
from tests.deploy.inside.synthetic import tree


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["six.py"], ["six"]),
        (["six.pyc"], ["six"]),
        (["requests/__init__.py", "requests/api.py"], ["requests"]),
        (["requests/__init__.pyc", "requests/api.pyc"], ["requests"]),
        (["_cffi_backend.cpython-311-x86_64-linux-gnu.so"], ["_cffi_backend"]),
        (["81d243bd__mypyc.cpython-311-x86_64-linux-gnu.so"], ["81d243bd__mypyc"]),
        (["google/cloud/storage/__init__.py", "google/cloud/storage/blob.py"], ["google.cloud.storage"]),
        (["google/one.py", "google/two/__init__.py"], ["google.one", "google.two"]),
        (["native/__init__.abi3.so", "native/more.so"], ["native"]),
        (["a/__pycache__/b.cpython-311.pyc"], []),
        (["sample-1.0.dist-info/METADATA", "sample.libs/libz.so.1", "types-stubs/a.pyi"], []),
        (["package/__init__.py", "package/data-files/script.py"], ["package"]),
        (["share/doc.txt"], []),
        (["lib/python3.11/site-packages/one.py", "lib/python3.11/site-packages/two/__init__.py"], ["one", "two"]),
        (["lib/python3.11/other/one.py", "bin/tool.py", "__init__.py"], []),
    ],
)
def test_modules_are_named_as_they_are_imported(paths: list[str], found: list[str]) -> None:
    assert modules(tree(dict.fromkeys(paths, ""))) == tuple(found)


def test_sources_among_a_wheels_data_can_be_imported() -> None:
    assert modules({"share/tool.py": LayerFile(b"", "sample", "data")}) == ("share.tool",)


def test_scripts_are_not_imported() -> None:
    assert modules({"bin/run.py": LayerFile(b"", "sample", "scripts")}) == ()


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ("License-Expression: MIT OR Apache-2.0\nLicense: MIT", "MIT OR Apache-2.0"),
        ("License: MPL-2.0\nClassifier: License :: OSI Approved :: Mozilla", "MPL-2.0"),
        ("Classifier: License :: OSI Approved :: MIT License", "MIT License"),
        ("License: A long text,\n        of lines\nClassifier: License :: OSI Approved :: BSD License", "BSD License"),
        (
            "License: Dual\nClassifier: License :: OSI Approved :: A\nClassifier: License :: OSI Approved :: B",
            "Dual (A; B)",
        ),
        ("License: UNKNOWN", ""),
        ("Summary: none", ""),
    ],
)
def test_the_licence_is_the_expression_or_else_the_projects_own_words(headers: str, told: str) -> None:
    assert license_of(Parser().parsestr(f"Name: sample\n{headers}\n\n")) == told
