"""The page: ReportData to one HTML document that loads nothing."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from string import Template
from typing import TYPE_CHECKING

from .. import __version__
from ..console import size
from ..layer.audit.limits import UNZIPPED
from . import compared, needs, sections, space
from .markup import Html, element, joined
from .tables import bar, growth, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .data import ReportData


def render(data: ReportData) -> str:
    """Write the page. The same data gives the same text."""
    style, scripts = _file("page.css"), [_file(name) for name in ("squarify.js", "treemap.js", "tables.js")]
    parts = dict(_parts(data))
    return Template(_file("page.html")).substitute(
        policy=_policy(style, scripts),
        title=joined(f"{data.name}:{data.version}" if data.version else data.name),
        style=style,
        lead=_lead(data),
        warning=_warning(data),
        figures=element("dl", *_figures(data), class_="figures"),
        contents=element(
            "ul", *(element("li", element("a", name, href=f"#{key}")) for key, (name, _) in parts.items())
        ),
        sections=joined(*(_section(key, name, body) for key, (name, body) in parts.items())),
        compared="" if data.comparison else "hidden",
        kinds=space.kinds(data),
        largest=space.largest(data),
        listing=space.listing(data.root),
        data=space.map_data(data),
        scripts=Html("\n".join(f"<script>{script}</script>" for script in scripts)),
        version=__version__,
    )


def _parts(data: ReportData) -> Iterator[tuple[str, tuple[str, Html]]]:
    """Yield the sections below the map, by the key that links name them by."""
    if data.comparison:
        yield "comparison", ("What changed", compared.comparison(data))
    yield "packages", ("Packages", sections.packages(data))
    yield "trimming", ("What trimming saved", sections.trimming(data))
    yield "native", ("Native libraries", needs.native(data))
    yield "imports", ("Import times", sections.imports(data))
    yield "origin", ("Where it comes from", sections.provenance(data))


def _section(key: str, name: str, body: Html) -> Html:
    return element("section", element("h2", name, id=f"{key}-title"), body, id=key, aria_labelledby=f"{key}-title")


def _lead(data: ReportData) -> Html:
    who = "built by this pipeline" if data.contents.is_ours else "not one of ours"
    said = [data.runtime, data.architecture, who] if data.contents.is_ours else [who]
    return joined(element("code", data.origin), " · ", " · ".join(said))


def _warning(data: ReportData) -> Html:
    why = data.contents.not_a_layer
    return (
        element("p", f"This is no layer: {why}. The page says what is in the zip all the same.", class_="bad")
        if why
        else Html()
    )


def _figures(data: ReportData) -> Iterator[Html]:
    contents = data.contents
    yield _figure("Zip", size(contents.zipped), f"{contents.zipped:,} bytes", _since(data, "zipped"))
    share = percent(contents.size, UNZIPPED)
    yield _figure(
        "Unzipped",
        size(contents.size),
        joined(bar(contents.size, UNZIPPED), f"{share} of Lambda's limit"),
        _since(data, "size"),
    )
    yield _figure("Packages", f"{len(contents.packages):,}", f"in {len(contents.files):,} files")
    yield _left_out(data)
    yield _native(data)
    yield _slowest(data)


def _left_out(data: ReportData) -> Html:
    if data.trimming is None:
        return _figure("Left out by trimming", "not known", "no manifest says it")
    saved = data.trimming.bytes
    return _figure(
        "Left out by trimming",
        size(saved),
        joined(
            bar(saved, saved + data.contents.size, kind="saved"),
            f"{percent(saved, saved + data.contents.size)} of it all",
        ),
    )


def _native(data: ReportData) -> Html:
    count = len(data.libraries)
    unfit = sum(not each.fits for each in data.libraries)
    if not count:
        return _figure("Native libraries", "none", "pure Python and data")
    if data.base is None:
        return _figure("Native libraries", str(count), f"not judged: {data.runtime} is not known here")
    good = element("span", f"✓ all fit {data.base.name}", class_="good")
    bad = element("span", f"✗ {unfit} {'does' if unfit == 1 else 'do'} not fit {data.base.name}", class_="bad")
    return _figure("Native libraries", str(count), bad if unfit else good)


def _slowest(data: ReportData) -> Html:
    if data.imports is None or not data.imports.modules:
        return _figure("Imports", "not known", "no manifest in dist/ says it")
    total = sum(each.milliseconds for each in data.imports.modules)
    slowest = max(data.imports.modules, key=lambda each: each.milliseconds)
    return _figure("Imports", f"{total:.0f} ms", f"{slowest.module} {slowest.milliseconds:.0f} ms")


def _since(data: ReportData, key: str) -> Html:
    """Tell how much a size has grown since what the layer is compared with; nothing where it is with none."""
    if data.comparison is None:
        return Html()
    difference = data.comparison.difference
    before, after = (getattr(side, key) for side in (difference.before, difference.after))
    named = data.comparison.before
    since = f"version {named.rpartition(':')[2]}" if named.startswith("arn:") else named
    return joined(growth(after - before), f" since {since}")


def _figure(name: str, value: str, *more: str) -> Html:
    lines = (element("small", each) for each in more if each)
    return element("div", element("dt", name), element("dd", element("b", value), *lines))


def _policy(style: str, scripts: list[str]) -> str:
    """Allow what this page brings, by hash, and nothing else: https://www.w3.org/TR/CSP3/."""
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {allowed}; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _file(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")
