"""Extension modules, libraries and bytecode, loaded by the real probe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.layer.proving import broken_yaml, proven, refused
from tests.deploy.layer.synthetic import Made, cached, compiled, layer, real_yaml

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.programs


def test_a_broken_extension_module_is_refused_though_its_package_imports_without_it(tmp_path: Path) -> None:
    """yaml/__init__.py swallows the ImportError of its extension; loading each one does not."""
    path, content = broken_yaml(b"PyInit__yaml\0", b"PyInit__xaml\0")
    found = refused(tmp_path, layer(tmp_path, real_yaml(), extra={f"python/{path}": content}))
    assert "pyyaml: yaml.cyaml: ImportError: dynamic module does not define module export function" in found
    assert "what pip installs from the same wheels works" in found


def test_an_extension_module_beside_its_package_is_loaded_and_a_broken_one_refused(tmp_path: Path) -> None:
    path, broken = broken_yaml(b"PyErr_SetString\0", b"PyErr_XetString\0")
    files = {each.removeprefix("yaml/") if each == path else each: text for each, text in real_yaml().files.items()}
    beside = path.removeprefix("yaml/")
    (verified,) = proven(tmp_path, layer(tmp_path / "whole", real_yaml(files=files)))
    assert [(each.path, each.loaded) for each in verified.evidence.shared_objects] == [(f"python/{beside}", True)]
    found = refused(tmp_path, layer(tmp_path / "broken", real_yaml(files=files), extra={f"python/{beside}": broken}))
    assert "undefined symbol: PyErr_XetString" in found


def test_a_library_that_a_loader_refuses_is_refused(tmp_path: Path) -> None:
    path, content = broken_yaml(b"PyErr_SetString\0", b"PyErr_XetString\0")
    found = refused(tmp_path, layer(tmp_path, real_yaml(), extra={f"python/{path}": content}))
    assert "undefined symbol: PyErr_XetString" in found


def test_an_extension_module_that_its_wheel_brings_broken_and_nothing_needs_is_a_remark(tmp_path: Path) -> None:
    path, content = broken_yaml(b"PyErr_SetString\0", b"PyErr_XetString\0")
    (verified,) = proven(tmp_path, layer(tmp_path, real_yaml(files={**real_yaml().files, path: content})))
    (remark,) = (each for each in verified.evidence.remarks if "PyErr_XetString" in each)
    assert remark.startswith(
        "pyyaml: yaml.cyaml (and 1 more) cannot be imported, in what pip installs neither: ImportError"
    )
    assert [native.loaded for native in verified.evidence.shared_objects] == [False]


def test_a_plain_library_is_loaded_too(tmp_path: Path) -> None:
    content = b"".join(
        value for path, value in real_yaml().files.items() if path.endswith(".so") and isinstance(value, bytes)
    )
    library = content.replace(b"PyInit__yaml\0", b"XyInit__yaml\0")
    made = real_yaml(files={"yaml/__init__.py": "", "yaml.libs/libyaml-0.so.2": library})
    (verified,) = proven(tmp_path, layer(tmp_path, made))
    (native,) = verified.evidence.shared_objects
    assert (native.path, native.loaded) == ("python/yaml.libs/libyaml-0.so.2", True)


def test_bytecode_that_names_another_folder_is_refused(tmp_path: Path) -> None:
    path = "python/tiny/__init__.py"
    bytecode = compiled(path, b"x = 1\n").replace(b"/opt/python/tiny", b"/tmp/python/tiny")
    found = refused(tmp_path, layer(tmp_path, Made(), extra={cached(path): bytecode}))
    assert "names its source /tmp/python/tiny/__init__.py, not below /opt/python" in found


def test_bytecode_that_the_runtime_does_not_use_shows_when_it_compiles(tmp_path: Path) -> None:
    """The audit says that it is missing; that the import compiled is what the runtime itself did."""
    built = layer(tmp_path, Made(), lacking=lambda path: path.endswith("tiny/__pycache__/__init__.cpython-311.pyc"))
    found = refused(tmp_path, built)
    assert "python/tiny/__init__.py: has no bytecode" in found
    assert "python/tiny/__init__.py: was compiled at import" in found
