"""Look for known vulnerabilities, secrets, unwanted files and licences that are not allowed.

Without --stage, the lock and the zips in dist/ are scanned, before they ship. With --stage, the code and the layers
that the stage's aliases send traffic to, fetched from AWS: what was clean when it was built may not be so now.

Vulnerabilities are asked of OSV by pip-audit. What could not be checked is said, and is a failure unless
--allow-unchecked is given. What the project decided to live with is in scan.ignore of config/pipeline.yaml, each
with its reason and the last day that it holds.

Exit codes: 0 clean; 1 something was found, or could not be checked.
"""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..configuration import load
from ..console import Console
from ..documents.writing import as_json

if TYPE_CHECKING:
    from datetime import date

    from ..scan.scan import Scanned
    from ..settings import Settings


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "scan",
        help="look for vulnerabilities, secrets and licences that are not allowed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stage", help="scan what is live in this stage instead of dist/")
    parser.add_argument(
        "--osv-url", type=_address, metavar="URL", help="the service's query URL (default: scan.vulnerabilities)"
    )
    parser.add_argument("--allow-unchecked", action="store_true", help="pass although something could not be checked")
    parser.add_argument("--json", action="store_true", help="print what was found as JSON, for machines")


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text} is no address\ngive one that begins with https://")
    return text


def run(arguments: argparse.Namespace) -> int:
    settings = load(arguments.project, os.environ)
    service = arguments.osv_url or settings.scan.vulnerabilities
    scanned = _scan(settings, arguments.stage, service, datetime.now(UTC).date())
    passes = scanned.passes(allow_unchecked=arguments.allow_unchecked)
    if arguments.json:
        from .output.scan import output

        print(as_json(output(scanned, arguments.stage, passes=passes)), end="")
    else:
        show(scanned, Console())
    return 0 if passes else 1


def _scan(settings: Settings, stage: str | None, service: str, today: date) -> Scanned:
    from ..scan import vulnerabilities

    vulnerabilities.require()
    from ..scan.scan import scan_built, scan_live

    if stage is None:
        return scan_built(settings, service, today)
    where = settings.stage(stage)
    from ..aws.connection import connect
    from ..layer.cache import Cache
    from ..published.downloads import Downloads

    downloads = Downloads(connect(where), Cache.from_environment(os.environ).root / "published")
    return scan_live(settings, where, downloads, service, today)


def show(scanned: Scanned, console: Console) -> None:
    """Say what was looked at, what is wrong, what nobody looked at, and what the project lives with."""
    console.table(["checked", "", "of"], _rows(scanned))
    for finding in scanned.judged.findings:
        console.say(f"\n{finding}")
    for title, lines in _notes(scanned).items():
        if lines:
            console.say(f"\n{title}")
        for line in lines:
            console.say(f"  {line}")
    console.say(f"\n{_sentence(scanned)}")


def _rows(scanned: Scanned) -> list[list[str]]:
    rows = [["vulnerabilities", f"{each.answered} of {each.wanted}", each.where] for each in scanned.audits]
    for target in scanned.targets:
        rows.append(["secrets, files", str(len(target.contents.files)), target.where])
        if target.contents.packages:
            done = len(target.contents.packages) if scanned.licences_checked else 0
            rows.append(["licences", f"{done} of {len(target.contents.packages)}", target.where])
    return rows


def _notes(scanned: Scanned) -> dict[str, list[str]]:
    unchecked = [f"{each.where}: {each.why}" for each in scanned.unchecked]
    unseen = [
        f"{each.package} {each.version}: {each.libraries or 'nobody says what is in it'} ({each.objects} compiled)"
        for each in scanned.bundled
    ]
    own = [f"{each.name} {each.version}".strip() + f": from {each.origin}" for each in scanned.own]
    notes = {
        "not checked:": unchecked,
        "not looked up, since no database knows own sources; follow what they are made of yourself:": own,
        "not checked, since no scanner sees what is compiled in; follow their releases yourself:": unseen,
        "ignored:": [
            f"{each.finding.where} [{each.ignore.id}] until {each.ignore.until}: {each.ignore.reason}"
            for each in scanned.judged.ignored
        ],
        "ignores without effect, which can go:": [
            f"{each.id}: {each.reason}" for each in scanned.judged.idle if not scanned.unchecked
        ],
    }
    if not scanned.licences_checked:
        notes["not checked:"].append("licences: scan.licenses in config/pipeline.yaml allows none yet")
    return notes


def _sentence(scanned: Scanned) -> str:
    count = len(scanned.judged.findings)
    found = f"{count} finding{'' if count == 1 else 's'}" if count else "nothing found"
    if not scanned.unchecked:
        return found
    cure = "mend what kept it, name another service with --osv-url, or accept it with --allow-unchecked"
    return f"{found}, and not everything was checked: {cure}"
