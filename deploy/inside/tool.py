"""Brings libdeflate in from its wheel: the one thing here that is not in the standard library.

It is pinned by hash in tools.txt and comes with the wheels; nothing of it reaches the layer.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import sys
import tempfile
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

from .refusal import Refused, fault

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

# Of libdeflate's 12 levels, 10 to 12 look for the best parse: 10 takes three times as long as 9 for 2.3 % less. 8 takes
# three quarters of 9's time, which was a quarter of all that assembling takes, for 0.1 % more; 7 half of it, for 0.5 %
# more, which is more than the layer of this repository is to have.
LEVEL = 8


Deflate = Callable[[bytes], bytes]
"""Gives a raw deflate stream."""


def load(offered: Mapping[str, bytes], hashes: Collection[str]) -> Deflate:
    """Import the tool from the one offered wheel of it whose sha256 is among `hashes`; Refused where there is none."""
    named = (each for name, each in offered.items() if name.startswith("deflate-"))
    wheels = [each for each in named if hashlib.sha256(each).hexdigest() in hashes]
    if len(wheels) != 1:
        raise Refused([fault("tools.txt", f"one wheel of deflate is needed here, and there are {len(wheels)}")])
    with tempfile.TemporaryDirectory(prefix="channelwright-tool-") as folder:
        with zipfile.ZipFile(io.BytesIO(wheels[0])) as archive:
            archive.extractall(folder)
        sys.path.insert(0, folder)
        try:
            module = importlib.import_module("deflate")
        finally:
            sys.path.remove(folder)
    return lambda content: bytes(module.deflate_compress(content, LEVEL))
