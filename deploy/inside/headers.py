"""METADATA and WHEEL as headers: UTF-8, whatever else is in them.

https://packaging.python.org/en/latest/specifications/core-metadata/. The parser of bytes makes question marks of all
that is not ASCII, and no text of such a header.
"""

from __future__ import annotations

from email.parser import HeaderParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message


def parse(content: bytes) -> Message:
    """Return the headers, each of them text.

    >>> parse("Name: Grüße".encode())["Name"]
    'Grüße'
    """
    return HeaderParser().parsestr(content.decode("utf-8", errors="replace"))
