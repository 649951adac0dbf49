"""Which regions there are and which services each offers, as far as botocore knows: a new one may be newer than it.

https://docs.aws.amazon.com/boto3/latest/reference/core/session.html#boto3.session.Session.get_available_regions
"""

from __future__ import annotations

from functools import cache

import botocore.session


@cache
def regions(service: str) -> frozenset[str]:
    """Return the regions that offer a service, in every partition; none where it is global, or not known."""
    session = _session()
    if service not in session.get_available_services():
        return frozenset()
    every = (session.get_available_regions(service, partition) for partition in session.get_available_partitions())
    return frozenset(region for found in every for region in found)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()
