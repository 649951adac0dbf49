"""The files of the page to look at it all, as they are in the folder `page`: no build step, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tools.fake_discord.server.call import Answer

if TYPE_CHECKING:
    from tools.fake_discord.server.call import Request

FOLDER = Path(__file__).parent
PREFIX = "/page/"
_SHORT = {"/": "/page/index.html", "/favicon.ico": "/page/icon.svg"}
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Own files alone, no inline script or style, and no text that becomes markup (require-trusted-types-for).
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def serves(path: str) -> bool:
    return path in _SHORT or path.startswith(PREFIX)


def page(request: Request) -> Answer:
    """Return a file. They are read each time, so that a change shows when the page is loaded again."""
    if request.method != "GET":
        return Answer(405, b"only GET", {"Allow": "GET", "Content-Type": "text/plain"})
    # Looked up among what there is, not put together from what is asked: there is no way out of the folder.
    files = {PREFIX + each.name: each for each in FOLDER.iterdir() if each.suffix in _TYPES}
    found = files.get(_SHORT.get(request.path, request.path))
    if found is None:
        return Answer(404, b"there is no such file", {"Content-Type": "text/plain"})
    return Answer(200, found.read_bytes(), {"Content-Type": _TYPES[found.suffix], **HEADERS})
