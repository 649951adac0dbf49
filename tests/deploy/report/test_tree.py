from __future__ import annotations

from deploy.published.contents import HeldFile
from deploy.report.tree import DEEPEST, File, Folder, grow, kind


def grown(sizes: dict[str, int], native: frozenset[str] = frozenset()) -> Folder:
    held = [HeldFile(path=path, size=size, zipped=size // 2, sha256="", owner="o") for path, size in sizes.items()]
    return grow(held, native, {"a/new.py": "added"})


def drawn(node: Folder | File) -> object:
    return {node.name: [drawn(child) for child in node.children]} if isinstance(node, Folder) else node.name


def test_folders_and_files_come_the_largest_first_and_folders_have_the_sum() -> None:
    root = grown({"python/a/x.py": 10, "python/a/y.py": 30, "python/b.py": 35, "bin/c": 5})
    assert drawn(root) == {"/opt": [{"python": [{"a": ["y.py", "x.py"]}, "b.py"]}, {"bin": ["c"]}]}
    assert (root.size, root.zipped, root.children[0].size) == (80, 39, 75)


def test_folders_that_hold_one_folder_alone_are_one() -> None:
    assert drawn(
        grown({"python/lib/python3.11/site-packages/six.py": 1, "python/lib/python3.11/site-packages/a": 1})
    ) == {"/opt": [{"python/lib/python3.11/site-packages": ["a", "six.py"]}]}


def test_the_order_of_the_zip_does_not_matter() -> None:
    sizes = {"a/x": 1, "a/y": 1, "b": 2, "c/d/e": 1}
    assert grown(sizes) == grown(dict(reversed(sizes.items())))


def test_odd_paths_lose_nothing() -> None:
    root = grown({"a": 1, "a/b": 2, "/abs": 3, "../up": 4, "//": 5, "/".join("d" * 5000): 6})
    assert root.size == 21
    assert max(_depths(root)) <= DEEPEST + 1


def test_a_file_tells_its_kind_package_and_change() -> None:
    root = grown({"a/new.py": 2, "a/lib.so": 1}, frozenset({"a/lib.so"}))
    (folder,) = root.children
    assert isinstance(folder, Folder)
    assert [(each.kind, each.package, each.change) for each in folder.children if isinstance(each, File)] == [
        ("source", "o", "added"),
        ("native", "o", ""),
    ]


def test_kinds() -> None:
    assert [kind(path) for path in ("a.py", "a.pyi", "a/__pycache__/a.pyc", "channelwright/l.json", "a/b.json")] == [
        "source",
        "source",
        "bytecode",
        "metadata",
        "data",
    ]
    assert kind("python/a-1.dist-info/licenses/LICENSE.py") == "metadata"


def _depths(node: Folder | File, depth: int = 0) -> list[int]:
    if isinstance(node, File):
        return [depth]
    return [below for child in node.children for below in _depths(child, depth + 1)]
