"""Files that a sandbox of this host holds: what is tried, and Lambda's own client."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from ...executable import mode

if TYPE_CHECKING:
    from collections.abc import Mapping


def runtime_client() -> dict[str, bytes]:
    """Return the files of awslambdaric and what it needs, and nothing else of this environment; none without it."""
    try:
        names = ["awslambdaric", "simplejson", "snapshot-restore-py"]
        files = [file for name in names for file in metadata.distribution(name).files or ()]
    except metadata.PackageNotFoundError:
        return {}
    wanted = [file for file in files if file.suffix in {".py", ".so"} and ".." not in file.parts]
    return {str(file): file.read_binary() for file in wanted}


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by relative path, so that anyone can read them, and run those that may be run."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    made = {str(folder)}
    for name, content in files.items():
        _make_folders(str(folder), name, made)
        path = folder / name
        path.write_bytes(content)
        path.chmod(mode(content))


def _make_folders(place: str, name: str, made: set[str]) -> None:
    """Make the folders that a file lies in, from the top: they may be nested deeper than Python calls itself."""
    for part in name.split("/")[:-1]:
        place = f"{place}/{part}"
        if place not in made:
            Path(place).mkdir(exist_ok=True)
            Path(place).chmod(0o755)
            made.add(place)


def anyone_reaches(*paths: Path) -> bool:
    """Tell whether a user without rights can get to these paths."""
    return all(parent.stat().st_mode & 0o001 for path in paths for parent in [path, *path.parents])
