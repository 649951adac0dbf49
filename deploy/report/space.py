"""What takes the space: the map and its data, and the same as tables for whoever cannot use a map."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .markup import Html, element, joined, printable
from .tables import Column, amount, bytes_, percent, table
from .tree import KINDS, File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .data import ReportData
    from .tree import Folder

_LARGEST = 10


def map_data(data: ReportData) -> Html:
    """Write the folders and files as JSON that cannot end the script element it stands in."""
    document = {"kinds": KINDS, "root": _node(data.root)}
    text = json.dumps(document, separators=(",", ":"))
    return Html(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def kinds(data: ReportData) -> Html:
    """Tell what the files are for; it is the map's legend too."""
    files = list(_files(data.root))
    whole = data.contents.size
    rows = []
    for key, name in KINDS.items():
        own = [file for file in files if file.kind == key]
        count, size, zipped = len(own), sum(file.size for file in own), sum(file.zipped for file in own)
        label = joined(element("span", class_=f"swatch {key}", aria_hidden="true"), name)
        rows.append([label, amount(count, f"{count:,}"), bytes_(size), bytes_(zipped), percent(size, whole)])
    columns = [
        Column("what for"),
        Column("files", numeric=True),
        Column("unzipped", numeric=True),
        Column("zipped", numeric=True),
        Column("share", numeric=True),
    ]
    return table("What the files are for", columns, rows)


def largest(data: ReportData) -> Html:
    files = sorted(_files(data.root), key=lambda file: (-file.size, file.path))[:_LARGEST]
    rows = [[element("code", file.path), bytes_(file.size), bytes_(file.zipped)] for file in files]
    columns = [
        Column("file"),
        Column("unzipped", numeric=True, order="descending"),
        Column("zipped", numeric=True),
    ]
    return table("The largest files", columns, rows)


def listing(folder: Folder) -> Html:
    """Write every file below a folder as lists in lists, each folder closed."""
    return element("ul", *(_listed(child) for child in folder.children), class_="listing")


def _listed(node: Folder | File) -> Html:
    sizes = element("span", bytes_(node.size), " ", bytes_(node.zipped), class_="sizes")
    name = element("code", node.name)
    if isinstance(node, File):
        return element("li", name, sizes)
    return element("li", element("details", element("summary", name, sizes), listing(node)))


def _node(node: Folder | File) -> dict[str, object]:
    name = printable(node.name)
    if isinstance(node, File):
        more = {"package": printable(node.package), "change": node.change}
        return {"name": name, "size": node.size, "zipped": node.zipped, "kind": node.kind} | {
            key: value for key, value in more.items() if value
        }
    return {"name": name, "children": [_node(child) for child in node.children]}


def _files(folder: Folder) -> Iterator[File]:
    for child in folder.children:
        if isinstance(child, File):
            yield child
        else:
            yield from _files(child)
