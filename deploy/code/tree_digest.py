"""One digest for a tree of files, the same as the deployed functions compute of what they really run.

src/channelwright/health.py holds the other half; the two share nothing but this algorithm.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def of_files(files: Mapping[str, bytes]) -> str:
    """Digest files by path: the sha256 over a line `<sha256 of the content>  <path>` each, sorted by path.

    Paths are relative to the tree's root, with /.

    >>> of_files({})[:16]
    'e3b0c44298fc1c14'
    """
    lines = (f"{sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items()))
    return sha256("".join(lines).encode()).hexdigest()
