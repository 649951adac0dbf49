"""Print the CloudFormation template that the pipeline makes of the functions, for a project that brings none.

It is made from `functions` in config/pipeline.yaml alone and is the same for every stage: for each function a role, a
log, the function, a first version and the alias that releases move, and the URL, queue, schedule, permissions and
alarms that it asks for. `deploy` makes the stage's stack of it.

Who outgrows it keeps it, changes it, and names it: `template: config/template.yaml`. The stack stays as it is, since
the resources have the same names. The keys of `functions` that it was made from are the template's to say then.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..configuration import load
from ..errors import ConfigError, Fault
from ..keys.place import CONFIG
from ..template import document
from . import read_only

if TYPE_CHECKING:
    import argparse


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import argparse

    parser = subparsers.add_parser(
        "template",
        help="print the CloudFormation template that the pipeline makes of the functions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON alone; all else goes to stderr")


def run(arguments: argparse.Namespace) -> int:
    settings = load(arguments.project, os.environ)
    if not settings.functions:
        raise ConfigError([Fault(f"{CONFIG}: functions", "there are none, and so nothing to make a template of")])
    text = document.text(settings, tuple(settings.functions.values()))
    if arguments.json:
        from ..template.short_forms import parsed
        from .output.template import TemplateOutput

        resources = {name: each["Type"] for name, each in parsed(text)["Resources"].items()}
        read_only.print_json(TemplateOutput(text=text, resources=resources))
    else:
        print(text, end="")
    return 0
