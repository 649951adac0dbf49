"""What a prune would delete, and what is left."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from deploy.__main__ import main
from deploy.aws import layers
from deploy.prune import plan as planning
from deploy.prune.values import KeepPolicy
from deploy.published.downloads import Downloads
from tests.integration.release.conftest import PLACEHOLDER, ROLE
from tests.integration.shipment import STAGE, zipped

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.prune.plan import PrunePlan
    from deploy.settings import Stage
    from tests.integration.release.conftest import Site

NOW = datetime.now(UTC)


def prune(project: Path, *arguments: str) -> int:
    return main(["--project", str(project), "prune", "--stage", "dev", "--days", "0", *arguments])


def planned(site: Site, *, keep: int, days: int = 0, now: datetime = NOW) -> PrunePlan:
    assert site.calls
    with site.calls.running("prune", site.settings):
        return planned_of(site, STAGE, KeepPolicy(keep, days, now))


def planned_of(site: Site, stage: Stage, policy: KeepPolicy) -> PrunePlan:
    return planning.plan(Downloads(site.aws, site.settings.project), site.settings, stage, policy)


def versions(site: Site) -> list[str]:
    found = site.aws.functions.list_versions_by_function(FunctionName="tiny_bot-dev")["Versions"]
    return [each["Version"] for each in found if each["Version"] != "$LATEST"]


def layers_of(site: Site) -> list[int]:
    return sorted(each.version for each in layers.versions(site.aws, "tiny-layer"))


def foreign(site: Site, version: int) -> None:
    """Make a function that is nobody's of this project and has one of its layer versions."""
    site.aws.functions.create_function(
        FunctionName="theirs",
        Runtime="python3.11",
        Handler="bot.handler",
        Role=ROLE,
        Code={"ZipFile": zipped({"bot.py": PLACEHOLDER})},
        Layers=[f"arn:aws:lambda:eu-central-1:123456789012:layer:tiny-layer:{version}"],
    )
