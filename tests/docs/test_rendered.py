"""The documentation as it is rendered: whole, with links and anchors that lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
WRITTEN = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]


def render(project: Path, out: Path) -> subprocess.CompletedProcess[str]:
    options = ("-c", str(project / "docs"), "--nitpicky", "--fail-on-warning", "--keep-going", "--quiet")
    return subprocess.run(
        [sys.executable, "-m", "sphinx", *options, str(project), str(out)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_all_of_it_renders_without_a_warning_and_every_page_is_in_the_contents(tmp_path: Path) -> None:
    done = render(PROJECT, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for path in WRITTEN:
        assert (tmp_path / path.relative_to(PROJECT).with_suffix(".html")).is_file()
    start = (tmp_path / "index.html").read_text(encoding="utf-8")
    (target,) = re.findall(r'href="([^"]+)"', start)
    assert (tmp_path / target).is_file()


def test_a_link_to_a_page_a_file_or_a_heading_that_is_not_there_fails(tmp_path: Path) -> None:
    (tmp_path / "docs/_root").mkdir(parents=True)
    (tmp_path / "docs/conf.py").write_bytes((PROJECT / "docs/conf.py").read_bytes())
    (tmp_path / "docs/index.md").write_text("# Start\n\n## Pages\n\n- [one](one.md)\n")
    (tmp_path / "docs/one.md").write_text(
        "# One\n\n[a](gone.md) [b](../gone.yaml) [c](index.md#gone) [d](#lost) [e](index.md#pages)\n\n![f](gone.png)\n"
    )
    (tmp_path / "docs/lonely.md").write_text("# In no contents\n")
    done = render(tmp_path, tmp_path / "out")
    assert done.returncode == 1
    for gone in ("gone.md", "gone.yaml", "gone'", "lost", "gone.png", "lonely.md"):
        assert gone in done.stderr
    assert "pages" not in done.stderr


def test_lines_fit_into_120_columns_but_for_tables_and_the_changelog() -> None:
    long = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in WRITTEN
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 120 and not line.startswith(("|", "![")) and path.name != "CHANGELOG.md"
    ]
    assert long == []
