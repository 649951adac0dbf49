from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from deploy.code import tree_digest

PROJECT = Path(__file__).parents[3]


def test_it_is_what_sha256sum_says_of_the_sorted_files(tmp_path: Path) -> None:
    files = {"b": b"2", "a/c": b"1", "a.py": b"", "é": b"\xff"}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    lines = subprocess.run(["sha256sum", *sorted(files)], cwd=tmp_path, capture_output=True, check=True).stdout
    assert tree_digest.of_files(files) == hashlib.sha256(lines).hexdigest()


def test_the_order_in_which_files_are_given_does_not_matter() -> None:
    assert tree_digest.of_files({"a": b"", "b": b"1"}) == tree_digest.of_files({"b": b"1", "a": b""})


def test_the_function_computes_the_same_of_a_real_tree() -> None:
    """Sources here are a tree with folders, names that sort across a slash, and binary and empty files."""
    tree = PROJECT / "deploy"
    files = {path.relative_to(tree).as_posix(): path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    script = f"""
from pathlib import Path
from channelwright.health import tree_digest
print(tree_digest([Path({str(tree)!r})]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT / "src", capture_output=True, text=True, check=True
    )
    assert tree_digest.of_files(files) == done.stdout.strip()
