"""Markdown from plain text: escaped outside of code, in lines of at most 120 characters."""

from __future__ import annotations

import itertools
import re
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH = 120
_CODE = re.compile(r"(`[^`]*`)")
_SPECIAL = re.compile(r"([\\*<>\[\]|]|\b_|_\b)")


def made(source: str) -> str:
    """Return the remark at the top of a page that is made from `source`."""
    return f"<!-- Made from {source}\n     by `python -m tools.reference`: change that, not this page. -->\n"


def escaped(text: str) -> str:
    r"""Escape what Markdown would take for its own, but for what is code already.

    >>> print(escaped("LAYER_1 is <this>; `<that>` stays"))
    LAYER_1 is \<this\>; `<that>` stays
    """
    parts = _CODE.split(text)
    return "".join(part if part.startswith("`") else _SPECIAL.sub(r"\\\1", part) for part in parts)


def filled(text: str, first: str = "") -> str:
    """Wrap text, with `first` before the first line and as much space before the others."""
    return textwrap.fill(
        " ".join(text.split()),
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def fenced(text: str, language: str = "text") -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def prose(docstring: str) -> Iterator[str]:
    """Yield the paragraphs of a docstring: lines that are indented as code, the others as text."""
    for paragraph in re.split(r"\n\s*\n", docstring.strip("\n")):
        for is_code, lines in itertools.groupby(paragraph.splitlines(), lambda line: line.startswith("  ")):
            text = "\n".join(lines)
            yield fenced(textwrap.dedent(text)) if is_code else filled(escaped(text))
