"""What this function really runs: digests of its code and its layers, from the disk.

The pipeline compares them before a new version gets traffic. Layers are looked for on sys.path, not at /opt, so
that the answer is about what an import would load.
"""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Event = TypeVar("Event")
Context = TypeVar("Context")
Answer = TypeVar("Answer")
# Only a direct invocation can be equal to it: what comes through a URL or a queue has keys of its own.
QUESTION = {"channelwright": "health"}


def answering(
    handler: Callable[[Event, Context], Answer], code: Path
) -> Callable[[Event, Context], Answer | dict[str, str]]:
    """Wrap a handler so that it answers the health question too; `code` is the folder of the entry module."""

    def answer(event: Event, context: Context) -> Answer | dict[str, str]:
        if event == QUESTION:
            return {"code": tree_digest([code]), "layers": tree_digest(layer_roots(sys.path))}
        return handler(event, context)

    return answer


def layer_roots(search_path: Iterable[str]) -> list[Path]:
    """Return the folders that layers were unpacked into: a manifest lies beside their `python`."""
    roots = [folder.parent for folder in map(Path, search_path) if folder.name == "python"]
    return [root for root in dict.fromkeys(roots) if any(root.glob("channelwright/*.json"))]


def tree_digest(roots: Iterable[Path]) -> str:
    """Return the sha256 over a line `<sha256 of the content>  <path>` per file, sorted by path.

    Of files with the same path below several roots, the first one counts.
    """
    files: dict[str, str] = {}
    for root in roots:
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)  # noqa: PTH118 - 600 Path objects are slow at small memory
                files.setdefault(os.path.relpath(path, root), path)
    tree = sha256()
    for name in sorted(files):
        tree.update(f"{sha256(Path(files[name]).read_bytes()).hexdigest()}  {name}\n".encode())
    return tree.hexdigest()
