"""The pages that people wrote or that are made, taken apart as GitHub would."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from myst_parser.slugs import github_slugify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Page:
    path: Path

    def __str__(self) -> str:
        return str(self.path.relative_to(PROJECT))

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tokens(self) -> list[Token]:
        return MarkdownIt("commonmark").enable("table").parse(self.text)

    @cached_property
    def anchors(self) -> frozenset[str]:
        """The names that GitHub gives the headings; one that comes again gets a number."""
        found: list[str] = []
        for before, token in zip(self.tokens, self.tokens[1:], strict=False):
            if before.type == "heading_open":
                words = (each.content for each in token.children or ())
                slug = github_slugify("".join(words))
                found.append(f"{slug}-{count}" if (count := found.count(slug)) else slug)
        return frozenset(found)

    def links(self) -> Iterator[str]:
        """Yield where links and pictures lead."""
        for token in self._inline():
            if token.type in {"link_open", "image"}:
                yield str(token.attrs["href" if token.type == "link_open" else "src"])

    def code(self) -> Iterator[str]:
        """Yield what is written as code within a line."""
        return (token.content for token in self._inline() if token.type == "code_inline")

    def blocks(self, *languages: str) -> Iterator[str]:
        return (token.content for token in self.tokens if token.type == "fence" and token.info in languages)

    def _inline(self) -> Iterator[Token]:
        for token in self.tokens:
            yield from token.children or ()


PAGES = [Page(path) for path in sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])]
