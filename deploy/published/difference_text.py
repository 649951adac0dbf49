"""A difference as people read it: tables in a terminal, Markdown in a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..console import growth, size
from ..terminal.characters import in_one_line
from ..terminal.markdown import literally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..console import Console
    from .difference import AbiChange, Difference, PackageChange

_SHOWN = 50
"""Paths of a kind that Markdown shows: a pull request's text has a limit, a terminal has none."""


def show(found: Difference, console: Console, *, files: bool = False) -> None:
    """Print tables; the paths of the files only where they are wanted."""
    if found.same:
        console.say(f"the same bytes: sha256 {found.after.sha256}")
        return
    console.table(["", "before", "after", ""], list(_totals(found)))
    if found.packages:
        console.say()
        console.table(["package", "before", "after", "unzipped", "growth", ""], [_row(each) for each in found.packages])
    for title, lines in (("licences", _licences(found)), ("bytecode and ABI", _abi(found))):
        if lines:
            console.say()
            console.say(f"{title}:")
            for line in lines:
                console.say(f"  {line}")
    console.say()
    console.say(f"files: {_counts(found)}")
    for sign, path in _paths(found) if files else _besides(found):
        console.say(f"  {sign} {path}")


def markdown(found: Difference, title: str) -> str:
    """Write it as a section of a pull request's text: what a reviewer asks, and the files folded away."""
    return "\n".join([f"### {literally(title)}", "", *(_same(found) if found.same else _sections(found))]) + "\n"


def _same(found: Difference) -> Iterator[str]:
    yield f"The same bytes: `sha256 {found.after.sha256}`."


def _sections(found: Difference) -> Iterator[str]:
    yield from _grid(["", "before", "after", ""], list(_totals(found)))
    yield ""
    if found.packages:
        yield from _grid(["package", "before", "after", "unzipped", "growth", ""], [_row(e) for e in found.packages])
    else:
        yield "No package changed."
    for name, lines in (("Licences", _licences(found)), ("Bytecode and ABI", _abi(found))):
        if lines:
            yield from ("", f"**{name}**", "", *(f"- {literally(line)}" for line in lines))
    yield from ("", "<details>", f"<summary>Files: {_counts(found)}</summary>", "", "```diff")
    yield from (f"{sign} {in_one_line(path)}" for sign, path in _paths(found, _SHOWN))
    yield from ("```", "", "</details>")


def _grid(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    yield from (f"| {' | '.join(literally(cell) for cell in row)} |" for row in rows)


def _totals(found: Difference) -> Iterator[Sequence[str]]:
    before, after = found.before, found.after
    for name, key in (("zip", "zipped"), ("unzipped", "size")):
        old, new = getattr(before, key), getattr(after, key)
        yield [name, size(old), size(new), growth(new - old)]
    for key in ("files", "packages"):
        old, new = getattr(before, key), getattr(after, key)
        yield [key, str(old), str(new), f"{new - old:+}" if new != old else ""]


def _row(change: PackageChange) -> Sequence[str]:
    before, after = change.before, change.after
    why = "" if change.kind in {"added", "removed"} else _why(change)
    return [
        change.name,
        before.version if before else "",
        after.version if after else "",
        size(after.size) if after else "",
        growth(change.growth),
        f"{change.kind}{why}",
    ]


def _why(change: PackageChange) -> str:
    """Name what else differs than the version and the files that go with it."""
    if "version" not in change.reasons:
        return f" ({', '.join(change.reasons)})"
    others = [reason for reason in change.reasons if reason in {"license", "tags"}]
    return f" ({', '.join(others)} too)" if others else ""


def _licences(found: Difference) -> Sequence[str]:
    """Say which licences changed, and which came with new packages."""
    lines = []
    for each in found.packages:
        if each.after and (each.before is None or each.licence_changed):
            was = f"{each.before.license or 'none'} -> " if each.before else "new, "
            lines.append(f"{each.name}: {was}{each.after.license or 'none'}")
    return lines


def _abi(found: Difference) -> Sequence[str]:
    return [_bound(each) for each in found.abi]


def _bound(change: AbiChange) -> str:
    where = f"{change.kind} {change.where}" if change.where else change.kind
    return f"{where}: {change.before or 'none'} -> {change.after or 'none'}"


def _counts(found: Difference) -> str:
    return ", ".join(f"{len(paths)} {kind}" for kind, paths in vars(found.files).items())


def _besides(found: Difference) -> Iterator[tuple[str, str]]:
    """Yield what is of no distribution: there are few of these, and each is somebody's wish."""
    return ((sign, path) for sign, path in _paths(found) if not path.startswith(("python/", "channelwright/")))


def _paths(found: Difference, most: int | None = None) -> Iterator[tuple[str, str]]:
    """Yield each path with its sign, of each kind no more than `most`."""
    for sign, paths in (("+", found.files.added), ("-", found.files.removed), ("!", found.files.changed)):
        yield from ((sign, path) for path in paths[:most])
        if most is not None and len(paths) > most:
            yield "#", f"and {len(paths) - most} more"
