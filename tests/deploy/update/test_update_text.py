"""`python -m deploy update-text` on manifests as `layer` writes them and scans as `scan --json` does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from deploy.__main__ import main
from tests.manifests import build_manifest

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Update:
    folder: Path
    options: list[str] = field(default_factory=list)

    def has(self, side: str, packages: dict[str, dict[str, Any]], layer: str = "tiny", **more: Any) -> None:
        """Write a layer's manifest; each package has a version, and where it matters licence, size and ms."""
        unzipped = sum(e.get("size", 1) for e in packages.values())
        modules = [{"distribution": n, "module": n, "milliseconds": e.get("ms", 1.0)} for n, e in packages.items()]
        manifest = build_manifest(
            image={"reference": "lambda/python:3.11", "digest": "sha256:" + "a" * 64},
            zip={"bytes": 1000 * len(packages), "unzipped_bytes": unzipped},
            packages=[
                {
                    "name": name,
                    "version": e["version"],
                    "license": e.get("license", "MIT"),
                    "unzipped": e.get("size", 1),
                }
                for name, e in packages.items()
            ],
            verification={"modules": modules},
        )
        (self.folder / side).mkdir(exist_ok=True)
        (self.folder / side / f"{layer}.json").write_text(json.dumps(manifest | more))
        (self.folder / side / f"{layer}.cdx.json").write_text("{}")

    def scanned(self, side: str, *found: tuple[str, str], answered: int = 2) -> None:
        findings = [
            {"kind": "vulnerability", "id": each, "where": f"requirements.txt: {where}", "what": f"{each} is bad"}
            for each, where in found
        ]
        path = self.folder / f"{side}-scan.json"
        path.write_text(json.dumps({"findings": findings, "vulnerabilities": [{"wanted": 2, "answered": answered}]}))
        self.options += [f"--scan-{side}", str(path)]

    def text(self) -> str:
        output = self.folder / "text.md"
        folders = ["--before", str(self.folder / "before"), "--after", str(self.folder / "after")]
        assert main(["update-text", *folders, *self.options, "--output", str(output)]) == 0
        return output.read_text()


@pytest.fixture
def update(tmp_path: Path) -> Update:
    return Update(tmp_path)


def test_it_says_versions_sizes_licences_and_import_times(update: Update) -> None:
    update.has("before", {"requests": {"version": "2.30.0", "size": 1000, "ms": 20.0}, "six": {"version": "1.17.0"}})
    update.has("after", {"requests": {"version": "2.34.2", "size": 3500, "ms": 15.5, "license": "Apache-2.0"}})
    lines = update.text().splitlines()
    assert lines[0] == "2 distributions changed. What follows was built and verified in the runtime image."
    assert "| unzipped | 1 kB | 3.5 kB | +2.5 kB |" in lines
    assert "| imports | 21 ms | 16 ms | -6 ms |" in lines
    assert "| requests | 2.30.0 | 2.34.2 | +2.5 kB | -4.5 ms | **MIT -> Apache-2.0** |" in lines
    assert "| six | 1.17.0 | - | -1 B | -1.0 ms | MIT |" in lines


def test_what_did_not_change_is_not_listed(update: Update) -> None:
    for side in ("before", "after"):
        update.has(side, {"six": {"version": "1.17.0"}})
    text = update.text()
    assert text.startswith("0 distributions changed.")
    assert "No distribution changed." in text
    assert "| six" not in text


def test_another_image_and_a_layer_that_came_are_said(update: Update) -> None:
    update.has("before", {"six": {"version": "1"}})
    update.has("after", {"six": {"version": "1"}}, image={"reference": "x", "digest": "sha256:" + "b" * 64})
    update.has("after", {"idna": {"version": "3"}}, layer="more")
    text = update.text()
    assert "The runtime image went from `sha256:aaaaaaaaaaaa` to `sha256:bbbbbbbbbbbb`." in text
    assert "### more (new)" in text
    assert "| idna | - | 3 |" in text


def test_a_layer_that_only_a_host_verified_is_said(update: Update) -> None:
    for side in ("before", "after"):
        update.has(side, {"six": {"version": "1"}}, built_in_runtime_image=False)
    assert "verified **not in the runtime image**" in update.text()


def test_vulnerabilities_are_told_apart_by_what_becomes_of_them(update: Update) -> None:
    for side in ("before", "after"):
        update.has(side, {"six": {"version": "1"}})
    update.scanned("before", ("GHSA-1", "requests 2.30.0"), ("GHSA-2", "idna 3.6"))
    update.scanned("after", ("GHSA-2", "idna 3.7"), ("GHSA-3", "six 1.17.0"))
    lines = update.text().splitlines()
    assert "- mended: requests 2.30.0, GHSA-1: GHSA-1 is bad" in lines
    assert "- still there: idna 3.7, GHSA-2: GHSA-2 is bad" in lines
    assert "- **new**: six 1.17.0, GHSA-3: GHSA-3 is bad" in lines


def test_nothing_is_called_free_of_vulnerabilities_that_was_not_checked(update: Update) -> None:
    for side in ("before", "after"):
        update.has(side, {"six": {"version": "1"}})
    assert "**Not checked.**" in update.text()
    update.scanned("before")
    update.scanned("after", answered=0)
    text = update.text()
    assert "**2 distributions could not be checked.**" in text
    assert "None known.\n" not in text


def test_what_others_wrote_is_text_and_nothing_else(update: Update) -> None:
    update.has("before", {"six": {"version": "1"}})
    update.has("after", {"six": {"version": "2", "license": "MIT | [x](http://evil) @octocat <img>"}})
    text = update.text()
    assert r"\| \[x\]\(http://evil\) " in text
    assert "@octocat" not in text
    assert "<img>" not in text


def test_a_folder_without_manifests_and_what_is_no_manifest_are_refused(
    update: Update, capsys: pytest.CaptureFixture[str]
) -> None:
    update.has("after", {"six": {"version": "1"}}, zip={})
    (update.folder / "before").mkdir()
    folders = ["--before", str(update.folder / "before"), "--after", str(update.folder / "after")]
    assert main(["update-text", *folders]) == 1
    err = capsys.readouterr().err
    assert "before: holds no layer's manifest\n    do:    make them with `nox -s layer`" in err
    assert "tiny.json: is no manifest of a layer\n    cause: Object missing required field `file` - at `$.zip`" in err
