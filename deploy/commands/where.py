"""Find the layer versions that hold a package, and the functions, versions and aliases that run them.

PACKAGE is a distribution's name, and which versions of it if you like: where urllib3, where urllib3==1.26.5,
where 'urllib3<2.6'. Every version of every layer of the account in the region is opened, and every layer of other
accounts that a function here has. Each zip is downloaded once and kept in the cache by its digest; what was seen
once is not asked for again.

A layer version that was deleted, or may not be read, cannot be opened; where a function still has it, that is said.
What functions bring in their own code, and container images, are not looked into.
"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from ..aws.arns import LayerVersionArn
from ..configuration import load
from ..console import Console
from ..errors import AwsError, Fault, suggest
from ..locking.lockfile import normalised
from . import read_only

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..aws.connection import Aws
    from ..published.usage import User
    from ..published.where import PackageSearch


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "where",
        help="find the layer versions that hold a package",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("package", type=_requirement, metavar="PACKAGE", help="NAME, NAME==VERSION, 'NAME<VERSION'")
    parser.add_argument("--layer", default="", help="look into this layer's versions alone")
    parser.add_argument(
        "--in-use", action="store_true", help="look only into what a function has: far less to download"
    )
    read_only.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    from ..published import usage, where

    settings, console = load(arguments.project, os.environ), read_only.console(arguments)
    downloads = read_only.Location.chosen(settings, arguments).downloads()
    console.say(f"account {downloads.aws.account}, {downloads.aws.region}")
    with console.step("ask every function what it runs"):
        used = usage.read(downloads.aws)
    chosen = where.candidates(downloads.aws, used, layer=arguments.layer, in_use=arguments.in_use)
    if arguments.layer and not chosen.arns:
        known = where.candidates(downloads.aws, used).arns
        _refuse_layer(arguments.layer, known, downloads.aws, in_use=arguments.in_use)
    with console.counted("open layer versions", len(chosen.arns)) as advance:
        found = where.find(downloads, chosen, arguments.package, used, advance)
    if arguments.json:
        from .output.where import output

        read_only.print_json(output(downloads.aws, arguments.package, found))
    else:
        _show(arguments.package, found, Console())
    return 0


def _refuse_layer(name: str, arns: Sequence[str], aws: Aws, *, in_use: bool) -> None:
    """Raise AwsError for a layer that is not there; one that is, and that nothing runs, is an answer."""
    known = {LayerVersionArn.parse(arn).name for arn in arns}
    if not (in_use and name in known):
        what = f"there is no such layer in account {aws.account}, {aws.region}"
        raise AwsError([Fault(f"--layer {name}", what, cure=suggest(name, known))])


def _show(wanted: Requirement, found: PackageSearch, console: Console) -> None:
    from ..published import where

    console.say()
    console.table(
        ["layer version", "package", "run by"],
        [
            row
            for each in found.matches
            for row in where.rows(each.users, each.name, f"{normalised(wanted.name)} {each.package_version}")
        ],
    )
    if found.matches:
        console.say()
    console.say(_summary(wanted, found))
    if found.unreadable:
        console.say("\nin use, and cannot be opened: whether these hold it is not known")
        console.table(
            ["layer version", "why", "run by"],
            [row for each in found.unreadable for row in where.rows(each.users, each.arn, each.why)],
        )


def _summary(wanted: Requirement, found: PackageSearch) -> str:
    users = [user for each in found.matches for user in each.users]
    held = f"{len(found.matches)} of {found.opened} layer versions hold {wanted}"
    return f"{held}; {len(users)} function versions have them, {_aliased(users)} through an alias"


def _aliased(users: Sequence[User]) -> int:
    return sum(bool(user.aliases) for user in users)


def _requirement(text: str) -> Requirement:
    try:
        found = Requirement(text)
    except InvalidRequirement as error:
        raise argparse.ArgumentTypeError(f"{text} is no package: give NAME, NAME==VERSION or 'NAME<VERSION'") from error
    if found.extras or found.marker or found.url:
        raise argparse.ArgumentTypeError(f"{text}: a name and versions are all that a layer can be asked for")
    return found
