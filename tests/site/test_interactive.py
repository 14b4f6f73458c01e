"""The figures that readers move: with the keyboard, the mouse and a finger."""

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from conftest import SITE
from playwright.sync_api import Browser, Locator, Page

FIGURES = [
    (path.name, figure["id"])
    for path in sorted((SITE / "book").glob("*.html"))
    for figure in BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select("div.interactive")
]
SHOWN = "box => [box.querySelector('svg').innerHTML, box.querySelector('output').textContent]"
VALUES = "bars => bars.map(bar => Number(bar.value))"
# The corner of the handle's disc: a drag need not begin in its middle.
CORNER = {"x": 12, "y": 12}


@pytest.fixture(params=FIGURES, ids=lambda found: found[1])
def figure(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Locator]:
    """Open the page of a figure on a phone."""
    page, name = request.param
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    opened = context.new_page()
    opened.goto((SITE / "book" / page).as_uri())
    found = opened.locator(f"#{name}")
    found.scroll_into_view_if_needed()
    yield found
    context.close()


def test_most_chapters_have_a_figure() -> None:
    assert len({page for page, _ in FIGURES}) >= 8, FIGURES


def test_the_page_opens_with_the_picture_that_needs_no_script(browser: Browser, figure: Locator) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(figure.page.url)
    still = page.locator(f"#{figure.get_attribute('id')}")
    assert still.evaluate(SHOWN) == figure.evaluate(SHOWN)
    assert still.locator(".controls").is_hidden()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_its_words_have_the_colour_of_the_text(figure: Locator, theme: str) -> None:
    figure.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    colour = "element => getComputedStyle(element).color"
    text = figure.page.locator("article p").first.evaluate(colour)
    for words in figure.locator("svg, label, output").all():
        assert words.evaluate(colour) == text


def test_every_slider_moves_with_the_keyboard_and_says_where_it_is(figure: Locator) -> None:
    for bar in figure.locator("input").all():
        assert bar.is_visible()
        bar.focus()
        seen = []
        for key in ("Home", "ArrowRight", "End"):
            bar.press(key)
            seen.append((bar.get_attribute("aria-valuetext"), figure.evaluate(SHOWN)))
        texts, shown = zip(*seen, strict=True)
        assert all(texts)
        assert shown[0] != shown[2]
        assert all(text not in ("", None) for text in texts)


def test_a_handle_follows_the_mouse_and_a_finger(figure: Locator) -> None:
    handle = figure.locator(".handle")
    if not handle.count():
        pytest.skip("moved by sliders only")
    page = figure.page
    bars = figure.locator("input")
    for start in ("Home", "End"):
        for bar in bars.all():
            bar.press(start)
        before = bars.evaluate_all(VALUES)
        drag(page, handle, figure.locator("svg"))
        middle = bars.evaluate_all(VALUES)
        assert middle != before
    box, before_touch = handle.bounding_box(), figure.locator("svg").bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    for kind, dx in (("touchStart", 0), ("touchMove", -30), ("touchMove", -60)):
        points = [{"x": box["x"] + box["width"] / 2 + dx, "y": box["y"] + box["height"] / 2 + dx}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert bars.evaluate_all(VALUES) != middle
    # Not scrollY: formulas above the figure may still be growing, and browsers make up for that.
    assert figure.locator("svg").bounding_box() == before_touch, "the page scrolled under the finger"


def drag(page: Page, handle: Locator, svg: Locator) -> None:
    """Drag the handle to the middle of the figure."""
    box, target = handle.bounding_box(), svg.bounding_box()
    assert box is not None
    assert target is not None
    page.mouse.move(box["x"] + CORNER["x"], box["y"] + CORNER["y"])
    page.mouse.down()
    page.mouse.move(target["x"] + target["width"] / 2, target["y"] + target["height"] * 0.4, steps=5)
    page.mouse.up()
