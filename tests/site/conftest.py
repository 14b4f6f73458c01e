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
# Pictures come, and boxes that scroll get their place in the order of the keys, when they come near the window. So go
# there once.
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the tests to the workers: a file, or what of it is for the same window or the same chapter."""
    for item in items:
        settings = item.callspec.params if hasattr(item, "callspec") else {}
        dealt = [str(settings[name]) for name in ("scheme", "width", "chapter") if name in settings]
        item.add_marker(pytest.mark.xdist_group("-".join([item.path.stem, *dealt])))


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


def visit(browser: Browser, page: str, width: int = 1280, **options: Any) -> Page:
    """Open a page in a window of its own, as it is after its scripts."""
    opened = browser.new_context(viewport={"width": width, "height": 900}, **options).new_page()
    opened.goto((SITE / f"{page}.html").as_uri())
    opened.wait_for_timeout(300)
    return opened


def violations(page: Page) -> list[str]:
    """Say in one line each what axe-core finds wrong with the page."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def go_through(page: Page) -> None:
    """Have the whole page loaded, for a test that looks at all of it."""
    page.evaluate(THROUGH)
