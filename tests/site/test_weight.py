"""The first view of a page, as a reader's browser asks for it: how much it loads, from where, and whether it jumps."""

import gzip
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from conftest import SITE
from playwright.sync_api import Browser, Page

PAGES = sorted(path.relative_to(SITE).as_posix() for path in (SITE / "book").glob("*.html"))
SIZES = [(1280, 900), (390, 844)]
PLAIN, COMPRESSED, JUMP = 1_500_000, 600_000, 0.01
# Layout shifts, from the beginning; those that follow a click are none.
WATCH = """window.jumps = 0;
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.jumps += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""
PACKED = {".woff", ".woff2", ".png", ".zip"}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def first_view(browser: Browser, server: str, page: str, size: tuple[int, int], harm: str = "") -> dict[str, float]:
    """Open a page, and say what it asked for until it was still."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    tab: Page = context.new_page()
    asked: set[str] = set()
    tab.on("request", lambda request: asked.add(request.url.partition("?")[0]))
    tab.add_init_script(WATCH + harm)
    tab.goto(f"{server}/{page}", wait_until="networkidle")
    tab.evaluate("document.fonts.ready")
    tab.wait_for_timeout(300)
    jumps = tab.evaluate("window.jumps")
    context.close()
    own = [Path(SITE, unquote(urlsplit(url).path).lstrip("/")) for url in asked if url.startswith(server)]
    files = [(path, path.read_bytes()) for path in own if path.is_file()]
    return {
        "plain": sum(len(data) for _, data in files),
        "compressed": sum(len(data if path.suffix in PACKED else gzip.compress(data)) for path, data in files),
        "elsewhere": sum(not url.startswith((server, "data:", "blob:")) for url in asked),
        "jump": jumps,
    }


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("page", PAGES)
def test_first_view_is_light_and_still(browser: Browser, server: str, page: str, size: tuple[int, int]) -> None:
    found = first_view(browser, server, page, size)
    print(page, size[0], found)
    assert 50_000 < found["plain"] < PLAIN
    assert found["compressed"] < COMPRESSED
    assert found["elsewhere"] == 0
    assert found["jump"] < JUMP


def test_planted_weight_and_jump_are_found(browser: Browser, server: str) -> None:
    clean = first_view(browser, server, "book/notation.html", SIZES[1])
    harm = """addEventListener("load", () => {
        fetch("../_static/mathjax/mathjax.js");
        const box = "<div style='height: 300px'>";
        setTimeout(() => document.querySelector("article").insertAdjacentHTML("afterbegin", box), 100);
        new Image().src = "http://localhost:9/a.png";
    });"""
    found = first_view(browser, server, "book/notation.html", SIZES[1], harm)
    assert found["plain"] - clean["plain"] == (SITE / "_static" / "mathjax" / "mathjax.js").stat().st_size
    assert found["compressed"] > clean["compressed"] + 50_000
    assert found["elsewhere"] == 1
    assert found["jump"] > 10 * JUMP > 10 * clean["jump"]
