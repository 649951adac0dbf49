"""What a package of the Serverless Framework holds, as far as `code.exclude` can say it.

https://www.serverless.com/framework/docs/providers/aws/guide/packaging: patterns in their order, each of which brings
files in or, with a !, takes them out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BRACES = re.compile(r"\{([^{}]*)\}")
_EVERYTHING = frozenset({"**", "*", "**/*", "./**"})


def excluded(patterns: Sequence[str]) -> Iterator[str]:
    """Yield what is taken out, as fnmatch has it, whose * goes through folders.

    That everything is taken out is left out: it is how one begins who says what comes in.
    """
    for pattern in patterns:
        taken_out = pattern.removeprefix("!")
        if taken_out != pattern and taken_out not in _EVERYTHING:
            for each in _expanded(taken_out.removeprefix("./")):
                yield from dict.fromkeys([each.replace("/**/", "/").replace("**", "*"), each.replace("**", "*")])


def beyond(patterns: Sequence[str]) -> Iterator[str]:
    """Yield, for people, what comes in again or alone: here all comes in but for what `code.exclude` takes out."""
    brought = [each for each in patterns if not each.startswith("!")]
    if brought:
        alone = " alone" if any(each.removeprefix("!") in _EVERYTHING for each in patterns if each[:1] == "!") else ""
        yield f"brings in {', '.join(brought)}{alone}; `code.exclude` has what is taken out"


def _expanded(pattern: str) -> Iterator[str]:
    """Yield each of the alternatives in braces."""
    if (found := _BRACES.search(pattern)) is None:
        yield pattern
        return
    for each in found[1].split(","):
        yield from _expanded(pattern[: found.start()] + each + pattern[found.end() :])
