"""From a folder of wheels to the layer's zip: `python -m deploy.inside.assemble FOLDER [OUT]`.

    build/recipe.json, wheels/ ─ selection ─ the wheels, exactly those that were locked
                                 trim ────── their files, as far as the policy wants them
                                 certificates  certifi's in the forms that were asked for
                                 bytecode ── modules compiled
                                 record ──── each RECORD as the files are now
                                 inventory ─ what is in the layer, and how it came there
                        files/ ─ archive ─── out/layer.zip, out/report.json
                        parts/ ─ parts ───── out/parts/: of each wheel, what need not be done again

Everything is in memory. A refusal writes its reasons to stderr, and the exit code is 1.
"""

from __future__ import annotations

import gc
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from . import archive, bytecode, certificates, inventory, record, selection, tool
from .exchange import Recipe
from .parts import Parts
from .refusal import Refused, fault, told
from .trim import apply, symbols

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .wheel import Wheel

TOOLS = Path(__file__).with_name("tools.txt")
RECIPE = Path("build", "recipe.json")
PARTS = "parts"


def main(arguments: list[str], make: Callable[[Path], dict[str, bytes]]) -> int:
    """Write what `make` makes of the folder; a refusal goes to stderr."""
    folder = Path(arguments[0])
    out = Path(arguments[1]) if len(arguments) > 1 else folder / "out"
    try:
        files = make(folder)
    except Refused as refused:
        print(told(refused), file=sys.stderr)
        return 1
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_bytes(content)
    return 0


def from_recipe(folder: Path) -> dict[str, bytes]:
    """Make the layer of the folder's recipe and wheels."""
    recipe = Recipe.from_json((folder / RECIPE).read_text(encoding="utf-8"))
    wheels = {path.name: path.read_bytes() for path in sorted((folder / "wheels").iterdir())}
    own = {each.path: (folder / "files" / each.path).read_bytes() for each in recipe.files}
    return assemble(recipe, wheels, own, {path.name: path.read_bytes() for path in (folder / PARTS).glob("*")})


def assemble(
    recipe: Recipe, offered: dict[str, bytes], own: dict[str, bytes], kept: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Make the layer of a recipe from wheels, content by file name, and its own files, content by path below /opt.

    `kept` are the parts of an earlier run, by distribution. Returns what goes into out/.
    """
    _check_interpreter(recipe)
    _check_files(recipe, own)
    tools = selection.tool_hashes(TOOLS.read_text(encoding="utf-8"))
    wheels = selection.select(offered, recipe.pins, tools, interpreter=recipe.interpreter)
    deflate = tool.load(offered, tools)
    parts = Parts(kept)
    layer = derived(recipe, wheels, deflate, parts)
    contents = entries(layer, own)
    packed = _packed(layer, contents, deflate, parts)
    written = archive.frame(contents, packed)
    report = inventory.report(layer, written, sum(each.size for each in packed.values()))
    parts.note(wheels)
    changed = {f"{PARTS}/{name}": content for name, content in parts.changed().items()}
    return {"layer.zip": written.content, "report.json": report.to_json().encode(), **changed}


def derived(recipe: Recipe, wheels: tuple[Wheel, ...], deflate: tool.Deflate, parts: Parts) -> inventory.Assembled:
    """Return what the recipe makes of wheels: every file below python/, and what became of each.

    What `parts` have from an earlier run is not made again; without any, the wheels alone decide.
    """
    parts.recall(wheels)
    trimmed = _trimmed(selection.merge(wheels), recipe, deflate, parts)
    stripped = symbols.strip(trimmed.files, parts) if apply.is_on(apply.SYMBOLS, recipe) else symbols.Stripped()
    trimmed = trimmed.after(apply.SYMBOLS, stripped.change, recipe)
    sourceless = recipe.bytecode == "sourceless"
    files = certificates.added(trimmed.files, recipe)
    reading = {name for name, rules in recipe.withdrawn.items() if apply.SOURCELESS in rules}
    compiled = bytecode.compile_all(files, parts, sourceless=sourceless, reading=reading)
    if sourceless:
        trimmed = trimmed.without_sources(compiled.files, recipe)
    files = record.with_top_levels(compiled.files, wheels) if sourceless else compiled.files
    return inventory.Assembled(
        recipe=recipe,
        wheels=wheels,
        files=record.rewritten(files, wheels),
        trimmed=trimmed,
        kept_symbols=stripped.kept,
        uncompiled=compiled.failed,
    )


def _trimmed(merged: selection.Merged, recipe: Recipe, deflate: tool.Deflate, parts: Parts) -> apply.Trimmed:
    """Trim what was merged; raise Refused with what wheels then still disagree about, and whatever trimming refuses."""
    try:
        trimmed = apply.trim(merged.files, recipe, deflate, parts)
    except Refused as refused:
        raise Refused([*merged.faults(merged.files), *refused.faults]) from refused
    if faults := merged.faults(trimmed.files):
        raise Refused(faults)
    return trimmed


def entries(layer: inventory.Assembled, own: Mapping[str, bytes]) -> dict[str, archive.ArchiveEntry]:
    """Return all that goes into the zip, by path below /opt; `own` is the content of the files that it brings."""
    return {
        **{f"python/{path}": archive.ArchiveEntry(each.held, each.executable) for path, each in layer.files.items()},
        **{each.path: archive.ArchiveEntry(own[each.path], each.executable) for each in layer.recipe.files},
        f"channelwright/{layer.recipe.layer}.json": archive.ArchiveEntry(inventory.manifest(layer)),
    }


def _packed(
    layer: inventory.Assembled, contents: Mapping[str, archive.ArchiveEntry], deflate: tool.Deflate, parts: Parts
) -> dict[str, archive.PackedEntry]:
    """Return all entries as the zip holds them: what wheels brought may be packed in their parts."""

    def pack(content: bytes) -> archive.PackedEntry:
        return archive.pack(content, deflate)

    packed = parts.packed({f"python/{path}": file for path, file in layer.files.items()}, pack)
    return packed | {path: pack(each.content) for path, each in contents.items() if path not in packed}


def _check_files(recipe: Recipe, own: dict[str, bytes]) -> None:
    """Refuse a file that is not the one that the recipe names."""
    changed = [each.path for each in recipe.files if hashlib.sha256(own[each.path]).hexdigest() != each.sha256]
    if changed:
        raise Refused([fault(path, "is another file than the recipe names") for path in changed])


def _check_interpreter(recipe: Recipe) -> None:
    """Refuse to compile for another Python than the one that runs here: bytecode is of one minor version."""
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if here != recipe.runtime:
        raise Refused(
            [fault(recipe.layer, f"is for {recipe.runtime}, and this is {here}", cure="use its runtime image")]
        )


if __name__ == "__main__":
    # Trees of syntax are made by the ten thousand and dropped whole: the collector finds nothing, and takes a twelfth.
    gc.disable()
    sys.exit(main(sys.argv[1:], from_recipe))
