"""The site in the hands of a reader: the way back, what is cut off, what is dark, what a menu does once it was used."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from conftest import SITE, go_through, visit
from PIL import Image
from playwright.sync_api import Browser, Page, expect

WIDE = ".bd-article :is(.math, .math > div, pre, .pst-scrollable-table-container, .output)"
# Boxes whose content is cut off on a side, and whether the shadow on that side says so.
CUT_OFF = f"""[...document.querySelectorAll("{WIDE}")].filter(box =>
    box.checkVisibility() && getComputedStyle(box).overflowX === "auto" && box.scrollWidth > box.clientWidth + 2
).map(box => [
    box.scrollLeft < box.scrollWidth - box.clientWidth - 2,
    / -1[46](\\.\\d+)?px /.test(" " + getComputedStyle(box).boxShadow),
])"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Open a chapter on a phone."""
    page = visit(browser, "book/perceptrons", 390, has_touch=True)
    yield page
    page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_way_back_leads_to_where_the_reader_was(browser: Browser, width: int) -> None:
    page = visit(browser, "book/gradient_descent", width)
    go_through(page)
    link = page.locator("article a[href^='convexity.html#']:visible").last
    link.scroll_into_view_if_needed()
    place = link.evaluate("link => link.getBoundingClientRect().top")
    link.click()
    page.wait_for_url("**/convexity.html#*")
    page.go_back()
    page.wait_for_load_state("load")
    page.wait_for_timeout(500)
    assert page.evaluate("scrollY") > 10_000
    assert abs(link.evaluate("link => link.getBoundingClientRect().top") - place) < 40
    page.context.close()


@pytest.mark.parametrize("name", ["book/index", "book/perceptrons"])
def test_the_height_of_a_page_does_not_depend_on_where_one_was(phone: Page, name: str) -> None:
    phone.goto((SITE / f"{name}.html").as_uri())
    phone.wait_for_timeout(500)
    before = phone.evaluate("document.documentElement.scrollHeight")
    go_through(phone)
    assert abs(phone.evaluate("document.documentElement.scrollHeight") - before) < 0.01 * before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_stand_on_the_colour_of_the_page(browser: Browser, scheme: str) -> None:
    page = visit(browser, "book/perceptrons", color_scheme=scheme)
    paper = [int(part) for part in page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)")[:3]]
    figures = page.locator("article .cell_output img").all()
    assert len(figures) > 2
    for figure in figures:
        figure.scroll_into_view_if_needed()
        page.wait_for_timeout(300)
        seen = np.asarray(Image.open(io.BytesIO(figure.screenshot())).convert("RGB"), dtype=int)
        np.testing.assert_allclose(seen[2, 2], paper, atol=12)  # at a corner nothing is drawn
        assert np.ptp(seen) > 100  # elsewhere something is
    page.context.close()


def test_what_is_cut_off_has_a_shadow(phone: Page) -> None:
    phone.evaluate("for (const fold of document.querySelectorAll('article details')) fold.open = true")
    go_through(phone)
    phone.wait_for_timeout(300)
    cut = phone.evaluate(CUT_OFF)
    assert len(cut) > 20
    assert [box for box in cut if box != [True, True]] == []
    boxes = phone.locator(".math > div[aria-label]:visible").all()
    box = max(boxes, key=lambda box: int(box.evaluate("box => box.scrollWidth - box.clientWidth")))
    box.scroll_into_view_if_needed()
    box.evaluate("box => (box.scrollLeft = 9)")
    for side in ("left", "right"):
        expect(box).to_contain_class(f"more-{side}")
    box.evaluate("box => (box.scrollLeft = box.scrollWidth)")
    expect(box).not_to_contain_class("more-right")
    expect(box).to_contain_class("more-left")


def test_a_checker_speaks_in_lines_that_fit(phone: Page) -> None:
    said = phone.locator(".checker .cell_output pre")
    assert said.count() > 4
    assert [box for box in said.all() if box.evaluate("box => box.scrollWidth > box.clientWidth + 1")] == []


def test_the_contents_go_when_one_has_chosen(phone: Page) -> None:
    phone.get_by_role("button", name="Contents of this page").tap()
    dialog = phone.get_by_role("dialog", name="Contents of this page")
    link = dialog.get_by_role("link").nth(3)
    goal = link.get_attribute("href")
    link.tap()
    expect(dialog).to_be_hidden()
    assert phone.evaluate("location.hash") == goal
    assert abs(phone.locator(str(goal)).evaluate("section => section.getBoundingClientRect().top")) < 200


def test_the_sign_of_the_search_does_not_lie_on_what_is_typed(phone: Page) -> None:
    phone.get_by_role("button", name="Search", exact=True).tap()
    field = phone.get_by_role("searchbox").filter(visible=True)
    sign = phone.locator("#pst-search-dialog svg, #pst-search-dialog .fa-magnifying-glass").first.bounding_box()
    begins = field.evaluate("e => e.getBoundingClientRect().left + parseFloat(getComputedStyle(e).paddingLeft)")
    assert sign
    assert begins > sign["x"] + sign["width"]


def test_formulas_are_not_torn_from_what_belongs_to_them(phone: Page) -> None:
    phone.goto((SITE / "book/gradient_descent.html").as_uri())
    whole = [part.strip() for part in phone.locator(".no-break").all_text_contents()]
    assert any(part.endswith("-smooth.") or part.endswith("-smooth") for part in whole)
    assert any(part.startswith("(") for part in whole)
