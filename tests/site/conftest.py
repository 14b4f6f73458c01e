"""The browser in which the tests of the site look at it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

SITE = Path(__file__).parents[2] / "_build" / "html"
# Far parts of a page are laid out, and boxes that scroll there get their place in the order of the keys, when they come
# near the window. So go there once.
WHOLE = ".bd-article section { content-visibility: visible !important }"
THROUGH = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    for (let y = 0; y < document.documentElement.scrollHeight; y += 2 * innerHeight) {
        scrollTo({ top: y, behavior: "instant" });
        await frame();
        await frame();
    }
    scrollTo({ top: 0, behavior: "instant" });
    await frame();
}"""
SILENT = ["--no-sandbox", "--disable-gpu", "--disable-sync"]
SILENT += ["--disable-background-networking", "--disable-component-update"]

expect.set_options(timeout=30_000)  # a busy machine is not a fault of the site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one browser for all pages; that there is none is a failure, not a reason to skip."""
    chromium = shutil.which(os.environ.get("CHROMIUM") or "chromium")
    if not chromium:
        pytest.fail("No Chromium. Install it (Debian: apt install chromium) or set CHROMIUM to its name or path.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=SILENT)
        yield browser
        browser.close()


def violations(page: Page) -> list[str]:
    """Say in one line each what axe-core finds wrong with the page."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def lay_out(page: Page) -> None:
    """Have the whole page laid out, for a test that looks at all of it."""
    page.add_style_tag(content=WHOLE)
    page.evaluate(THROUGH)
