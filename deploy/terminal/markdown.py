"""What other people wrote, as GitHub's Markdown shows it: to be read, and no link, mention, image or table of theirs.

https://github.github.com/gfm/#backslash-escapes
"""

from __future__ import annotations

import re

from .characters import plain

_SIGNS = re.compile(r"([\\`*_{}\[\]()<>|@#~&!])")


def literally(said: str) -> str:
    r"""Return text of one line that Markdown takes as it is; behind an @ stands a space without width.

    >>> literally("a|b\n![x](y) @all")
    'a\\|b \\!\\[x\\]\\(y\\) @\u200ball'
    """
    return _SIGNS.sub(r"\\\1", plain(" ".join(said.split()))).replace("\\@", "@\u200b")
