"""How `nox -s docs` renders the project's Markdown: https://www.sphinx-doc.org/en/master/usage/configuration.html.

The sources are plain Markdown that reads the same on GitHub. They are taken from the whole repository, so that a link
from README.md to docs/, or back, is checked like any other. What lies where in the navigation is what docs/index.md
links to, section by section.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "Channelwright"
copyright = "the contributors of Channelwright"  # noqa: A001 - Sphinx's own name
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md"]
# What is walked through for nothing otherwise.
exclude_patterns = [".git", ".nox", ".venv", "build", "cache", "deploy", "dist", "site", "src", "tests", "tools"]

extensions = ["myst_parser"]
# Anchors for headings of every depth, named as on GitHub, so that a link to one can be checked.
myst_heading_anchors = 6
myst_links_external_new_tab = False
nitpicky = True
suppress_warnings: list[str] = []

html_theme = "furo"
html_title = "Channelwright"
html_extra_path = ["_root"]
html_copy_source = False
html_show_sphinx = False

_SECTION = re.compile(r"^## (.+)$|^- \[[^]]*\]\(([^)#]+)\.md\)", re.MULTILINE)


def _contents(app: Sphinx, name: str, source: list[str]) -> None:
    """Give the index a table of contents: a caption for each of its sections, an entry for each page it lists."""
    if name != app.config.root_doc:
        return
    caption, pages = "", dict[str, list[str]]()
    for heading, page in _SECTION.findall(source[0]):
        caption = heading or caption
        if page:
            pages.setdefault(caption, []).append(page)
    for title, entries in pages.items():
        listed = "\n".join(entries)
        source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{listed}\n```\n"


def setup(app: Sphinx) -> None:
    app.connect("source-read", _contents)
