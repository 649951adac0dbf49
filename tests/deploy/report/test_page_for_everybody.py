"""The page for everybody: contrast and axe in both schemes, paper, a narrow screen, without script, many files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests import axe
from tests.deploy.published.layers import zipped
from tests.deploy.report.browsing import BOXES, parts
from tests.deploy.report.layers import hostile_layer, older_layer
from tests.deploy.report.layers import page as written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


# Every text on the page with its contrast to what is painted below it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
CONTRASTS = """() => {
    const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1}).getContext("2d");
    const painted = (colours) => {
        for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (rgb) => {
        const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const grounds = (element) => {
        const found = [];
        for (let at = element; at; at = at.parentElement) {
            const style = getComputedStyle(at);
            const stripes = style.backgroundImage.match(/rgba?\\([^)]*\\)/g);
            if (stripes) return stripes.map((stripe) => painted(["#fff", stripe, ...found]));
            found.unshift(style.backgroundColor);
        }
        return [painted(["#fff", ...found])];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const said = walker.currentNode.textContent.trim();
        if (!said || element.closest("script") || !element.checkVisibility() || element.closest(".unseen")) continue;
        for (const ground of grounds(element)) {
            const [one, two] = [light(painted([getComputedStyle(element).color])), light(ground)];
            found.push([(Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05), said.slice(0, 40)]);
        }
    }
    return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colours", ["kind", "change"])
def test_every_text_has_contrast(opened: Callable[..., Page], scheme: Any, colours: str) -> None:
    page = opened(before=older_layer())
    page.emulate_media(color_scheme=scheme)
    page.locator(f"input[value={colours}]").check()
    for summary in page.locator("details > summary").all():
        if summary.is_visible():
            summary.click()
    found = page.evaluate(CONTRASTS)
    assert len(found) > 150
    assert [each for each in found if each[0] < 4.5] == []
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(19, 22, 26)") is (scheme == "dark")


@pytest.mark.parametrize("width", [360, 480, 768, 1056, 1121, 1280, 1600, 1900])
def test_nothing_sticks_out_at_any_width(opened: Callable[..., Page], width: int) -> None:
    page = opened(before=older_layer())
    page.set_viewport_size({"width": width, "height": 740})
    for summary in page.locator("details > summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    frames = page.locator(".frame")
    assert frames.count() == 10
    wider = "(all) => all.filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.ariaLabel)"
    assert frames.evaluate_all(wider) == [], "every table is read without moving it"
    assert parts(page).count() == 4
    box = page.locator("#map").bounding_box()
    assert box
    assert box["width"] <= width


def test_paper_has_the_map_and_the_tables_and_nothing_to_press(opened: Callable[..., Page]) -> None:
    page = opened()
    page.set_viewport_size({"width": 720, "height": 1000})
    page.emulate_media(media="print", color_scheme="dark")
    around, boxes = page.locator("#map").bounding_box(), page.evaluate(BOXES)
    assert around
    assert 0 < around["width"] <= 720
    whole = sum(each["size"] for each in boxes)
    for each in boxes:
        share = each["width"] * each["height"] / (around["width"] * around["height"])
        assert share == pytest.approx(each["size"] / whole, abs=0.02)
    expect(page.locator(".tools")).to_be_hidden()
    expect(page.get_by_role("table", name="The largest files")).to_be_visible()
    expect(page.get_by_role("table", name="What the files are for")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 33, 41)"
    # A button in a table's head keeps Chromium from repeating the head on the next page.
    assert (
        page.locator("#packages thead button").first.evaluate("(each) => getComputedStyle(each).display") == "contents"
    )
    assert page.pdf().startswith(b"%PDF")


def test_without_script_the_tables_are_there_and_no_map(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(written(), encoding="utf-8")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    expect(page.locator("#explorer")).to_be_hidden()
    expect(page.get_by_role("table", name="Packages")).to_be_visible()
    page.locator("details.all > summary").click()
    expect(page.locator("details.all").get_by_text("python", exact=True)).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    "content", [None, hostile_layer(), zipped({"app.py": "x = 1\n"})], ids=["own", "hostile", "code"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Callable[..., Page], content: bytes | None, scheme: Any) -> None:
    page = opened(content, before=older_layer() if content is None else None, built=content is None)
    page.emulate_media(color_scheme=scheme)
    for summary in page.locator("details > summary").all():
        summary.click()
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert axe.findings(page) == []


def test_zooming_moves_unless_less_motion_is_wished(opened: Callable[..., Page]) -> None:
    page = opened()
    running = "document.getElementById('map').getAnimations().length"
    go = "location.hash = '#/python/big'; return new Promise((done) => addEventListener('hashchange', () => done("
    assert page.evaluate(f"() => {{ {go}{running}))) }}") == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(f"() => {{ {go.replace('/big', '')}{running}))) }}") == 1


def test_ten_thousand_files_are_drawn(opened: Callable[..., Page]) -> None:
    page = opened(zipped({f"p{at % 97}/q{at % 13}/f{at}.py": "x" * (200 + at % 700) for at in range(10_000)}))
    assert parts(page).count() == 97
