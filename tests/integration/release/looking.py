"""A project on disk for the commands that look: tiny functions and a layer, as the fixture `site` has them in AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploy.__main__ import main
from deploy.documents.writing import as_json
from deploy.layer.manifest import build
from deploy.release.publish import publish
from tests.integration.shipment import COMMIT, HEALTH, STAGE
from tests.schemas import output

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from deploy.aws.connection import Aws
    from deploy.layer.verify import VerifiedLayer
    from tests.integration.shipment import Shop

CONFIG = f"""
layers: {{tiny-layer: {{}}}}
functions:
  bot: {{name: tiny_bot, handler: bot.handler, layers: [tiny-layer], health: {HEALTH}}}
  worker: {{name: tiny_worker, handler: worker.handler, layers: [tiny-layer], health: {HEALTH}}}
stages:
  dev: {{region: eu-central-1, stack: tiny-dev, suffix: -dev}}
"""


class Looker:
    """Runs a command on a project and gives what it printed."""

    def __init__(self, project: Path, capsys: pytest.CaptureFixture[str], config: str = CONFIG) -> None:
        self.project, self._capsys = project, capsys
        (project / "config").mkdir(exist_ok=True)
        (project / "config" / "pipeline.yaml").write_text(config)

    def run(self, *argv: str) -> int:
        self._capsys.readouterr()
        return main(["--project", str(self.project), *argv])

    def ran(self, *argv: str) -> tuple[int, str]:
        """Return the exit code, and what was printed on stdout."""
        return self.run(*argv), self._capsys.readouterr().out

    def text(self, *argv: str) -> str:
        code, text = self.ran(*argv)
        assert code == 0
        return text

    def rows(self, *argv: str) -> list[list[str]]:
        """Return the words of every line."""
        return [line.split() for line in self.text(*argv).splitlines()]

    def json(self, *argv: str) -> Any:
        """Return the JSON that is all there is on stdout, and as the command's schema says."""
        return output(argv[0], self.text(*argv, "--json"))

    def refused(self, *argv: str) -> str:
        assert self.run(*argv) == 1
        return self._capsys.readouterr().err


def published(aws: Aws, shop: Shop) -> VerifiedLayer:
    """Publish version 1 and 2 of a layer; return the second."""
    first, second = shop.layer({"idna": "3.7", "six": "1.16"}), shop.layer({"idna": "3.8"})
    for each in (first, second):
        publish(aws, STAGE, each, COMMIT)
    return second


def delivered(look: Looker, layer: VerifiedLayer) -> None:
    """Put a layer and its papers into dist/, as `layer` does."""
    dist = look.project / "dist"
    dist.mkdir()
    (dist / "tiny-layer.zip").write_bytes(layer.built.zip.read_bytes())
    (dist / "tiny-layer.json").write_text(as_json(build.manifest(layer, COMMIT)))
