"""The page as text: what it says without a browser, and that nothing in a layer can break out of it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from deploy.console import size
from deploy.inside.trim import apply
from deploy.report.sections import RULES
from deploy.report.tables import MINUS, percent
from tests.deploy.layer.synthetic import EXTENSION
from tests.deploy.published.layers import zipped
from tests.deploy.report.layers import HOSTILE, LIBRARY, data, hostile_layer, older_layer, our_layer, page, words


class _Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(html: str, *tags: str) -> list[dict[str, str | None]]:
    return [attributes for tag, attributes in _Elements(html).found if tag in tags]


def embedded(html: str) -> Any:
    (found,) = re.findall(r'<script type="application/json" id="layer-data">(.*?)</script>', html, re.DOTALL)
    assert not set(found) & set("<>&")
    return json.loads(found)


def test_the_same_layer_gives_the_same_page() -> None:
    assert page() == page()
    assert page(before=older_layer()) == page(before=older_layer())


def test_without_script_the_tables_say_it_all() -> None:
    said = words(page())
    for expected in (
        "big 2.0 Apache-2.0 py3-none-any",
        "pyyaml 6.0.3 MIT cp311-cp311-manylinux_2_17_x86_64",
        "botocore-data API models of services that the project does not call 1,900 17 MB 99.8 %",
        "all rules 17 MB",
        "On, and found nothing to leave out: stubs.",
        "tests/** nobody runs them",
        f"python/{LIBRARY.replace('/', '/ ')} pyyaml",
        "✓ fits and loads 2.14",
        "which has GLIBC 2.26, GLIBCXX 3.4.24",
        "big big 2 120.0 ms",
        "all 128.5 ms",
        "pyyaml the trim policy took it",
        "it is a remark",
    ):
        assert expected in said


def test_every_file_is_in_the_list_and_in_the_maps_data() -> None:
    html = page()
    names = ["model.json", "more.json", "empty.py", "METADATA", EXTENSION.name, "__init__.cpython-311.pyc", "l.json"]
    for name in names:
        assert f"<code>{name}</code>" in html
        assert f'"name":"{name}"' in html
    assert embedded(html)["root"]["name"] == "/opt"


def test_what_is_not_known_is_said() -> None:
    said = words(page(zipped({"python/a.py": "x"}), built=False))
    assert "this layer brings no manifest that says what was left out of it" in said
    assert "Not known: how long imports take was measured when the layer was verified" in said
    assert "No distributions are described in this layer" in said
    assert "everything in this layer is Python or data" in said


def test_a_library_that_does_not_fit_comes_first_and_says_why() -> None:
    newer = EXTENSION.read_bytes().replace(b"GLIBC_2.14\0", b"GLIBC_2.34\0")
    html = page(zipped({"python/a.so": EXTENSION.read_bytes(), "python/b.so": newer}), built=False)
    said = words(html)
    assert "✗ 1 does not fit Amazon Linux 2" in said
    assert "✗ needs GLIBC_2.34 (memcpy); Amazon Linux 2 has GLIBC_2.26" in said
    rows = html[html.index('id="native"') :]
    assert rows.index("b.so") < rows.index("a.so")


def test_a_zip_that_is_no_layer_is_told_to_be_none() -> None:
    said = words(page(zipped({"app.py": "x = 1\n", "idna/__init__.py": ""}), built=False))
    assert "This is no layer: nothing in it lies in python/, lib/, bin/ or extensions/, where Lambda looks" in said
    for path in ("python/a.py", "extensions/own", "bin/tool", "lib/libown.so"):
        assert "no layer" not in words(page(zipped({path: "x = 1\n"}), built=False))


def test_a_library_names_what_it_needs_of_the_system_apart_from_what_the_layer_brings() -> None:
    data = EXTENSION.read_bytes()
    html = page(zipped({"python/a.so": data, "python/libpthread.so.0": data}), built=False)
    row = words(html[html.index(">a.so<") : html.index(">libpthread.so.0</code></th>")])
    assert "libc.so.6" in row.partition("of this layer")[0]
    assert "1 of this layer libpthread.so.0" in row


def test_a_version_that_no_glibc_has_is_shown_all_the_same() -> None:
    odd = EXTENSION.read_bytes().replace(b"GLIBC_2.14\0", b"GLIBC_3333\0")
    assert "✗ needs GLIBC_3333 (memcpy)" in words(page(zipped({"python/a.so": odd}), built=False))


def test_a_comparison_tells_packages_sizes_and_files() -> None:
    said = words(page(before=older_layer()))
    for expected in (
        f"+{size(len(our_layer()) - len(older_layer()))} since before.zip",
        "Compared with before.zip : what changed from there to here.",
        "big ~ upgraded 1.0 → 2.0 MIT → Apache-2.0",
        f"old {MINUS} removed 3.0 MIT 7 kB 0 B {MINUS}7 kB",
        "small + added 1.10 MIT 0 B 24 kB +24 kB",
        "Files: 3 added, 1 removed, 2 changed",
        "python/big/__init__.py ~ changed 20 kB 60 kB +40 kB",
    ):
        assert expected in said


def test_a_layer_compared_with_itself_has_not_changed() -> None:
    content = hostile_layer()
    assert "Nothing: they are the same bytes." in words(page(content, before=content, built=False))


def test_nothing_in_a_layer_becomes_markup() -> None:
    harmless, hostile = page(built=False), page(hostile_layer(), before=hostile_layer(), built=False)
    assert len(elements(hostile, "script")) == len(elements(harmless, "script")) == 4
    assert not elements(hostile, "img")
    assert not [name for each in elements(hostile, *_tags(hostile)) for name in each if name.startswith("on")]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in hostile
    root = embedded(hostile)["root"]
    assert HOSTILE.split("/")[0] in json.dumps(root)
    assert "⟨U+202E⟩" in hostile
    assert "\u202e" not in hostile


def _tags(html: str) -> set[str]:
    return {tag for tag, _ in _Elements(html).found}


def test_the_policy_allows_what_the_page_brings_and_nothing_else() -> None:
    html = page()
    (policy,) = [each["content"] or "" for each in elements(html, "meta") if "http-equiv" in each]
    brought = re.findall(r"<script>(.*?)</script>", html, re.DOTALL) + re.findall(
        r"<style>(.*?)</style>", html, re.DOTALL
    )
    hashes = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in brought]
    assert re.findall(r"'sha256-([^']+)'", policy) == [hashes[-1], *hashes[:-1]]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not [each for each in elements(html, *_tags(html)) if "style" in each]


def test_nothing_is_loaded_from_elsewhere() -> None:
    html = page(before=older_layer())
    addresses = [
        each.get(key) for each in elements(html, *_tags(html)) for key in ("src", "href", "action") if key in each
    ]
    assert [each for each in addresses if each and not each.startswith(("#", "data:"))] == []


def test_every_trim_rule_is_explained() -> None:
    assert set(RULES) == set(apply.NAMES)


@pytest.mark.parametrize(("part", "shown"), [(0, "0 %"), (1, "< 0.1 %"), (50, "0.5 %"), (10_000, "100.0 %")])
def test_shares(part: int, shown: str) -> None:
    assert percent(part, 10_000) == shown


def test_no_folder_of_this_machine_is_on_the_page() -> None:
    found = data(our := hostile_layer(), built=False, name="/home/someone/secret/dist/x.zip")
    assert our
    assert found.origin == "dist/x.zip"
