from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.commands.output import diff
from deploy.documents.writing import as_json
from deploy.published import contents
from deploy.published.difference import Difference, difference
from deploy.published.reference import OpenedLayer
from tests.deploy.layer.synthetic import EXTENSION
from tests.deploy.published.layers import PYTHON_311, PYTHON_312, TIMESTAMP, UNCHECKED, ours, package, zipped
from tests.schemas import output

if TYPE_CHECKING:
    from collections.abc import Mapping


def compared(before: bytes, after: bytes) -> Difference:
    return difference(contents.read(before, "before"), contents.read(after, "after"))


def kinds(found: Difference) -> Mapping[str, str]:
    return {each.name: each.kind for each in found.packages}


def test_packages_are_added_removed_upgraded_and_downgraded() -> None:
    before = ours([package("gone"), package("up", "1.9"), package("down", "2.0"), package("same")], {})
    after = ours([package("new"), package("up", "1.10"), package("down", "2.0rc1"), package("same")], {})
    assert kinds(compared(before, after)) == {
        "new": "added",
        "gone": "removed",
        "up": "upgraded",
        "down": "downgraded",
    }


def test_a_version_that_cannot_be_ordered_has_changed() -> None:
    assert kinds(compared(ours([package("a", "x!")], {}), ours([package("a", "2")], {}))) == {"a": "changed"}


def test_the_same_version_with_other_files_has_changed_and_says_why() -> None:
    found = compared(ours([package("a")], {"a/x.py": "1"}), ours([package("a")], {"a/x.py": "12", "a/y.py": "345"}))
    (change,) = found.packages
    assert (change.kind, change.reasons, change.growth) == ("changed", ("files",), 4)
    # The manifest is a file too, and the same here.
    assert (found.files.added, found.files.removed, found.files.changed) == (
        ("python/a/y.py",),
        (),
        ("python/a/x.py",),
    )


def test_the_same_layer_does_not_differ() -> None:
    layer = ours([package("a")], {"a/x.py": "1"})
    found = compared(layer, layer)
    assert found.same
    assert not found.packages
    assert not found.files
    assert not found.abi


def test_a_licence_that_changed_is_told_apart() -> None:
    found = compared(ours([package("a", license="MIT")], {}), ours([package("a", "2", license="GPL-3.0-only")], {}))
    (change,) = found.licences
    assert change.before
    assert change.after
    assert (change.name, change.before.license, change.after.license) == ("a", "MIT", "GPL-3.0-only")


def test_another_wheel_of_the_same_version_is_a_change() -> None:
    other = ["cp311-cp311-manylinux_2_17_x86_64"]
    found = compared(ours([package("a")], {}), ours([package("a", sha256="1" * 64, tags=other)], {}))
    assert found.packages[0].reasons == ("tags", "wheel")
    assert [(each.kind, each.where, each.before, each.after) for each in found.abi] == [
        ("tags", "a", "py3-none-any", "cp311-cp311-manylinux_2_17_x86_64")
    ]


def test_bytecode_of_another_python_or_that_is_checked_otherwise_is_an_abi_change() -> None:
    before = ours([package("a")], {"a/x.pyc": PYTHON_311 + UNCHECKED, "a/x.py": ""})
    after = ours([package("a")], {"a/x.pyc": PYTHON_312 + TIMESTAMP}, runtime="python3.12", architecture="arm64")
    assert [(each.kind, each.before, each.after) for each in compared(before, after).abi] == [
        ("runtime", "python3.11", "python3.12"),
        ("architecture", "x86_64", "arm64"),
        ("bytecode", "unchecked-hash, Python 3.11", "timestamp, Python 3.12, without sources"),
    ]


def test_a_shared_object_is_compared_by_what_it_needs_not_by_its_bytes() -> None:
    extension = EXTENSION.read_bytes()
    before = ours([package("a")], {"a/x.so": extension})
    after = ours([package("a")], {"a/x.so": extension + b"more", "a/y.so": b"\xcf\xfa\xed\xfe"})
    found = compared(before, after)
    assert "python/a/x.so" in found.files.changed
    assert [(each.kind, each.where, each.before, each.after) for each in found.abi] == [
        ("shared object", "python/a/y.so", "", "is a macOS library (Mach-O)")
    ]


def test_bytecode_that_comes_or_goes_is_an_abi_change() -> None:
    without, having = ours([package("a")], {"a/x.py": ""}), ours([package("a")], {"a/x.pyc": PYTHON_311 + UNCHECKED})
    (change,) = compared(without, having).abi
    assert (change.kind, change.before) == ("bytecode", "")
    assert compared(having, without).abi[0].after == ""


def test_a_shared_object_that_needs_something_else_is_an_abi_change() -> None:
    before = ours([package("a")], {"a/x.so": EXTENSION.read_bytes()})
    after = ours([package("a")], {"a/x.so": "text"})
    (change,) = compared(before, after).abi
    assert change.before.startswith("x86_64, GLIBC_")
    assert change.after == "is not an ELF file"


def test_anybodys_layer_can_be_compared() -> None:
    theirs = {
        "python/a/x.py": "1",
        "python/a-1.dist-info/METADATA": "Name: a\nVersion: 1\nClassifier: License :: OSI Approved :: MIT License\n",
        "python/a-1.dist-info/WHEEL": "Tag: py2-none-any\nTag: py3-none-any\n",
        "python/a-1.dist-info/RECORD": "a/x.py,,\n",
    }
    found = compared(zipped(theirs), ours([package("a", "2")], {"a/x.py": "1"}))
    assert not found.before.ours
    assert found.packages[0].reasons == ("version", "license", "tags", "files")
    assert found.abi[0].before == "py2-none-any py3-none-any"


def test_its_json_has_stable_keys_and_survives_json() -> None:
    before, after = ours([package("a")], {"a/x.py": "1"}), ours([package("b")], {"b/x.py": "1"})
    old, new = (
        OpenedLayer(name=f"l:{at}", content=each, contents=contents.read(each, "l"), published=None)
        for at, each in enumerate((before, after))
    )
    found = output("diff", as_json(diff.output(old, new, compared(before, after))))
    assert found["names"] == {"before": "l:0", "after": "l:1"}
    assert list(found) == ["names", "same", "before", "after", "packages", "files", "abi", "licenses"]
    assert list(found["packages"][0]) == ["name", "kind", "reasons", "before", "after"]
    assert found["packages"][0]["after"] is None
    assert found["packages"][1]["after"]["size"] == 1
    assert list(found["before"]) == [
        "sha256",
        "zipped",
        "size",
        "files",
        "packages",
        "runtime",
        "architecture",
        "bytecode",
        "ours",
    ]
