"""Lambda's Python runtimes, a row each: a new one is a row here, and its name in deploy/pipeline.schema.json.

Which runtime stands on which Linux, and until when it is supported:
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html. `magic` is what a final release of its Python writes
at the head of bytecode, from its list of magic numbers:
https://github.com/python/cpython/blob/main/Include/internal/pycore_magic_number.h.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from .base_images import AMAZON_LINUX_2, AMAZON_LINUX_2023, Base


@dataclass(frozen=True)
class LambdaRuntime:
    """A runtime by its Python, such as 3.11, the Linux under it, and the day from which it gets no security patches.

    `is_built` tells that layers are built for it; of the others their names and their bytecode are known.
    """

    python: str
    linux: Base
    magic: int
    deprecated: date
    is_built: bool = True

    @property
    def name(self) -> str:
        return f"python{self.python}"

    @property
    def base(self) -> Base:
        """What is under its layers: the Linux, and the library that its Python is."""
        return replace(self.linux, libraries=self.linux.libraries | {f"lib{self.name}.so.1.0"})

    @property
    def tag(self) -> str:
        """Its name in wheel tags, such as cp311."""
        return f"cp{self.python.replace('.', '')}"

    @property
    def cache_tag(self) -> str:
        """Its name in those of files below __pycache__, such as cpython-311."""
        return f"cpython-{self.python.replace('.', '')}"

    @property
    def header(self) -> bytes:
        """The first four bytes of its bytecode."""
        return self.magic.to_bytes(2, "little") + b"\r\n"


_ROWS = (
    LambdaRuntime("3.8", AMAZON_LINUX_2, 3413, date(2024, 10, 14), is_built=False),
    LambdaRuntime("3.9", AMAZON_LINUX_2, 3425, date(2025, 12, 15), is_built=False),
    LambdaRuntime("3.10", AMAZON_LINUX_2, 3439, date(2026, 10, 31), is_built=False),
    LambdaRuntime("3.11", AMAZON_LINUX_2, 3495, date(2027, 6, 30)),
    LambdaRuntime("3.12", AMAZON_LINUX_2023, 3531, date(2028, 10, 31)),
    LambdaRuntime("3.13", AMAZON_LINUX_2023, 3571, date(2029, 6, 30)),
    LambdaRuntime("3.14", AMAZON_LINUX_2023, 3627, date(2029, 6, 30)),
)
RUNTIMES = {row.name: row for row in _ROWS}
BUILT = {name: row for name, row in RUNTIMES.items() if row.is_built}
BASES = {name: row.base for name, row in BUILT.items()}
PYTHONS = {row.magic: row.python for row in _ROWS}
SNAP_START = tuple(row.name for row in _ROWS if row.linux is AMAZON_LINUX_2023)
"""The runtimes whose functions can start from a snapshot: https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html."""
