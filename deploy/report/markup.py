"""HTML elements whose text cannot become markup.

What is Html is taken as it is, every other string is escaped: a file called <script> is shown and not run.
"""

from __future__ import annotations

import html

Attribute = str | float | bool | None


class Html(str):
    """Text that is markup already. Only this module and the page's own templates make it."""

    __slots__ = ()


def element(tag: str, *content: str, **attributes: Attribute) -> Html:
    """Write an element. In an attribute's name _ is written as -, a last one not at all; False and None leave it out.

    >>> print(element("td", "<script>", class_="name", data_kind="x"))
    <td class="name" data-kind="x">&lt;script&gt;</td>
    """
    written = "".join(_attribute(name, value) for name, value in attributes.items())
    return Html(f"<{tag}{written}>{joined(*content)}</{tag}>")


def joined(*content: str) -> Html:
    return Html("".join(each if isinstance(each, Html) else html.escape(printable(each)) for each in content))


def printable(value: str) -> str:
    r"""Show by its code point what would be invisible, or would turn the direction of what follows.

    >>> print(printable("exe\u202egnp.py"))
    exe⟨U+202E⟩gnp.py
    """
    if value.isprintable():
        return value
    return "".join(each if each.isprintable() else f"⟨U+{ord(each):04X}⟩" for each in value)


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    key = name.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{html.escape(printable(str(value)))}"'
