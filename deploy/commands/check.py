"""Check the configuration and the lock without building anything.

Reads config/pipeline.yaml and the hash-locked requirements, and sees that every distribution goes to exactly one
layer; then runs the project's own checks. Every fault is reported, with its key or line and what is allowed there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .. import project_module
from ..configuration import CONFIG, load
from ..console import Console
from ..container.digest import RuntimeImage
from ..errors import Fault, LockError
from ..layer.spec import specs
from ..locking import locked
from ..sources.provide import changed

if TYPE_CHECKING:
    import argparse


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    subparsers.add_parser("check", help="check the configuration and the lock", description=__doc__)


def run(arguments: argparse.Namespace) -> int:
    settings = load(arguments.project, os.environ)
    console, faults = Console(), dict[Fault, None]()
    for target in settings.targets:
        lock = locked.read(settings, target)
        faults |= dict.fromkeys(changed(settings, lock.sources))
        image = RuntimeImage(settings.image_of(target.runtime), "")
        for spec in specs(settings, lock.pins, image, target):
            console.say(f"{spec.stem}: {len(spec.pins)} distributions, {target}")
    if faults:
        raise LockError(faults)
    for remark in settings.remarks:
        console.say(remark)
    project_module.check(settings, console.say)
    for line in settings.code.checks:
        console.say(f"{line}: good")
    locks = f" and {settings.requirements} are" if settings.layers else " is"
    console.say(f"{arguments.project / CONFIG}{locks} good")
    return 0
