"""What the pages say can be done: links lead somewhere on GitHub too, commands parse, configuration is accepted."""

from __future__ import annotations

import re
import shlex
from urllib.parse import urlsplit

import pytest
import yaml

from deploy.errors import UsageError
from deploy.keys.faults import faults
from tests.docs.pages import PAGES, PROJECT, Page
from tools.reference import commands

# A nox session that is no command of the pipeline.
SESSIONS = frozenset(re.findall(r"^def ([a-z]\w*)\(session", (PROJECT / "noxfile.py").read_text(), re.MULTILINE))
# What Python and the dynamic linker say, and what is typed.
_OTHERS = ("requirements", "No such file", "GLIBC_", "status")
_COMMAND = re.compile(r"(?:^|\s)(?:nox -s|python -m deploy)\s+(?P<words>[^#|>\n]+)")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_within_the_repository_leads_somewhere_on_github_too(page: Page) -> None:
    for link in page.links():
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = (page.path.parent / parts.path).resolve() if parts.path else page.path
        assert target.is_file(), f"{link} leads nowhere"
        assert target.is_relative_to(PROJECT), f"{link} leads out of the repository"
        if parts.fragment:
            assert parts.fragment in Page(target).anchors, f"{link} names no heading"


def command_lines(page: Page) -> list[str]:
    texts = [*page.blocks("sh", "console"), *page.code()]
    return [found["words"].strip() for text in texts for found in _COMMAND.finditer(text.replace("\\\n", " "))]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_that_a_page_names_is_understood(page: Page) -> None:
    if page.text.startswith("<!-- Made from "):
        return  # by the words of the schema and the parser, which name commands in part
    for line in command_lines(page):
        words = [each for each in shlex.split(line) if each != "--"]
        if words[0].startswith(("-", "[", "COMMAND")):
            continue
        assert words[0].replace("-", "_") in SESSIONS, f"{line}: no session and no command"
        if words[0] in commands.names() and len(words) > 1:
            assert understood(words), line


def understood(words: list[str]) -> bool:
    try:
        commands.parser().parse_args(words)
    except UsageError:
        return False
    except SystemExit as stopped:
        return stopped.code == 0
    return True


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_configuration_that_a_page_shows_is_accepted(page: Page) -> None:
    shown = [block for block in page.blocks("yaml") if block.startswith("# config/pipeline.yaml")]
    if page.path.name == "tutorial.md":
        shown.append(next(block for block in page.blocks("yaml") if block.startswith("layers:")))
    for block in shown:
        assert list(faults(yaml.safe_load(block))) == []


def test_the_pages_hold_such_commands_links_and_configurations_at_all() -> None:
    assert sum(len(command_lines(page)) for page in PAGES) > 60
    assert sum(len(list(page.links())) for page in PAGES) > 80
    assert sum(block.startswith("# config/pipeline.yaml") for page in PAGES for block in page.blocks("yaml")) >= 5


def test_the_ten_lines_for_github_are_those_of_the_workflow_itself() -> None:
    (block,) = (each for each in Page(PROJECT / "docs/how-to/github-actions.md").blocks("yaml") if "uses:" in each)
    header = (PROJECT / ".github/workflows/pipeline.yml").read_text().splitlines()
    assert block.splitlines() == [each.removeprefix("#   ") for each in header if each.startswith("#   ")]


def test_what_troubleshooting_quotes_is_said_by_the_pipeline() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "deploy").rglob("*.py"))
    rows = re.findall(r"^\| (.*?) \|", Page(PROJECT / "docs/troubleshooting.md").text, re.MULTILINE)
    quoted = [part for row in rows for part in re.findall(r"`([^`]+)`", row)]
    for each in quoted:
        for words in re.split(r"\s*(?:…|: )\s*", each):
            assert words in sources or words.startswith(_OTHERS), each
    assert len(quoted) > 8


def test_an_option_that_does_not_exist_is_not_understood() -> None:
    assert understood(["layer", "--no-cache"])
    assert not understood(["layer", "--nonsense"])
