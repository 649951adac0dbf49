"""Say what is in a layer version: packages, wheels, licences, digests, sizes, and what is known of its making.

LAYER is VERSION of the project's layer, LAYER:VERSION, LAYER for its newest version, anybody's layer version by its
whole ARN, `local` for what was built last (dist/LAYER.zip), or a .zip file.

The zip is downloaded, once, and read. A layer of this pipeline brings a manifest; of any other layer the
distributions are read from their metadata, and it is said that it was not ours. What a layer was built from and how it
was verified is said as far as AWS's description of it, or the manifest of the same bytes in dist/, tells.
"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console, size
from ..terminal.characters import plain_json
from . import read_only

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..published.contents import HeldPackage
    from ..published.known import Known


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "show",
        help="say what is in a layer version",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("layer", help="VERSION, LAYER:VERSION, LAYER, an ARN, local, or a .zip file")
    forms = read_only.add_arguments(parser)
    forms.add_argument("--sbom", action="store_true", help="print its CycloneDX bill of materials, made from the zip")


def run(arguments: argparse.Namespace) -> int:
    from ..published import reference
    from ..published.known import known, sbom

    settings = load(arguments.project, os.environ)
    place = read_only.Location.chosen(settings, arguments)
    dist = arguments.project / "dist"
    found = reference.read(reference.refer(arguments.layer, settings.layers, dist), place.downloads)
    if arguments.sbom:
        print(plain_json(sbom(found)), end="")
    elif arguments.json:
        from .output import show

        read_only.print_json(show.output(known(found, dist)))
    else:
        _show(known(found, dist), Console())
    return 0


def _show(found: Known, console: Console) -> None:
    console.say(found.layer.name)
    for name, text in _facts(found):
        if text:
            console.say(f"  {name:<12}{text}")
    console.say()
    packages = sorted(found.contents.packages, key=lambda each: (-each.size, each.name))
    console.table(
        ["package", "version", "zip", "unzipped", "files", "licence", "wheel", "wheel tags"],
        [_row(each) for each in packages],
    )
    if own := [[each.path, size(each.zipped), size(each.size), each.sha256[:12]] for each in found.contents.own_files]:
        console.say()
        console.table(["file besides", "zip", "unzipped", "sha256"], own)
    if natives := [[path, str(file.native)] for path, file in sorted(found.contents.files.items()) if file.native]:
        console.say()
        console.table(["shared object", "for"], natives)


def _facts(found: Known) -> Iterator[tuple[str, str]]:
    from ..layer.audit.limits import UNZIPPED

    held, there = found.contents, found.layer.published
    yield (
        "",
        ""
        if held.is_ours
        else f"not ours: {held.unreadable or 'no manifest of this pipeline is in it'}; "
        "read from its distributions' metadata",
    )
    yield "", f"no layer: {held.not_a_layer}" if held.not_a_layer else ""
    if there:
        yield "arn", there.arn
        yield "made", there.created
        yield "for", ", ".join([*there.runtimes, *there.architectures])
        yield "says", there.description
        yield "licence", there.license
    yield "sha256", held.sha256
    yield "size", f"{size(held.zipped)} zip, {size(held.size)} unzipped in {len(held.files)} files"
    yield "", f"{held.size / UNZIPPED:.1%} of what Lambda allows a function with all its layers"
    yield "left out", _saved(found)
    yield "bytecode", held.bytecode or "none"
    yield "git", found.git
    yield "image", found.image
    yield "verified", found.verified()


def _saved(found: Known) -> str:
    savings = found.contents.manifest.savings if found.contents.manifest else ()
    return size(sum(each.bytes for each in savings)) if savings else ""


def _row(held: HeldPackage) -> Sequence[str]:
    return [
        held.name,
        held.version,
        size(held.zipped),
        size(held.size),
        str(held.files),
        held.license or "none",
        held.sha256[:12],
        _tagged(held.tags),
    ]


def _tagged(tags: Sequence[str]) -> str:
    """Write the first tag and how many more: those of one wheel differ in the Linux that they name alone."""
    return f"{tags[0]}{f' (+{len(tags) - 1})' if tags[1:] else ''}" if tags else ""
