"""Build the layers inside the Lambda runtime image and prove that they work there.

The wheels of requirements.txt are downloaded by the runtime image's own pip, trimmed, compiled and zipped without
network. The final zip is then unpacked in a fresh container, where every package and every handler is imported and
every function is invoked once. What was built or proven before is reused; a run without changes takes no container.

Writes to dist/: LAYER.zip, LAYER.json (the manifest), LAYER.cdx.json (the SBOM) code.zip, and
code-FUNCTION.zip of a function that has its own code.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import size
from ..layer.audit.limits import LAYERS, UNZIPPED, Sizes
from ..prepare import Choices, Prepared, prepare
from ..unchanged.answer import Expected
from . import backend, read_only

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from ..console import Console
    from ..layer.verify import VerifiedLayer
    from ..settings import Settings


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "layer",
        help="build the layers and prove them",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("layers", nargs="*", metavar="LAYER", help="only these, and those that bring what they need")
    parser.add_argument("--json", action="store_true", help="print JSON alone; all else goes to stderr")
    choose(parser)
    add_verify(parser)


def add_verify(parser: argparse.ArgumentParser) -> None:
    """Add the argument of the commands that ship what the lock gives."""
    parser.add_argument(
        "--verify",
        action="store_true",
        help="trust nothing that was kept: compare each zip with what the lock gives, byte for byte, and prove it anew",
    )


def choose(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that every command has which needs a verified layer."""
    parser.add_argument("--no-cache", action="store_true", help="build and verify anew, whatever was done before")
    backend.add_arguments(
        parser,
        default="container",
        meaning="host: build and verify without containers, on Linux with the runtime's Python. The same wheels and "
        "audits, but nothing proves that it loads in Lambda's runtime, so a real AWS account does not get it",
    )


def run(arguments: argparse.Namespace) -> int:
    console, settings = read_only.console(arguments), load(arguments.project, os.environ)
    is_plain = choices(settings, arguments) == Choices() and not (arguments.json or arguments.verbose)
    expected = Expected.of(settings, os.environ) if is_plain else None
    done = _prepared(settings, arguments, console)
    summarise(done, console)
    for line in _together(done, settings) if not arguments.layers else ():
        console.say(line)
    if expected:
        expected.keep(done, console.said, os.environ)
    if arguments.json:
        from .output import layer as output

        read_only.print_json(output.output(done))
    return 0


def prepared(arguments: argparse.Namespace, console: Console) -> Prepared:
    """Do what `arguments` ask for, so that there is something to ship."""
    return _prepared(load(arguments.project, os.environ), arguments, console)


def _prepared(settings: Settings, arguments: argparse.Namespace, console: Console) -> Prepared:
    return prepare(settings, choices(settings, arguments), os.environ, console)


def choices(settings: Settings, arguments: argparse.Namespace) -> Choices:
    """Return how `arguments` want it done."""
    where = backend.chosen(arguments)
    return Choices(
        on_host=bool(where.on_host),
        unconfined=where.unconfined,
        use_cache=not arguments.no_cache,
        trust_kept=not getattr(arguments, "verify", False),
        only_built=getattr(arguments, "built", False),
        stage=settings.stage(arguments.stage) if getattr(arguments, "stage", None) else None,
        only=tuple(getattr(arguments, "layers", ())),
    )


def summarise(done: Prepared, console: Console) -> None:
    if done.layers:
        console.say()
        console.table(
            ["layer", "packages", "zip", "unzipped", "left out", "files", "state"],
            [_row(layer, done) for layer in done.layers],
        )
        console.say()
    for layer in done.layers:
        console.say(f"{_shown(layer)}  sha256 {layer.built.sha256}")
        for line in _found(layer):
            console.say(f"  {line}")
    for path, held in {each.zip: each.size for each in done.code.values()}.items():
        console.say(f"{path.parent.name}/{path.name}  {size(held)}")


def _found(layer: VerifiedLayer) -> Iterator[str]:
    """Yield what verifying found out and what does not refuse a layer."""
    for each in layer.evidence.withdrawn:
        yield f"{each.rule} leaves {each.distribution} alone, which was worse than what pip installs: {each.because}"
    if count := len(layer.evidence.remarks):
        papers = f"{layer.built.zip.parent.name}/{layer.built.spec.stem}.json"
        yield f"{count} remark{'s' if count > 1 else ''} in {papers}"


def _row(layer: VerifiedLayer, done: Prepared) -> Sequence[str]:
    built = layer.built
    return [
        built.spec.stem,
        str(len(built.report.packages)),
        size(built.report.zipped),
        size(built.report.unzipped),
        size(sum(saving.bytes for saving in built.report.savings)),
        str(built.report.files),
        _state(layer, fresh=built.spec.stem in done.fresh, again=done.proven_again),
    ]


def _state(layer: VerifiedLayer, *, fresh: bool, again: bool) -> str:
    when = "again" if again else "before"
    if layer.evidence.imported:
        return "built and verified" if fresh else f"unchanged, verified {when}"
    return "built and audited, not imported" if fresh else f"unchanged, audited {when}, not imported"


def _together(done: Prepared, settings: Settings) -> Iterator[str]:
    """Yield which layers are used together, in attach order, and their sizes against what Lambda allows."""
    sizes = {each.built.spec.layer.name: each.built.report.unzipped for each in done.own}
    for name in dict.fromkeys(name for each in settings.functions.values() for name in each.layers):
        found = (done.foreign[arn] for arn in settings.foreign(name).values() if arn in done.foreign)
        sizes.setdefault(name, next((Sizes.of(path).unzipped for path in found), 0))
    groups: dict[tuple[tuple[str, ...], int], list[str]] = {}
    if not settings.functions and len(sizes) > 1:
        groups[tuple(sizes), 0] = ["together"]
    for function in settings.functions.values():
        if len(function.layers) > 1:
            code = sum(map(len, done.code[function.key].files.values()))
            groups.setdefault((function.layers, code), []).append(function.key)
    for (names, code), keys in groups.items():
        total = code + sum(sizes[name] for name in names)
        fits = total <= UNZIPPED and len(names) <= LAYERS
        what = f"{', then '.join(names)}{' and the code' if code else ''}"
        whole = f"{', '.join(keys)}: {what}, {size(total)} of {size(UNZIPPED)} unzipped"
        yield whole if fits else f"{whole}: no function can have all of them"


def _shown(layer: VerifiedLayer) -> str:
    return f"{layer.built.zip.parent.name}/{layer.built.zip.name}"
