"""The site with the keyboard alone: every control can be reached, is seen when it is, and gives the keyboard back."""

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import visit
from playwright.sync_api import Browser, Page, expect

PAGES = ["book/index", "book/perceptrons", "book/ledger", "book/api", "search", "genindex"]
CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex='0']"
MISSED = f"""[...document.querySelectorAll("{CONTROLS}")].filter(
    e => e.checkVisibility({{ visibilityProperty: true }}) && !e.disabled && e.tabIndex >= 0 && !e.dataset.seen
    ).map(e => e.outerHTML.slice(0, 200))"""
FOCUSED = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return null;
    e.dataset.seen = Number(e.dataset.seen ?? 0) + 1;
    const { outlineStyle, outlineWidth } = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && box.width > 0 && box.height > 0;
    return [seen, Number(e.dataset.seen), e.outerHTML.slice(0, 200)];
}"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Open a chapter on a phone with a keyboard."""
    page = visit(browser, "book/perceptrons", 390)
    yield page
    page.context.close()


@pytest.mark.parametrize("colours", ["none", "active"])
@pytest.mark.parametrize("name", PAGES)
def test_every_control_is_reached_once_and_seen(browser: Browser, name: str, colours: str) -> None:
    page = visit(browser, name, forced_colors=colours)
    page.evaluate("document.activeElement?.blur()")  # the page of the search begins in its field
    page.evaluate("for (const fold of document.querySelectorAll('article details')) fold.open = true")
    page.wait_for_timeout(300)
    stops: list[list[Any]] = []
    while True:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None or stop[1] > 1:
            break
        stops.append(stop)
    assert name == "search" or "Skip to main content" in stops[0][2]
    assert [text for seen, _, text in stops if not seen] == []
    assert page.evaluate(MISSED) == []
    page.context.close()


def test_the_skip_link_skips_the_sidebar(browser: Browser) -> None:
    page = visit(browser, "book/perceptrons")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.context.close()


@pytest.mark.parametrize("key", ["Enter", " "])
@pytest.mark.parametrize("kind", ["proof-fold", "solution"])
def test_folds_open_and_close(phone: Page, kind: str, key: str) -> None:
    fold = phone.locator(f"details.{kind}").first
    fold.locator("summary").first.focus()
    for state in (True, False):
        phone.keyboard.press(key)
        assert fold.evaluate("fold => fold.open") == state


@pytest.mark.parametrize("name", ["Chapters", "Contents of this page", "Search"])
def test_what_a_button_opens_takes_the_keyboard_and_gives_it_back(phone: Page, name: str) -> None:
    button = phone.get_by_role("button", name=name, exact=True)
    button.focus()
    phone.keyboard.press("Enter")
    dialog = phone.get_by_role("dialog", name=name, exact=True)
    expect(dialog).to_be_visible()
    assert dialog.evaluate("dialog => dialog.contains(document.activeElement)")
    phone.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_the_side_bar_says_which_chapter_is_open(browser: Browser) -> None:
    page = visit(browser, "book/perceptrons")
    expect(page.locator("#pst-primary-sidebar [aria-current=page]")).to_have_text("6. Perceptrons")
    page.context.close()


def test_hiding_the_sidebar_keeps_the_keyboard_where_it_is(browser: Browser) -> None:
    page = visit(browser, "book/perceptrons")
    button = page.get_by_role("button", name="Chapters", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#pst-primary-sidebar")).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page.locator("#pst-primary-sidebar")).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_switch_of_colours_says_which_are_on(browser: Browser, width: int) -> None:
    page = visit(browser, "book/perceptrons", width)
    switch = page.locator(".theme-switch-button:visible")
    switch.focus()
    said = set()
    for _ in range(3):
        expect(switch).to_have_accessible_name(f"Color mode: {page.evaluate('document.documentElement.dataset.mode')}")
        expect(switch).to_be_focused()
        said.add(switch.get_attribute("aria-label"))
        page.keyboard.press("Enter")
    assert len(said) == 3
    page.context.close()


def test_copying_keeps_the_keyboard_where_it_is(browser: Browser) -> None:
    page = visit(browser, "book/perceptrons", permissions=["clipboard-read", "clipboard-write"])
    button = page.locator(".copybtn:visible").nth(2)
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    expect(button).to_be_focused()
    expect(button).to_have_attribute("data-tooltip", "Copied!")
    page.context.close()


@pytest.mark.parametrize("name", ["book/perceptrons", "book/index", "search"])
def test_icons_are_not_read_out(browser: Browser, name: str) -> None:
    page = visit(browser, name)
    tree = page.locator("body").aria_snapshot()
    assert [line for line in tree.splitlines() if any("\ue000" <= letter <= "\uf8ff" for letter in line)] == []
    page.context.close()
