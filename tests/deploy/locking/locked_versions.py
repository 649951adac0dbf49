"""What a lock has for a target."""

from __future__ import annotations

from deploy.settings import Target

FIRST = Target("python3.11", "x86_64")
BOTH = ("cp311-cp311-manylinux2014_x86_64", "cp311-cp311-manylinux2014_aarch64")
