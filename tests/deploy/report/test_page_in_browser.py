"""The page in a real browser: the map by mouse and by keyboard, sorting."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.deploy.published.layers import zipped
from tests.deploy.report.browsing import BOXES, parts
from tests.deploy.report.layers import HOSTILE, hostile_layer, older_layer, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def names(page: Page) -> list[str]:
    return [each["name"] for each in page.evaluate(BOXES)]


def expect_crumbs(page: Page, *names: str) -> None:
    """Wait for them: that the address changed is told to the page some time later."""
    expect(page.locator("#crumbs li")).to_have_text(names)


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
    expect_crumbs(page, "/opt", "python")
    assert names(page)[0] == "yaml"
    page.click("#crumbs a >> text=/opt")
    expect_crumbs(page, "/opt")
    assert names(page) == ["python", "channelwright"]


def test_a_click_opens_a_folder_down_to_its_files_and_the_browser_goes_back(opened: Callable[..., Page]) -> None:
    page = opened()
    page.locator("#map .tile.folder", has_text=re.compile("^data")).first.click(position={"x": 6, "y": 6})
    expect_crumbs(page, "/opt", "python", "big", "data")
    assert names(page) == ["model.json", "deep"]
    expect(page.locator("#map")).to_have_attribute("aria-label", "data: 49 kB unzipped")
    page.go_back()
    expect_crumbs(page, "/opt", "python")
    page.reload()
    page.goto(f"{page.url.partition('#')[0]}#/python/small")
    expect_crumbs(page, "/opt", "python", "small")


def test_a_click_on_a_file_deep_inside_opens_its_folder(opened: Callable[..., Page]) -> None:
    page = opened()
    page.locator("#map .tile.file", has_text="model.json").click()
    expect_crumbs(page, "/opt", "python", "big", "data")


def test_the_keyboard_does_all_that_the_mouse_does(opened: Callable[..., Page]) -> None:
    page = opened()
    page.locator("input[value=size]").focus()
    page.keyboard.press("Tab")
    assert focused(page) == "yaml"
    expect(page.locator("#ring")).to_be_visible()
    page.keyboard.press("PageDown")
    assert focused(page) == "big"
    page.keyboard.press("Enter")
    expect_crumbs(page, "/opt", "python", "big")
    assert focused(page) == "__init__.py"
    page.keyboard.press("Enter")  # a file: nothing to open
    expect_crumbs(page, "/opt", "python", "big")
    page.keyboard.press("Escape")
    expect_crumbs(page, "/opt", "python")
    assert focused(page) == "big"
    page.keyboard.press("End")
    assert focused(page) == names(page)[-1]
    page.keyboard.press("Home")
    assert focused(page) == names(page)[0]


def test_the_focus_stays_where_it_is_when_the_window_gets_another_size(opened: Callable[..., Page]) -> None:
    page = opened()
    parts(page).nth(1).focus()
    before = page.evaluate("map.clientWidth")
    page.set_viewport_size({"width": 500, "height": 700})
    page.wait_for_function("width => map.clientWidth < width", arg=before)
    page.evaluate("new Promise(requestAnimationFrame)")
    assert focused(page) == "big"


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


def _overlap(one: dict[str, float], two: dict[str, float]) -> bool:
    return all(
        min(one[at] + one[side], two[at] + two[side]) - max(one[at], two[at]) > 0.5
        for at, side in (("x", "width"), ("y", "height"))
    )
