"""Rollbacks, planned and done, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.__main__ import main
from deploy.published.downloads import Downloads
from deploy.release import history, rollback
from tests.integration.shipment import STAGE

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.release.rollback import RollbackPlan
    from tests.integration.release.conftest import Site


def roll_back(project: Path, *arguments: str) -> int:
    return main(["--project", str(project), "rollback", "--stage", "dev", *arguments])


def planned(site: Site, release: str | None = None) -> RollbackPlan:
    standings = history.read(site.aws, site.settings, STAGE)
    return rollback.plan("dev", standings, release, shelf(site), site.settings.project)


def gone_back(site: Site, release: str | None = None) -> RollbackPlan:
    plan = planned(site, release)
    rollback.carry_out(site.aws, plan, shelf(site), lambda _: None)
    return plan


def shelf(site: Site) -> Downloads:
    return Downloads(site.aws, site.settings.project / "downloads")
