"""The site on paper: white, unfolded, without what only a screen can use."""

import pytest
from conftest import SITE
from playwright.sync_api import Browser

SCREEN_ONLY = (
    ".live-bar, .copybtn, #pst-primary-sidebar, .bd-sidebar-secondary, .bd-header-article, .prev-next-area, .headerlink"
)
# A fold that fades in is printed before anything of it is seen.
HIDDEN = """() => [...document.querySelectorAll("article :is(p, pre, img)")]
    .filter(e => !e.closest("summary, [aria-hidden], .live-bar") && !e.checkVisibility({ visibilityProperty: true })
        || getComputedStyle(e.closest("details > *") ?? e).animationName !== "none")
    .map(e => e.outerHTML.slice(0, 120))"""
SHOWN = """names => [...document.querySelectorAll(names)]
    .filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 120))"""
WIDER = "[...document.querySelectorAll('article pre')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
THEME = "document.documentElement.dataset.theme"
OPEN = "document.querySelectorAll('details[open]').length"


@pytest.mark.parametrize("name", ["perceptrons", "corrections"])
def test_paper_shows_everything_that_is_folded(browser: Browser, name: str) -> None:
    page = browser.new_context(viewport={"width": 700, "height": 990}, color_scheme="dark").new_page()
    page.goto((SITE / "book" / f"{name}.html").as_uri())
    page.evaluate("() => window.MathJax?.startup?.promise")
    before = page.evaluate(OPEN)
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.querySelectorAll('details:not([open])').length") == 0
    assert page.evaluate(THEME) == "light"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(HIDDEN) == []
    assert page.evaluate(SHOWN, SCREEN_ONLY) == []
    assert page.evaluate(WIDER) == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(THEME) == "dark"
    assert page.evaluate(OPEN) == before
    page.context.close()
