"""The built site in a real browser: every page, in light, dark and high contrast, wide and on a phone.

`make test-site` builds the site and runs this file. It needs Chromium: on the PATH, or named by the variable CHROMIUM.
"""

import itertools
from collections.abc import Iterator

import pytest
from conftest import SITE, go_through, violations
from playwright.sync_api import Browser, BrowserContext, Page, Request

# What lies in _static are templates of the theme, that nobody opens.
PAGES = [page.relative_to(SITE).as_posix() for page in sorted(SITE.rglob("*.html"))]
PAGES = [page for page in PAGES if not page.startswith("_static/")]
SCHEMES = ["light", "dark", "contrast"]  # contrast: the reader's system sets all colours
WINDOWS = [*itertools.product(SCHEMES, [1280, 390]), ("light", 320)]
# The source of each module of mathnn is a page too, all of one make: these are opened in one window only.
OPENED = [
    (name, scheme, width)
    for scheme, width in WINDOWS
    for name in PAGES
    if "_modules/" not in name or (scheme, width) == ("dark", 390)
]

# Fonts are there and book.js has run, so that what is measured is what a reader sees.
READY = """async () => {
    await document.fonts.ready;
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    await new Promise(resolve => setTimeout(resolve, 200));
}"""
FORMULAS = "document.querySelectorAll('.math').length"
# A formula that is not MathML, or has no size.
NOT_SET = """[...document.querySelectorAll('.math')].filter(formula => {
    const box = formula.querySelector('math')?.getBoundingClientRect();
    return !box || (formula.checkVisibility() && (box.height < 4 || box.width < 2 || box.height > 800));
})"""
WIDER_THAN_WINDOW = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture(scope="session")
def context(browser: Browser, scheme: str, width: int) -> Iterator[BrowserContext]:
    """Open a window in the asked colour scheme and width."""
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        forced_colors="active" if scheme == "contrast" else "none",
        contrast="more" if scheme == "contrast" else "no-preference",
        viewport={"width": width, "height": 900},
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Open an empty tab."""
    page = context.new_page()
    yield page
    page.close()


def test_there_are_pages() -> None:
    assert "index.html" in PAGES
    assert len(PAGES) > 5, f"{SITE} has only {PAGES}: run `make book`"


@pytest.mark.parametrize(("name", "scheme", "width"), OPENED, scope="session")
def test_page(page: Page, name: str, scheme: str, width: int) -> None:
    elsewhere: list[str] = []
    errors: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((SITE.as_uri(), "data:", "blob:")):
            elsewhere.append(request.url)

    page.on("request", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto((SITE / name).as_uri())
    if name == "index.html":
        page.wait_for_url("**/book/index.html")
    page.evaluate(READY)
    go_through(page)

    assert page.evaluate("document.documentElement.dataset.theme") == ("dark" if scheme == "dark" else "light")
    assert elsewhere == []
    assert errors == []
    assert page.evaluate(f"{NOT_SET}.map(formula => formula.textContent)") == []
    assert page.locator("merror, mjx-container, .math > code").all_text_contents() == []
    assert page.evaluate(WIDER_THAN_WINDOW) <= 0, "the page is wider than the window"
    assert violations(page) == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280)], scope="session")
def test_the_redirect_is_a_page_itself(page: Page) -> None:
    text = (SITE / "index.html").read_text(encoding="utf-8")
    refresh = '<meta http-equiv="refresh" content="0; url=book/index.html">'
    assert refresh in text
    page.set_content(text.replace(refresh, ""))
    assert violations(page) == []
    assert page.get_by_role("link").get_attribute("href") == "book/index.html"


@pytest.mark.parametrize(("scheme", "width"), [("light", 390)], scope="session")
@pytest.mark.parametrize(
    ("harm", "rule"),
    [
        ('<img src="../_static/logo.svg">', "image-alt"),
        ('<p style="color: #999; background: #fff">too pale to read</p>', "color-contrast"),
        ('<div id="twice"></div><button aria-labelledby="nowhere"></button>', "button-name"),
    ],
)
def test_a_planted_violation_is_found(page: Page, harm: str, rule: str) -> None:
    page.goto((SITE / "book" / "index.html").as_uri())
    page.evaluate(READY)
    go_through(page)
    page.evaluate("html => document.querySelector('article').insertAdjacentHTML('beforeend', html)", harm)
    assert any(found.startswith(f"{rule}:") for found in violations(page))


@pytest.mark.parametrize(("scheme", "width"), [("light", 390)], scope="session")
def test_a_planted_error_and_overflow_are_found(page: Page) -> None:
    page.goto((SITE / "book" / "notation.html").as_uri())
    page.evaluate(READY)
    go_through(page)
    assert page.evaluate(FORMULAS) > 0
    page.evaluate(
        """() => document.querySelector("article").insertAdjacentHTML("beforeend",
        '<div style="width: 900px">wide</div><span class="math">left as it was</span>' +
        '<span class="math"><math><mi></mi></math></span>')"""
    )
    assert page.evaluate(f"{NOT_SET}.length") == 2
    assert page.evaluate(WIDER_THAN_WINDOW) > 0
