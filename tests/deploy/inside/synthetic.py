"""Wheels and recipes made up for one test each; the tool's wheel made of the installed package."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import zipfile
import zlib
from dataclasses import fields
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.inside.exchange import Pin, Recipe, TrimPolicy
from deploy.inside.files import Files, LayerFile
from deploy.inside.parts import Parts
from deploy.inside.trim import apply

if TYPE_CHECKING:
    from collections.abc import Mapping

ELF = b"\x7fELF"


def wheel(
    name: str,
    files: Mapping[str, str | bytes],
    *,
    version: str = "1.0",
    tag: str = "py3-none-any",
    metadata: str = "",
    record: Mapping[str, str | None] | None = None,
    modes: Mapping[str, int] | None = None,
) -> tuple[str, bytes]:
    """Make a wheel; `record` overrides lines of its RECORD by path, None leaves one out."""
    folder = f"{name}-{version}.dist-info"
    contents = {path: each.encode() if isinstance(each, str) else each for path, each in files.items()}
    about = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{metadata}\nAbout it.\n"
    contents |= {
        f"{folder}/METADATA": about.encode(),
        f"{folder}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    lines: dict[str, str | None] = {path: f"{path},{digest(each)},{len(each)}" for path, each in contents.items()}
    lines |= {f"{folder}/RECORD": f"{folder}/RECORD,,"} | dict(record or {})
    contents[f"{folder}/RECORD"] = "\n".join(line for line in lines.values() if line).encode()
    return f"{name}-{version}-{tag}.whl", packed(contents, modes or {})


def packed(contents: Mapping[str, bytes], modes: Mapping[str, int]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in contents.items():
            info = zipfile.ZipInfo(path)
            info.external_attr = modes.get(path, 0o100644) << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def pin(made: tuple[str, bytes]) -> Pin:
    name, version, *_ = made[0].split("-")
    return Pin(name=name.replace("_", "-"), version=version, hashes=(hashlib.sha256(made[1]).hexdigest(),))


def recipe(
    *made: tuple[str, bytes],
    bytecode: str = "unchecked-hash",
    withdrawn: Mapping[str, tuple[str, ...]] | None = None,
    **trim: Any,
) -> Recipe:
    """Write the recipe of a layer of these wheels; trim rules that are not given are off."""
    off: dict[str, Any] = {each.name: False for each in fields(TrimPolicy) if each.default in {None, True}}
    return Recipe(
        layer="all",
        architecture="x86_64",
        runtime="python3.11",
        bytecode=bytecode,
        trim=TrimPolicy(**off | trim),
        pins=tuple(pin(each) for each in sorted(made)),
        withdrawn=withdrawn or {},
    )


def trim(files: Files, wanted: Recipe) -> apply.Trimmed:
    """Trim with a compressor that any Python has."""
    return apply.trim(files, wanted, lambda content: zlib.compress(content, wbits=-15), Parts({}))


def tree(files: Mapping[str, str | bytes], owner: str = "sample") -> Files:
    return {path: LayerFile(each.encode() if isinstance(each, str) else each, owner) for path, each in files.items()}


def deflate_wheel() -> tuple[str, bytes]:
    """Make a wheel of the deflate that is installed here: the tests fetch nothing."""
    return installed_wheel("deflate", tag="cp311-abi3-manylinux_2_17_x86_64")


def installed_wheel(name: str, *, tag: str = "py3-none-any", version: str = "") -> tuple[str, bytes]:
    """Make a wheel of a distribution that is installed here, as it is; `version` calls it by another."""
    installed = importlib.metadata.distribution(name)
    found = {str(path): Path(str(path.locate())) for path in installed.files or () if ".." not in path.parts}
    kept = {path: where for path, where in found.items() if "__pycache__" not in path and ".dist-info/" not in path}
    files = {path: where.read_bytes() for path, where in kept.items()}
    return wheel(name.replace("-", "_"), files, version=version or installed.version, tag=tag)
