"""Which of the pipeline's own sources are part of a cache key, declared by their paths below deploy/.

A key has to change with every source that decides the bytes of a layer, or what is proven of them, wherever that
source lies; and with no other. So the paths are declared here, and a test compares them with what the builder, the
backends and the verifier import: each imported module is in `BUILDS`, in `PROVES` or, with the reason, in `NEUTRAL`.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEPLOY = Path(__file__).parent.parent

# What decides a layer's zip and its report. A folder stands for all of its files.
BUILDS = (
    "container/archive.py",
    "executable.py",
    "inside",
    "layer/backend",
    "layer/audit/limits.py",
    "layer/build.py",
    "layer/declared.py",
    "layer/cache_key.py",
    "layer/causes.py",
    "layer/part_store.py",
    "layer/values.py",
    "layer/wheel_store.py",
    "locking/lockfile.py",
    "locking/plain_text.py",
    "pip_settings.py",
    "runtimes/base_images.py",
    "runtimes/table.py",
    "runtimes/wheel_tags.py",
)
# What decides whether a zip passes, and what is kept as evidence.
PROVES = (
    "code/tree_digest.py",
    "container/archive.py",
    "executable.py",
    "inside",
    "layer/audit",
    "layer/backend",
    "layer/cache_key.py",
    "layer/causes.py",
    "layer/evidence.py",
    "layer/invoked.py",
    "layer/opt_folder.py",
    "layer/proof",
    "layer/template_environment.py",
    "layer/verify.py",
    "layer/verify_code.py",
    "locking/lockfile.py",
    "locking/plain_text.py",
    "pip_settings.py",
    "runtimes/base_images.py",
    "runtimes/table.py",
    "runtimes/wheel_tags.py",
    "template_values.py",
)
# What decides a code zip.
BUNDLES = (
    "code",
    "executable.py",
    "inside/archive.py",
    "inside/compiler.py",
    "inside/files.py",
    "inside/refusal.py",
    "layer/cache_key.py",
)
# What decides how a layer is described.
DESCRIBES = ("layer/manifest",)
# What these import and what decides neither, with the reason.
NEUTRAL: Mapping[str, str] = {
    "atomic.py": "writes the bytes that it is given, and reads those that are there, or nothing",
    "completed.py": "values, and how much of an output is kept",
    "container/address.py": "finds the engine",
    "container/calls.py": "runs what it is given, and returns all of its output",
    "container/digest.py": "finds the image's digest, which is in the key itself",
    "container/exec_stream.py": "carries output",
    "container/failures.py": "words of errors",
    "terminal/characters.py": "makes what others say printable, and decides no verdict",
    "terminal/verbose.py": "shows what is done",
    "container/leftovers.py": "names what a run makes, and removes what others left",
    "temporary": "names and removes folders",
    "documents/yaml_loops.py": "refuses what nobody could walk through",
    "errors.py": "words of errors",
    "kept.py": "gives the bytes that it was given, or nothing",
    "keys/document.py": "words of errors",
    "keys/place.py": "names a file",
    "invocation.py": "words of errors",
    "settings": "its values are in the recipe, each by itself",
    "template_references.py": "what cannot be known of a template, which no trial reads",
    "template": "what it gives a function, its environment and memory, is in the key itself",
}


@cache
def built_by() -> str:
    """Digest the sources that decide a layer's bytes."""
    return _sources(BUILDS)


@cache
def proven_by() -> str:
    """Digest the sources that decide which checks a layer passes."""
    return _sources(PROVES)


@cache
def bundled_by() -> str:
    """Digest the sources that decide a code zip."""
    return _sources(BUNDLES)


@cache
def described_by() -> str:
    """Digest the sources that decide the manifest of a layer in dist/."""
    return _sources(DESCRIBES)


def digest(value: object) -> str:
    """Return the sha256 of a value's JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _sources(paths: tuple[str, ...]) -> str:
    """Digest files by path and content."""
    top = len(f"{_DEPLOY}{os.sep}")
    return digest({name[top:]: _content(name, os.stat(name).st_mtime_ns) for path in paths for name in _names(path)})  # noqa: PTH116 - as below


@cache
def _content(name: str, changed_at: int) -> str:
    """Digest a file that several lists name, once for each time that it was written."""
    del changed_at
    with open(name, "rb") as file:  # noqa: PTH123 - as below
        return hashlib.sha256(file.read()).hexdigest()


def files_of(path: str) -> Iterator[Path]:
    """Yield the file of a declared path, or every file below it that is no leftover of running it.

    Raises FileNotFoundError where there is none: a source that moved must not drop out of the key.
    """
    yield from map(Path, _names(path))


def _names(path: str) -> Iterator[str]:
    """Yield the same as texts: each run without changes digests all of them, which takes half as long as by Path."""
    found = f"{_DEPLOY}{os.sep}{path}"
    if not os.path.isdir(found):  # noqa: PTH112
        os.stat(found)  # noqa: PTH116
        yield found
        return
    for place, folders, names in os.walk(found):
        folders[:] = [each for each in folders if each != "__pycache__"]
        yield from (f"{place}{os.sep}{each}" for each in names)
