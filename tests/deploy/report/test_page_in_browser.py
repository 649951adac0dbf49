"""The page in a real browser: the map by mouse and by keyboard, sorting, both schemes, paper, a narrow screen."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests import axe
from tests.deploy.published.layers import zipped
from tests.deploy.report.layers import HOSTILE, hostile_layer, older_layer, text
from tests.deploy.report.layers import page as written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

BOXES = """() => [...document.querySelectorAll("#map [role=treeitem]")].map((each) => {
    const {x, y, width, height} = each.getBoundingClientRect();
    return {name: each.node.name, size: each.node.size, zipped: each.node.zipped, x, y, width, height};
})"""
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


@pytest.fixture
def opened(page: Page, tmp_path: Path) -> Callable[..., Page]:
    def open_page(content: bytes | None = None, **more: Any) -> Page:
        path = tmp_path / "page.html"
        path.write_text(written(content, **more), encoding="utf-8")
        page.emulate_media(reduced_motion="reduce")
        page.goto(path.as_uri())
        return page

    return open_page


def parts(page: Page) -> Locator:
    return page.locator("#map [role=treeitem]")


def names(page: Page) -> list[str]:
    return [each["name"] for each in page.evaluate(BOXES)]


def crumbs(page: Page) -> list[str]:
    return page.locator("#crumbs li").all_inner_texts()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.node?.name ?? document.activeElement.tagName"))


@pytest.mark.parametrize("measure", ["size", "zipped"])
def test_areas_are_in_proportion_to_sizes_and_fill_the_map_without_overlap(
    opened: Callable[..., Page], measure: str
) -> None:
    page = opened(zipped({f"a/{number}.py": text(number * 997) for number in range(1, 40)}))
    page.locator(f"input[value={measure}]").check()
    boxes = page.evaluate(BOXES)
    around = page.locator("#map").bounding_box()
    assert around
    assert len(boxes) == 39
    whole = sum(each[measure] for each in boxes)
    for each in boxes:
        share = each["width"] * each["height"] / (around["width"] * around["height"])
        assert share == pytest.approx(each[measure] / whole, rel=0.02)
        assert around["x"] - 0.1 <= each["x"]
        assert each["x"] + each["width"] <= around["x"] + around["width"] + 0.1
        assert each["y"] + each["height"] <= around["y"] + around["height"] + 0.1
    assert not any(_overlap(one, two) for one, two in itertools.combinations(boxes, 2))


def test_tiles_are_near_to_squares(opened: Callable[..., Page]) -> None:
    page = opened(zipped({f"a/{number}.py": text(3000) for number in range(40)}))
    assert all(0.4 < each["width"] / each["height"] < 2.5 for each in page.evaluate(BOXES))


def test_it_begins_where_nearly_everything_is_and_leads_back_to_the_root(opened: Callable[..., Page]) -> None:
    page = opened()
    assert crumbs(page) == ["/opt", "python"]
    assert names(page)[0] == "yaml"
    page.click("#crumbs a >> text=/opt")
    assert names(page) == ["python", "channelwright"]


def test_a_click_opens_a_folder_down_to_its_files_and_the_browser_goes_back(opened: Callable[..., Page]) -> None:
    page = opened()
    page.locator("#map .tile.folder", has_text=re.compile("^data")).first.click(position={"x": 6, "y": 6})
    assert crumbs(page) == ["/opt", "python", "big", "data"]
    assert names(page) == ["model.json", "deep"]
    expect(page.locator("#map")).to_have_attribute("aria-label", "data: 49 kB unzipped")
    page.go_back()
    assert crumbs(page) == ["/opt", "python"]
    page.reload()
    page.goto(f"{page.url.partition('#')[0]}#/python/small")
    assert crumbs(page) == ["/opt", "python", "small"]


def test_a_click_on_a_file_deep_inside_opens_its_folder(opened: Callable[..., Page]) -> None:
    page = opened()
    page.locator("#map .tile.file", has_text="model.json").click()
    assert crumbs(page) == ["/opt", "python", "big", "data"]


def test_the_keyboard_does_all_that_the_mouse_does(opened: Callable[..., Page]) -> None:
    page = opened()
    page.locator("input[value=size]").focus()
    page.keyboard.press("Tab")
    assert focused(page) == "yaml"
    expect(page.locator("#ring")).to_be_visible()
    page.keyboard.press("PageDown")
    assert focused(page) == "big"
    page.keyboard.press("Enter")
    assert crumbs(page) == ["/opt", "python", "big"]
    assert focused(page) == "__init__.py"
    page.keyboard.press("Enter")  # a file: nothing to open
    assert crumbs(page) == ["/opt", "python", "big"]
    page.keyboard.press("Escape")
    assert crumbs(page) == ["/opt", "python"]
    assert focused(page) == "big"
    page.keyboard.press("End")
    assert focused(page) == names(page)[-1]
    page.keyboard.press("Home")
    assert focused(page) == names(page)[0]


def test_arrows_go_where_they_point_and_stop_at_the_edge(opened: Callable[..., Page]) -> None:
    page = opened(zipped({f"a/{name}.py": text(4000) for name in "abcdefghi"}))
    boxes = {each["name"]: each for each in page.evaluate(BOXES)}
    parts(page).first.focus()
    for key, axis, sign in (
        ("ArrowRight", "x", 1),
        ("ArrowDown", "y", 1),
        ("ArrowLeft", "x", -1),
        ("ArrowUp", "y", -1),
    ):
        before = focused(page)
        page.keyboard.press(key)
        assert sign * (boxes[focused(page)][axis] - boxes[before][axis]) > 0
    assert focused(page) == names(page)[0]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == names(page)[0]


def test_one_part_of_the_map_is_in_the_tab_order_and_each_says_what_it_is(opened: Callable[..., Page]) -> None:
    page = opened()
    assert page.locator("#map [tabindex='0']").count() == 1
    big = page.get_by_role("treeitem", name=re.compile("^big 109 kB, folder with 4 files, "))
    expect(big).to_have_attribute("aria-expanded", "false")
    assert page.locator("#map .tile:not([role]):not([aria-hidden])").count() == 0


def test_what_is_pointed_at_is_described(opened: Callable[..., Page]) -> None:
    page = opened()
    page.locator("#map .tile.file", has_text="model.json").hover()
    expect(page.locator("#about")).to_contain_text("python/big/data/model.json 40 kB unzipped")
    expect(page.locator("#about")).to_contain_text("data · of big")


def test_tables_are_sorted_by_a_click_numbers_as_numbers(opened: Callable[..., Page]) -> None:
    page = opened()
    column = page.locator("#packages tbody th")
    assert column.all_inner_texts() == ["pyyaml", "big", "small"]
    page.locator("#packages").get_by_role("button", name="package").click()
    assert column.all_inner_texts() == ["big", "pyyaml", "small"]
    page.locator("#packages").get_by_role("button", name="version").click()
    assert column.all_inner_texts() == ["small", "big", "pyyaml"]
    heading = page.locator("#packages").get_by_role("columnheader", name="unzipped")
    for order, expected in (("descending", ["pyyaml", "big", "small"]), ("ascending", ["small", "big", "pyyaml"])):
        heading.get_by_role("button").press("Enter")
        assert column.all_inner_texts() == expected
        expect(heading).to_have_attribute("aria-sort", order)
    assert "3 packages" in page.locator("#packages tfoot").inner_text()


def test_the_map_shows_what_changed(opened: Callable[..., Page]) -> None:
    page = opened(before=older_layer())
    page.locator("input[value=change]").check()
    model = page.locator("#map .tile.file", has_text="model.json")
    same = model.evaluate("(each) => getComputedStyle(each).backgroundColor")
    page.goto(f"{page.url.partition('#')[0]}#/python/small")
    added = page.locator("#map .tile.file", has_text="__init__.py").first
    assert added.evaluate("(each) => getComputedStyle(each).backgroundColor") != same
    expect(added.locator(".name")).to_have_text("+ __init__.py")
    expect(page.locator(".changes")).to_be_visible()


def test_names_that_would_break_out_are_shown(opened: Callable[..., Page]) -> None:
    page = opened(hostile_layer(), built=False)
    assert HOSTILE in page.locator("#packages").inner_text()
    assert "{{x}}${data}$data⟨U+202E⟩gpj.py" in page.locator("#map").inner_text()
    assert page.locator("img").count() == 0


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


def _overlap(one: dict[str, float], two: dict[str, float]) -> bool:
    return all(
        min(one[at] + one[side], two[at] + two[side]) - max(one[at], two[at]) > 0.5
        for at, side in (("x", "width"), ("y", "height"))
    )
