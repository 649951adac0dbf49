"""The parts of a page about what is in a layer, each from what is known to HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .markup import Html, element, joined
from .tables import Column, amount, bar, bytes_, charted, percent, shortened, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .data import Imports, ReportData, Trimming

RULES = {
    "bytecode": "what wheels bring compiled, or what would stand in the way of what is compiled here",
    "exclude": "files that the project names, and why it does not need them",
    "tests": "test packages that distributions install",
    "stubs": "type stubs, Cython sources, C headers",
    "scripts": "console scripts, which are not on PATH in Lambda",
    "metadata": "what of dist-info nobody asks for at run time; licences stay",
    "ca-bundle": "botocore's own certificates, where certifi brings them",
    "zone-data": "dateutil's copy of the time zone database",
    "compiled-twins": "extension modules that have a Python twin which loads faster",
    "leftovers": "what installers leave for themselves",
    "boto3-resources": "the data of boto3.resource(), which clients do not need",
    "botocore-data": "API models of services that the project does not call",
    "botocore-endpoints": "endpoints of services that the project does not call",
    "botocore-documentation": "documentation and examples in API models",
    "debug-symbols": "symbols that no loader reads",
}
"""What each trim rule leaves out."""


def packages(data: ReportData) -> Html:
    if not data.contents.packages:
        return note("No distributions are described in this layer: it holds no .dist-info. Its files are above.")
    held = sorted(data.contents.packages, key=lambda each: (-each.size, each.name))
    rows = [
        [
            element("b", each.name),
            element("code", each.version, class_="whole"),
            shortened(each.license or "not declared"),
            element("code", " ".join(each.tags) or "not known"),
            amount(each.files, f"{each.files:,}"),
            bytes_(each.size),
            bytes_(each.zipped),
            charted(bar(each.size, held[0].size), percent(each.size, data.contents.size)),
        ]
        for each in held
    ]
    loose = sum(not file.owner for file in data.contents.files.values())
    total = [
        f"{len(held):,} packages; files of none: {loose:,}",
        "",
        "",
        "",
        f"{len(data.contents.files):,}",
        bytes_(data.contents.size),
        bytes_(sum(file.zipped for file in data.contents.files.values())),
        "",
    ]
    return table("Packages", _PACKAGES, rows, total)


_PACKAGES = (
    Column("package"),
    Column("version"),
    Column("licence"),
    Column("wheel for"),
    Column("files", numeric=True),
    Column("unzipped", numeric=True, order="descending"),
    Column("zipped", numeric=True),
    Column("share", numeric=True),
)


def trimming(data: ReportData) -> Html:
    if data.trimming is None:
        return note("Not known: this layer brings no manifest that says what was left out of it.")
    taken = [saving for saving in data.trimming.savings if saving.files]
    most = max((saving.bytes for saving in taken), default=0)
    rows = [
        [
            joined(element("code", saving.rule), element("small", RULES.get(saving.rule, ""))),
            amount(saving.files, f"{saving.files:,}"),
            bytes_(saving.bytes),
            charted(bar(saving.bytes, most, kind="saved"), percent(saving.bytes, data.trimming.bytes)),
        ]
        for saving in sorted(taken, key=lambda each: -each.bytes)
    ]
    columns = (
        Column("rule"),
        Column("files", numeric=True),
        Column("saved, unzipped", numeric=True, order="descending"),
        Column("share", numeric=True),
    )
    total = ["all rules", "", bytes_(data.trimming.bytes), ""]
    idle = [saving.rule for saving in data.trimming.savings if not saving.files]
    return joined(
        table("What each trim rule left out", columns, rows, total),
        note(f"On, and found nothing to leave out: {', '.join(idle)}.") if idle else "",
        _excluded(data.trimming),
    )


def _excluded(trimmed: Trimming) -> Html:
    if not trimmed.excluded:
        return Html()
    return joined(element("h3", "Excluded by the project"), _terms(trimmed.excluded))


def imports(data: ReportData) -> Html:
    if data.imports is None:
        return note(
            "Not known: how long imports take was measured when the layer was verified, and only the manifest in "
            "dist/ says it. No manifest there is about these very bytes, or nothing was imported then."
        )
    return joined(
        element(
            "p",
            f"Imported one after the other, in {data.imports.where}. A module's time includes what it was the first "
            "to import, so the order matters.",
        ),
        _imported(data.imports),
    )


def _imported(found: Imports) -> Html:
    most = max((each.milliseconds for each in found.modules), default=0)
    timed = sorted(enumerate(found.modules, 1), key=lambda each: -each[1].milliseconds)
    rows = [
        [
            element("code", each.module),
            each.distribution,
            amount(at, str(at)),
            charted(bar(each.milliseconds, most), amount(each.milliseconds, f"{each.milliseconds:.1f} ms")),
        ]
        for at, each in timed
    ]
    columns = (
        Column("module"),
        Column("package"),
        Column("order", numeric=True),
        Column("time", numeric=True, order="descending"),
    )
    total = ["all", "", "", f"{sum(each.milliseconds for each in found.modules):.1f} ms"]
    without = _terms(found.without) if found.without else ""
    return joined(
        table("Import times", columns, rows, total),
        element("h3", "Not imported") if without else "",
        without,
    )


def provenance(data: ReportData) -> Html:
    facts = element(
        "dl",
        *(
            joined(element("dt", fact.name), element("dd", element("code", fact.value) if fact.exact else fact.value))
            for fact in data.facts
        ),
        class_="facts",
    )
    remarks = element("ul", *(element("li", remark) for remark in data.remarks)) if data.remarks else ""
    return joined(facts, element("h3", "Remarks of its verification") if remarks else "", remarks)


def note(text: str) -> Html:
    return element("p", text, class_="note")


def _terms(said: Mapping[str, str]) -> Html:
    """Write names and what is said of each."""
    pairs = (joined(element("dt", element("code", name)), element("dd", why)) for name, why in said.items())
    return element("dl", *pairs, class_="facts")
