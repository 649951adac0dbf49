"""What there is to look at: each file's distribution, each top-level package, what belongs to no package."""

from __future__ import annotations

from deploy.layer.proof import tree
from tests.deploy.layer.synthetic import Made


def test_a_top_level_package_is_looked_at_for_each_distribution_that_has_a_part_of_it() -> None:
    owned = {"space/one/__init__.py": "one", "space/two.py": "two", "single.py": "two"}
    found = [(each.distribution, each.top, each.roots, each.modules) for each in tree.subjects(owned)]
    assert found == [
        ("one", "space", ("space.one",), ("space.one",)),
        ("two", "single", ("single",), ("single",)),
        ("two", "space", ("space.two",), ("space.two",)),
    ]


def test_programs_and_what_has_no_importable_name_are_left_alone() -> None:
    owned = dict.fromkeys(["tiny/__init__.py", "tiny/__main__.py", "tiny/a-b.py", "tiny/c/d.py", "bin/tiny.py"], "tiny")
    (subject,) = tree.subjects(owned)
    assert subject.modules == ("tiny", "tiny.c.d")


def test_the_other_folder_that_imports_look_in_is_no_part_of_a_name() -> None:
    (one, two) = tree.subjects(dict.fromkeys(["one.py", "lib/python3.11/site-packages/two/__init__.py"], "tiny"))
    assert (one.modules, two.modules) == (("one",), ("two",))


def test_libraries_outside_of_any_package_are_looked_at_with_the_package_that_may_need_them() -> None:
    owned = dict.fromkeys(["tiny/__init__.py", "tiny/_x.abi3.so", "tiny.libs/libz-1a2b.so.1.2"], "tiny")
    (subject,) = tree.subjects(owned)
    assert subject.shared == ("tiny/_x.abi3.so", "tiny.libs/libz-1a2b.so.1.2")


def test_an_extension_module_beside_the_package_is_looked_at_by_itself() -> None:
    owned = dict.fromkeys(["cffi/__init__.py", "_cffi_backend.cpython-311-x86_64-linux-gnu.so"], "cffi")
    found = [(each.top, each.shared) for each in tree.subjects(owned)]
    assert found == [("_cffi_backend", ("_cffi_backend.cpython-311-x86_64-linux-gnu.so",)), ("cffi", ())]


def test_a_distribution_of_libraries_alone_is_looked_at_too() -> None:
    (subject,) = tree.subjects({"nvidia/lib/libx.so.12": "nvidia-x"})
    assert (subject.top, subject.modules, subject.shared) == ("nvidia", (), ("nvidia/lib/libx.so.12",))


def test_data_belongs_to_the_innermost_package_around_it() -> None:
    owned = dict.fromkeys(["a/__init__.py", "a/x.json", "a/b/__init__.py", "a/b/c/y.txt", "a-1.dist-info/RECORD"], "a")
    (subject,) = tree.subjects(owned)
    assert [(each.package, each.names) for each in subject.data] == [("a", ("x.json",)), ("a.b", ("c/y.txt",))]


def test_bytecode_belongs_to_whom_its_source_belongs_and_anything_else_to_nobody() -> None:
    owned = tree.of_wheels({"tiny-1.0-py3-none-any.whl": Made(name="tiny", files={"tiny/a.py": ""}).wheel})
    paths = ["tiny/__pycache__/a.cpython-311.pyc", "tiny/a.pyc", "tiny/b.py"]
    assert tree.held(paths, owned) == {"tiny/__pycache__/a.cpython-311.pyc": "tiny", "tiny/a.pyc": "tiny"}


def test_a_layer_that_was_built_elsewhere_is_split_by_its_report() -> None:
    package = Made(
        name="one", files={"space/one/__init__.py": "", "space/one/x.so": ""}, modules=("space.one",)
    ).package
    paths = ["space/one/deep/a.py", "space/one/x.so", "space/other.py"]
    assert tree.of_report(paths, [package]) == {"space/one/deep/a.py": "one", "space/one/x.so": "one"}
