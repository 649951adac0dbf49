"""Text from outside, without what would steer a terminal or a CI runner: package names, descriptions, logs, errors.

What is neither printable nor a line's end is shown as Python writes it, so that nothing of it is hidden: escape
sequences (https://www.ecma-international.org/publications-and-standards/standards/ecma-48/), and marks that turn the
direction of what follows (https://www.unicode.org/reports/tr9/).

What a runner would take for a command of its own gets a backslash, and stays readable: GitHub's takes `::name::` behind
white space at a line's begin, and `##[name]` wherever it stands, as Azure's takes `##vso[…]`
(https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs).
"""

from __future__ import annotations

import re
import unicodedata

_KEPT = "\n\t"
# Control, format (marks of direction among them), line and paragraph separators, what stands for a byte that was none.
_STEERING = {"Cc", "Cf", "Zl", "Zp", "Cs"}
_LINE_COMMAND = re.compile(r"^(?=[^\S\n]*::)([^\S\n]*)", re.MULTILINE)
_COMMAND = re.compile(r"#(?=#\w*\[)")


def plain(text: str) -> str:
    r"""Return a text as it may be shown, with its lines; what would steer a terminal is written out.

    >>> plain("a\x1b[31mred\r\nb\u202e")
    'a\\x1b[31mred\nb\\u202e'
    >>> print(plain(" ::set-env name=PATH::/evil and ##[error]all is lost"))
     \::set-env name=PATH::/evil and #\#[error]all is lost
    """
    if not (text.isascii() and text.replace("\n", "").replace("\t", "").isprintable()):
        text = "".join(map(_shown, text.replace("\r\n", "\n")))
    return _COMMAND.sub(r"#\\", _LINE_COMMAND.sub(r"\1\\", text))


def quoted(text: str) -> str:
    r"""Return the lines of others as such, so that none of them passes for a line of the pipeline's own.

    >>> quoted("done\nvictim: is broken")
    '    | done\n    | victim: is broken'
    """
    return "\n".join(f"    | {line}" for line in text.rstrip().splitlines())


def plain_json(text: str) -> str:
    r"""Return JSON that says the same, and is no command to a runner.

    >>> plain_json('{"log": "##[error]"}')
    '{"log": "\\u0023#[error]"}'
    """
    return _COMMAND.sub(r"\\u0023", text)


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
