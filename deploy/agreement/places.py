"""Whether the stages' regions are there and offer what the template needs: said, since botocore may not know it yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..aws.regions import offering
from ..errors import ConfigError, suggest
from ..template import source
from ..template_values import TemplateValues

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..settings import Settings, Stage


def remarks(settings: Settings, stages: Sequence[Stage]) -> Iterator[str]:
    """Yield the regions that are not known, and those that lack a service which the template has resources of."""
    needed = sorted(_services(settings))
    for stage in stages:
        for region in stage.regions:
            if region not in (known := offering("lambda")):
                yield f"stages.{stage.name}: boto3 knows no region {region}: {suggest(region, known)}"
        if stage.region in offering("lambda"):
            for service in needed:
                if (there := offering(service)) and stage.region not in there:
                    yield f"stages.{stage.name}: boto3 knows no {service} in {stage.region}, which the template needs"


def _services(settings: Settings) -> set[str]:
    """Name the services of the template's resources as botocore does, where that is the same name."""
    try:
        template = source.read(settings)
        values = TemplateValues.of(template, {}, "") if template else None
    except ConfigError:
        return set()  # which is told with its reason elsewhere
    kinds = (str(each.get("Type", "")).split("::") for _, each in values.resources()) if values else ()
    return {kind[1].lower() for kind in kinds if len(kind) == 3 and kind[0] == "AWS"}
