"""What the bot says, as its code has it: the first argument of everything that says something."""

from __future__ import annotations

import ast
import string
from pathlib import Path
from typing import TYPE_CHECKING

from channelwright.permission_bits import NEEDED

if TYPE_CHECKING:
    from collections.abc import Iterator

SRC = Path(__file__).parents[2] / "src/channelwright"
ENDPOINT = SRC / "endpoint"
SAYING = {"say": 0, "DeclinedError": 0, "_say": 1, "_replace": 1}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(SRC.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def sayings() -> Iterator[tuple[Path, ast.Call, ast.expr]]:
    """Yield every call that says something, with the text that it says."""
    for path, tree in trees():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in SAYING:
                at = SAYING[call.func.id]
                yield path, call, call.args[at]


def texts() -> set[str]:
    """Return every text that is in the code, and the names of the permissions, which are said by their bit."""
    return {str(text.value) for _, _, text in sayings() if isinstance(text, ast.Constant)} | set(NEEDED.values())


def about(text: str) -> set[str]:
    """Return what a text is about: the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
