"""The console scripts of a distribution, as an installer writes them from its entry points.

https://packaging.python.org/en/latest/specifications/entry-points/#use-for-scripts
"""

from __future__ import annotations

import configparser
import re
from typing import TYPE_CHECKING

from .refusal import Refused, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

_GROUPS = ("console_scripts", "gui_scripts")
# As pip's own scripts go by it, through distlib.util.ENTRY_RE: what follows a function, such as a comment, is no part
# of it, and of a name with blanks the last word counts.
_REFERENCE = re.compile(r"(?P<module>\w+(\.\w+)*)\s*:\s*(?P<object>(?P<name>\w+)(\.\w+)*)(?![\w:.])")
_NAME = re.compile(r"(.*\s)?(?P<name>[^\[\s/\\][^\s/\\]*)")
_TEXT = """\
#!{interpreter}
import sys

from {module} import {name}

if __name__ == "__main__":
    sys.exit({object}())
"""


def console_scripts(where: str, entry_points: bytes, interpreter: str) -> Iterator[tuple[str, bytes]]:
    """Yield the file name and text of every script; raise Refused where an entry point names no function."""
    parser = configparser.ConfigParser(delimiters=("=",), strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # names keep their case
    try:
        parser.read_string(entry_points.decode())
    except (configparser.Error, UnicodeDecodeError) as error:
        raise Refused([fault(where, "its entry_points.txt cannot be read", cause=str(error))]) from error
    for group in _GROUPS:
        for name, reference in parser[group].items() if group in parser else ():
            match, called = _REFERENCE.match(reference.strip()), _NAME.fullmatch(name)
            if match is None or called is None or called["name"] in {".", ".."}:
                raise Refused([fault(where, f"its script {name} = {reference} names no function")])
            yield called["name"], _TEXT.format(interpreter=interpreter, **match.groupdict()).encode()
