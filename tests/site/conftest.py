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
    """Deal the tests to the workers: a file, or what has the same window, or each chapter that is run as a whole."""
    for item in items:
        settings = getattr(item, "callspec", None)
        window = (
            [str(settings.params[name]) for name in ("scheme", "width") if name in settings.params] if settings else []
        )
        if "every_cell_runs" not in item.name:
            item.add_marker(pytest.mark.xdist_group("-".join([item.path.stem, *window])))


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


def go_through(page: Page) -> None:
    """Have the whole page loaded, for a test that looks at all of it."""
    page.evaluate(THROUGH)
