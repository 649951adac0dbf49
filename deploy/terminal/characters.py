"""Text from outside, without what would steer a terminal: package names, descriptions, logs, errors.

What is neither printable nor a line's end is shown as Python writes it, so that nothing of it is hidden: escape
sequences (https://www.ecma-international.org/publications-and-standards/standards/ecma-48/), and marks that turn the
direction of what follows (https://www.unicode.org/reports/tr9/).
"""

from __future__ import annotations

import unicodedata

_KEPT = "\n\t"
# Control, format (marks of direction among them), line and paragraph separators, what stands for a byte that was none.
_STEERING = {"Cc", "Cf", "Zl", "Zp", "Cs"}


def plain(text: str) -> str:
    r"""Return a text as it may be shown, with its lines; what would steer a terminal is written out.

    >>> plain("a\x1b[31mred\r\nb\u202e")
    'a\\x1b[31mred\nb\\u202e'
    """
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(map(_shown, text.replace("\r\n", "\n")))


def in_one_line(text: str) -> str:
    r"""Return the same for a table's cell, which has no lines of its own.

    >>> in_one_line("a\nb")
    'a\\nb'
    """
    return plain(text).replace("\n", "\\n").replace("\t", " ")


def _shown(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _STEERING:
        return character
    return character.encode("unicode_escape").decode("ascii") if not _is_lone(character) else repr(character)[1:-1]


def _is_lone(character: str) -> bool:
    """Whether it stands for a byte of no encoding, as names of files may have."""
    return unicodedata.category(character) == "Cs"
