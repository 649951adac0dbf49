"""Own modules that functions share: put into a layer as they lie in the project, without being a distribution.

They become a wheel of pure Python, named after the layer, whose bytes follow from them alone. So all that holds for a
distribution holds for them: compiled, listed in a RECORD, imported in the trial, compared with what pip installs.
The form is https://packaging.python.org/en/latest/specifications/binary-distribution-format/.
"""

from __future__ import annotations

import base64
import hashlib
import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import ConfigError, Fault
from ...inside.exchange import Pin
from .files import AstrayError, files_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ...settings import Layer, Settings

VERSION = "0"
_CURE = "name a module (.py) or the folder of a package, each as it is to be imported"


@dataclass(frozen=True, kw_only=True)
class ModulesWheel:
    """The modules of one layer, as a wheel."""

    name: str
    content: bytes

    @property
    def filename(self) -> str:
        return f"{self.name.replace('-', '_')}-{VERSION}-py3-none-any.whl"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def pin(self) -> Pin:
        return Pin(name=self.name, version=VERSION, hashes=(self.sha256,))


def of_layer(settings: Settings, layer: Layer) -> ModulesWheel | None:
    """Read a layer's own modules, none where it has none; raise ConfigError with all that is wrong with them."""
    files: dict[str, bytes] = {}
    faults: list[Fault] = []
    for named in layer.modules:
        where = f"layers.{layer.name}.modules: {named}"
        try:
            for path, place in _found(settings.project, settings.project / named):
                if path in files:
                    faults.append(Fault(where, f"{path} is named twice", cure="take one of them out"))
                files[path] = place.read_bytes()
        except AstrayError as error:
            faults.append(Fault(where, str(error), cure=_CURE))
        except OSError as error:
            faults.append(Fault(where, str(error.strerror), cure=_CURE))
    faults += _hiding(layer, files)
    if faults:
        raise ConfigError(faults)
    return _wheel(layer.modules_name, files) if files else None


def _found(project: Path, source: Path) -> Iterator[tuple[str, Path]]:
    """Yield the path below python/ and the place of each file of a module or a package."""
    name = source.name.removesuffix(".py")
    if not source.exists():
        raise AstrayError("there is no such file")
    if not name.isidentifier() or not (source.is_dir() or source.suffix == ".py"):
        raise AstrayError("is no module that can be imported")
    if not source.is_dir():
        yield from files_of(project, source, source.name)
        return
    found = [each for each in files_of(project, source, f"{name}/") if "__pycache__" not in each[0].split("/")]
    if not any(path.endswith(".py") for path, _ in found):
        raise AstrayError("holds no module")
    yield from found


def _hiding(layer: Layer, files: Mapping[str, bytes]) -> Iterator[Fault]:
    """Yield the modules that have the name of one of Python's own, which layers come before."""
    for name in sorted({path.partition("/")[0].removesuffix(".py") for path in files} & sys.stdlib_module_names):
        what = f"{name} has the name of Python's own {name}"
        cause = "an import finds one of the two, and everything that wants the other fails"
        yield Fault(f"layers.{layer.name}.modules", what, cause, "rename it")


def _wheel(name: str, files: Mapping[str, bytes]) -> ModulesWheel:
    from zipfile import ZIP_STORED, ZipFile, ZipInfo

    folder = f"{name.replace('-', '_')}-{VERSION}.dist-info"
    summary = "Summary: modules of the project itself, which are no distribution"
    metadata = "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {VERSION}", summary, ""])
    wheel = "Wheel-Version: 1.0\nGenerator: channelwright\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    whole = {**files, f"{folder}/METADATA": metadata.encode(), f"{folder}/WHEEL": wheel.encode()}
    rows = [f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in sorted(whole.items())]
    record = f"{folder}/RECORD"
    whole[record] = "".join([*rows, f"{record},,\n"]).encode()
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive:
        for path, content in sorted(whole.items()):
            entry = ZipInfo(path)
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return ModulesWheel(name=name, content=buffer.getvalue())


def _digest(content: bytes) -> str:
    """Return a digest as RECORD has it: base64 for URLs, without what fills it up."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
