"""Sources without their documentation: documentation strings and comments go, every line keeps its number.

A cold start downloads and compiles the code zip; half of well-documented sources is for readers, who have the
repository. Tracebacks are as before.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# https://docs.python.org/3.11/reference/lexical_analysis.html#encoding-declarations
_ENCODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def read(name: str, source: bytes) -> bytes | tuple[int, str]:
    """Return a module without its documentation; or the line and the reason why this Python cannot compile it."""
    try:
        compile(source, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 0, error.msg
    except ValueError as error:  # a null byte, before Python 3.11.4
        return 0, str(error)
    try:
        return undocumented(source)
    except (SyntaxError, UnicodeDecodeError):  # in comments Python passes over what is of no encoding
        return source


def undocumented(source: bytes) -> bytes:
    """Return a module that does the same and says nothing to readers; it must be one that Python can compile."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    text = io.TextIOWrapper(io.BytesIO(source), encoding, newline=None).read()
    lines = text.splitlines(keepends=True)
    for first, last in _documentation(ast.parse(text), lines):
        lines[first:last] = ["\n"] * (last - first)
    for line, column in _comments("".join(lines)):
        lines[line] = lines[line][:column].rstrip() + "\n"
    return "".join(lines).encode(encoding)


def _documentation(tree: ast.Module, lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the lines of each documentation string that has them for itself and is not all that there is."""
    for node in ast.walk(tree):
        if not isinstance(node, _DOCUMENTED) or ast.get_docstring(node, clean=False) is None:
            continue
        string = node.body[0]
        first, last = string.lineno - 1, string.end_lineno or string.lineno
        before = lines[first].encode()[: string.col_offset]
        after = lines[last - 1].encode()[string.end_col_offset or 0 :].strip()
        if not before.strip() and not after and (len(node.body) > 1 or isinstance(node, ast.Module)):
            yield first, last


def _comments(text: str) -> Iterator[tuple[int, int]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and not (token.start[0] <= 2 and _ENCODING.match(token.line)):
            yield token.start[0] - 1, token.start[1]
