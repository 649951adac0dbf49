"""A project of somebody who has read nothing but the README, and the mistakes that people make in one."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[3]
LAYERS = "layers:\n  deps: {license: MIT}\n"
FUNCTIONS = f"""{LAYERS}
functions:
  api: {{name: api, handler: app.handler, layers: [deps]}}
code: {{source: src}}
stages:
  dev: {{region: eu-central-1, stack: api-dev, suffix: -dev}}
  prod: {{region: eu-central-1, stack: api-prod}}
"""
LOCK = f"idna==3.10 \\\n    --hash=sha256:{'94' * 32}\n"
METADATA = "python/a-1.dist-info/METADATA"


@dataclass(frozen=True)
class Mistake:
    """What somebody has, types and sets; and what is told for it, in parts that all have to be there.

    `files` are written over those of the project, by path; None takes one away. `project` in `argv` and in
    `environment` stands for its folder.
    """

    argv: tuple[str, ...]
    told: tuple[str, ...]
    files: Mapping[str, bytes | str | None]
    environment: Mapping[str, str]
    code: int = 1
    pipes: tuple[str, ...] = ()

    def write(self, project: Path) -> None:
        files: dict[str, bytes | str | None] = {
            "config/pipeline.yaml": LAYERS,
            "requirements.in": "idna\n",
            "requirements.txt": LOCK,
            "src/app.py": "import idna\n\ndef handler(event, context):\n    return 1\n",
            "Dockerfile.layer": (ROOT / "Dockerfile.layer").read_text(),
        }
        for name, content in {**files, **self.files}.items():
            if content is not None:
                path = project / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        for name in self.pipes:
            (project / name).parent.mkdir(exist_ok=True)
            os.mkfifo(project / name)


def mistake(
    *argv: str,
    told: str | tuple[str, ...],
    files: Mapping[str, bytes | str | None] | None = None,
    config: str | bytes | None = "",
    environment: Mapping[str, str] | None = None,
    code: int = 1,
    pipes: tuple[str, ...] = (),
) -> Mistake:
    """Make a Mistake; `config` is the text of config/pipeline.yaml, None for none, `pipes` lie where files would."""
    own = {} if config == "" else {"config/pipeline.yaml": config}
    parts = (told,) if isinstance(told, str) else told
    return Mistake(argv, parts, {**own, **(files or {})}, environment or {}, code, pipes)


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()
