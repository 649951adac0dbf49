"""Texts in the language of those who read them. The code says them in English, which is also what they are known by.

    locales/<one of Discord's locales>.json    {"texts": {English: the same in this language, …}, "commands": {…}}

Only the file of the one who reads is opened, when there is something to say. Names in braces stand for what a text is
about. The commands in it are for Discord, which is told them beforehand.

https://docs.discord.com/developers/reference#locales
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOCALES = Path(__file__).with_name("locales")
ENGLISH: Mapping[str, str] = MappingProxyType({})
_texts: ContextVar[Mapping[str, str]] = ContextVar("texts", default=ENGLISH)


def say(text: str, /, **about: object) -> str:
    """Return a text in the language that is spoken now, with what it is about put in."""
    return _texts.get().get(text, text).format_map(about)


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak the language of a locale, which is one of letters and a hyphen; English where there is no other."""
    before = _texts.set(texts(locale))
    try:
        yield
    finally:
        _texts.reset(before)


@lru_cache(maxsize=4)
def texts(locale: str) -> Mapping[str, str]:
    """Return the texts of a locale by the English ones."""
    path = LOCALES / f"{locale}.json"
    if not path.is_file():
        return ENGLISH
    found: Mapping[str, str] = json.loads(path.read_text(encoding="utf-8"))["texts"]
    return found
