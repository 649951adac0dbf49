from __future__ import annotations

import io
import json
import zipfile

import pytest

from deploy.errors import AwsError
from deploy.inside.inventory import owned_paths
from deploy.published import contents


def zipped(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def package(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "version": "1", "wheel": f"{name}-1.whl", "sha256": "0" * 64, "license": "MIT", **more}


def test_a_layer_of_ours_tells_whose_each_file_is() -> None:
    manifest = {"layer": "l", "packages": [package("a", owns=["a/", "b/x.py"]), package("b", owns=["b/y.py"])]}
    files = {"python/a/deep/__init__.py": "12345", "python/b/x.py": "1", "python/b/y.py": "12", "python/z.txt": ""}
    found = contents.read(zipped(files | {"channelwright/l.json": json.dumps(manifest)}), "l:1")
    assert found.is_ours
    assert [(each.name, each.files, each.size) for each in found.packages] == [("a", 2, 6), ("b", 1, 2)]
    assert found.files["python/z.txt"].owner == ""


def test_a_layer_of_others_is_read_from_its_distributions() -> None:
    files = {
        "python/six.py": "123",
        "python/Foo_Bar-2.dist-info/METADATA": "Name: Foo_Bar\nVersion: 2\nLicense: BSD\n",
        "python/six-1.16.dist-info/METADATA": "Name: six\nVersion: 1.16\n",
        "python/six-1.16.dist-info/RECORD": "six.py,sha256=x,3\nsix-1.16.dist-info/METADATA,,\n",
        "python/setuptools/_vendor/wheel-1.dist-info/METADATA": "Name: wheel\nVersion: 1\n",  # it vendors it
    }
    found = contents.read(zipped(files), "theirs:1")
    assert not found.is_ours
    assert found.versions == {"foo-bar": "2", "six": "1.16"}
    assert found.files["python/six.py"].owner == "six"
    assert [each.license for each in found.packages] == ["BSD", ""]


def test_a_file_called_a_manifest_that_is_none_makes_no_layer_ours() -> None:
    odd = ({"name": "a"}, {"name": ["a"], "version": "1"}, {"name": "a", "version": "1", "owns": [1]}, "a")
    for text in ("no json", "[]", '{"packages": 1}', *(json.dumps({"packages": [each]}) for each in odd)):
        assert not contents.read(zipped({"channelwright/l.json": text}), "l:1").is_ours


def test_what_is_no_zip_is_refused() -> None:
    with pytest.raises(AwsError, match="l:1: is not a zip that can be read"):
        contents.read(b"not a zip", "l:1")


def test_folders_that_distributions_share_are_told_apart_file_by_file() -> None:
    owners = {"ns/a/x.py": "a", "ns/b/x.py": "b", "ns/c.py": "b", "a-1.dist-info/METADATA": "a"}
    assert owned_paths(owners) == {"a": ["a-1.dist-info/", "ns/a/"], "b": ["ns/b/", "ns/c.py"]}
