"""Readers run the code cells in their browser, and so does this file: on the site that `make book-live` builds.

`test_every_cell_runs` runs all cells of all chapters, so a change of a package or of Pyodide that breaks one is seen.
"""

import gzip
import json
import mimetypes
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import live
import pytest
from conftest import SITE, go_through, violations
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Route, expect

LIVE = SITE / "_static" / "live"
CHAPTERS = sorted(path.stem for path in (live.ROOT / "book").glob("*.ipynb"))
PERCEPTRONS = [
    cell
    for cell in json.loads((live.ROOT / "book" / "perceptrons.ipynb").read_text(encoding="utf-8"))["cells"]
    if cell["cell_type"] == "code"
]


def number_of(text: str) -> int:
    """Return the number of the first cell of the chapter on perceptrons that has the text in its code."""
    return next(i for i, cell in enumerate(PERCEPTRONS, start=1) if text in "".join(cell["source"]))


SETUP, FIGURE, STARTER = 1, number_of("plt.show()"), number_of("check.logical_and(answer)")
PRINTED = PERCEPTRONS[FIGURE - 1]["metadata"]["mystnb"]["image"]["alt"]
END = "done|error|failed|not run|could not|python begins afresh"
MINUTE = 60_000
OPEN = """async () => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Serve the site as `python -m http.server` does."""
    if not (LIVE / "python").is_dir():
        pytest.skip("RUNNING THE CELLS IN A BROWSER: the site has no Python of its own, see `make book-live`")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


def visit(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    page.evaluate(OPEN)
    go_through(page)
    return page


@pytest.fixture(scope="module")
def live_page(browser: Browser, server: str) -> Iterator[tuple[Page, list[str], list[str]]]:
    """Start Python on one page for many tests, and note what it asks for and what goes wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{server}/book/perceptrons.html")
    page.evaluate(OPEN)
    go_through(page)
    press(page, "Run", FIGURE)
    page.get_by_role("button", name="Load and run").click()
    wait(page, FIGURE)
    yield page, asked, wrong
    context.close()


@pytest.fixture
def page(live_page: tuple[Page, list[str], list[str]]) -> Iterator[Page]:
    """Return the page on which Python runs, with all cells as they are printed."""
    page = live_page[0]
    page.set_viewport_size({"width": 1280, "height": 900})
    yield page
    page.evaluate("document.querySelectorAll('.live-button[aria-label^=Reset]:not([hidden])').forEach(b => b.click())")


def cell(page: Page, number: int) -> Locator:
    return page.locator("div.cell").nth(number - 1)


def press(page: Page, what: str, number: int) -> None:
    page.get_by_role("button", name=f"{what} cell {number}", exact=True).click()


def status(page: Page, number: int) -> Locator:
    return cell(page, number).locator(".live-status")


def wait(page: Page, number: int) -> str:
    """Wait until the cell was run, and return what its status says."""
    page.wait_for_function(
        "([status, end]) => new RegExp(end, 'i').test(status.textContent)",
        arg=[status(page, number).element_handle(), END],
        timeout=5 * MINUTE,
    )
    return status(page, number).inner_text()


def run(page: Page, number: int, code: str) -> str:
    """Edit a cell, run it, and return what its status says."""
    press(page, "Edit", number)
    page.get_by_role("textbox", name=f"Code of cell {number}", exact=True).fill(code)
    press(page, "Run", number)
    return wait(page, number)


def restart(page: Page) -> None:
    """End Python at one cell; another one that was run says nothing of it."""
    run(page, STARTER + 2, "1")
    page.get_by_role("button", name=f"Restart Python, at cell {STARTER}", exact=True).click()
    expect(status(page, STARTER)).to_have_text("Python begins afresh at the next run.")
    expect(status(page, STARTER + 2)).to_contain_text("Done in")


def output(page: Page, number: int) -> str:
    return cell(page, number).locator(".cell_output").inner_text()


# --- before the reader asks --------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_page_that_is_opened_loads_nothing_of_python(context: BrowserContext, server: str, chapter: str):
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = visit(context, f"{server}/book/{chapter}.html")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((server, "data:"))] == []
    paths = {urlsplit(url).path for url in asked}
    assert {path for path in paths if "/live/" in path} == {"/_static/live/page.js"}


def test_what_live_code_adds_to_the_first_view_is_light():
    added = sum(len(gzip.compress((LIVE / name).read_bytes())) for name in ["page.js", "live.css"])
    assert added < 8_000


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_jumps(context: BrowserContext, server: str, width: int):
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server}/book/perceptrons.html")
    page.evaluate(OPEN)
    go_through(page)
    heights = (
        "[...document.querySelectorAll('.live-bar')].map(bar => [bar.offsetHeight, getComputedStyle(bar).minHeight])"
    )
    filled = {(height, float(least.removesuffix("px"))) for height, least in page.evaluate(heights)}
    assert all(abs(height - least) < 1 for height, least in filled), filled
    height = "cell => cell.getBoundingClientRect().height"
    before = cell(page, STARTER).evaluate(height)
    press(page, "Edit", STARTER)
    assert cell(page, STARTER).evaluate(height) == before


def test_without_scripts_there_are_no_empty_bars(browser: Browser, server: str):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/book/perceptrons.html")
    assert page.locator(".live-bar").count() > 20
    assert page.locator(".live-bar:visible").count() == 0
    context.close()


def test_opened_as_a_file_it_says_what_it_needs(context: BrowserContext):
    page = visit(context, (SITE / "book" / "perceptrons.html").as_uri())
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    press(page, "Run", STARTER)
    expect(status(page, STARTER)).to_contain_text("python -m http.server")
    # What was folded may still be loading its pictures.
    assert [url for url in asked if "/live/" in url or not url.startswith("file:")] == []
    press(page, "Edit", STARTER)  # editing needs no Python
    assert page.get_by_role("textbox", name=f"Code of cell {STARTER}").input_value().startswith("answer = None")


def public(context: BrowserContext, asked: list[str]) -> None:
    """Let the site use Pyodide's public distribution, and play that: the files are the same."""
    settings = {**json.loads((LIVE / "live.json").read_text()), "address": live.PUBLIC}
    context.route("**/live.json", lambda route: route.fulfill(json=settings))

    def answer(route: Route, request: Request) -> None:
        asked.append(request.url)
        path = LIVE / "python" / urlsplit(request.url).path.rsplit("/", 1)[-1]
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if not path.is_file():
            return route.abort()
        headers = {"access-control-allow-origin": "*", "content-type": kind}
        return route.fulfill(body=path.read_bytes(), headers=headers)

    context.route(f"{live.PUBLIC}**", answer)


def test_the_public_distribution_is_asked_after_saying_so(context: BrowserContext, server: str):
    asked: list[str] = []
    public(context, asked)
    page = visit(context, f"{server}/book/networks.html")
    press(page, "Run", 1)
    host = urlsplit(live.PUBLIC).netloc
    expect(status(page, 1)).to_contain_text(f"MB from {host}")
    expect(page.get_by_role("button", name="Load and run")).to_be_focused()
    page.get_by_role("button", name="Not now").click()
    expect(status(page, 1)).to_have_text("")
    press(page, "Run", 1)
    assert asked == []
    page.get_by_role("button", name="Load and run").click()
    assert wait(page, 1).startswith("Done in")
    assert f"{live.PUBLIC}pyodide.mjs" in asked
    page.goto(f"{server}/book/losses.html")
    press(page, "Run", 1)
    expect(page.get_by_role("button", name="Load and run")).to_have_count(0)  # said yes in this session


def test_a_host_that_does_not_answer_is_told(context: BrowserContext, server: str):
    public(context, [])
    context.route(f"{live.PUBLIC}**", lambda route: route.abort())
    page = visit(context, f"{server}/book/networks.html")
    press(page, "Run", 1)
    page.get_by_role("button", name="Load and run").click()
    assert "Python could not be loaded from" in wait(page, 1)
    expect(page.get_by_role("button", name="Run cell 1", exact=True)).not_to_have_attribute("aria-disabled", "true")


# --- what a run shows --------------------------------------------------------------------------------


def test_run_shows_the_figure_with_its_alternative_text(page: Page):
    press(page, "Run", FIGURE)
    assert wait(page, FIGURE).startswith("Done in")
    picture = cell(page, FIGURE).locator(".cell_output img")
    assert picture.get_attribute("src").startswith("data:image/png;base64,")
    assert picture.get_attribute("alt").startswith(PRINTED)
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 300


def test_the_set_up_cell_was_run_first(page: Page):
    assert status(page, SETUP).inner_text() == "Was run."
    assert cell(page, SETUP).locator(".cell_output").count() == 0


def test_an_edited_figure_says_so(page: Page):
    assert run(page, FIGURE, "plt.plot([1, 2])\nplt.show()").startswith("Done")
    alt = cell(page, FIGURE).locator(".cell_output img").get_attribute("alt")
    assert alt.startswith(f"Figure that the edited code of cell {FIGURE} drew. The printed figure: {PRINTED}")


def test_an_edited_cell_imports_and_prints(page: Page):
    code = """import numpy as np, sympy
from mathnn import losses
print(np.arange(3) @ np.arange(3), sympy.factor("x**2 - 1"))
losses.squared_error.value([[1.0]], [[3.0]])"""
    assert run(page, STARTER, code).startswith("Done")
    assert output(page, STARTER).split("\n")[:2] == ["5 (x - 1)*(x + 1)", "4.0"]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("print('Not yet.')", "Not yet."),
        ("print('before'); 1 / 0", "ZeroDivisionError: division by zero before"),
        ("print('a'); import warnings; warnings.warn('b'); print('c')", re.compile("a\\s.*UserWarning: b.*c$", re.S)),
        ("import sympy; sympy.Symbol('x')", "A formula."),
        ("for i in range(99): print(i, i, i)", "99 lines of output."),
        ("x = 1", ""),
    ],
)
def test_a_screen_reader_is_told_what_a_run_has_brought(page: Page, code: str, told: str | re.Pattern[str]):
    run(page, STARTER, code)
    heard = status(page, STARTER).locator(".visually-hidden")
    expect(heard).to_have_text(told)
    assert heard.evaluate("heard => getComputedStyle(heard).position") == "absolute"


def test_two_figures_of_a_cell_have_two_names(page: Page):
    text = "for k in range(2):\n    plt.figure(); plt.plot([k, 2]); plt.show()"
    assert run(page, STARTER, "import matplotlib.pyplot as plt\n" + text).startswith("Done")
    names = [image.get_attribute("alt") for image in cell(page, STARTER).locator("img").all()]
    assert len(names) == len(set(names)) == 2


def test_a_run_that_times_says_that_times_differ_here(page: Page):
    assert "outside a browser" in run(page, STARTER, "from mathnn import timing; timing.compare({'a': lambda: 1})")
    assert "outside a browser" not in run(page, STARTER, "1")


def test_names_are_kept(page: Page):
    run(page, STARTER, "kept = 6")
    run(page, STARTER + 2, "kept * 7")
    assert output(page, STARTER + 2).strip() == "42"


def test_mathematics_is_typeset(page: Page):
    assert run(page, STARTER, "sp.Integral(sp.exp(-sp.Symbol('x') ** 2), (sp.Symbol('x'), 0, sp.oo))").startswith(
        "Done"
    )
    formula = cell(page, STARTER).locator(".live-latex math")
    expect(formula).to_be_visible()
    assert "∫" in (formula.text_content() or "")
    assert cell(page, STARTER).locator(".live-latex :is(merror, code)").count() == 0


def test_the_checker_of_an_exercise_answers(page: Page):
    assert run(page, STARTER, "check.logical_and((1, 1, -1.5))").startswith("Done")
    assert output(page, STARTER).startswith("Correct.")
    run(page, STARTER, "check.logical_and((1, 1, -0.5))")
    assert output(page, STARTER).startswith("Not yet.")


def test_html_and_its_scripts(page: Page):
    html = "<p id='made'>a</p><script>document.getElementById('made').textContent = 'b'</script>"
    run(page, STARTER, f"display({{'text/html': {html!r}, 'text/plain': ''}}, raw=True)")
    expect(page.locator("#made")).to_have_text("b")


def test_an_error_is_readable(page: Page):
    assert run(page, STARTER, "x = 1\nnp.ones(2) @ np.ones(3)").startswith("Ended with an error.")
    error = cell(page, STARTER).locator(".live-error")
    assert error.locator("p").first.inner_text().startswith("ValueError: matmul")
    assert error.locator("p").nth(1).inner_text() == "In line 2 of this cell: np.ones(2) @ np.ones(3)"
    error.locator("summary").click()
    expect(error.locator("pre")).to_contain_text(f"<cell {STARTER}>")


def test_a_missing_name_leads_to_its_cell(page: Page):
    run(page, STARTER, "if False:\n    print(made_here, end='')")
    run(page, STARTER + 2, "print(made_here)")
    assert cell(page, STARTER + 2).locator(".live-error button").count() == 0
    page.get_by_role("textbox", name=f"Code of cell {STARTER}", exact=True).fill("made_here = 5")
    press(page, "Run", STARTER + 2)
    page.get_by_role("button", name=f"Run cell {STARTER}, then this one").press("Enter")
    expect(page.get_by_role("button", name=f"Run cell {STARTER + 2}", exact=True)).to_be_focused()
    expect(cell(page, STARTER + 2).locator(".live-text")).to_have_text("5\n")


def test_a_missing_package_is_told(page: Page):
    run(page, STARTER, "import torch")
    assert "ModuleNotFoundError: No module named 'torch'" in output(page, STARTER)


def test_reset_restores_code_and_output(page: Page):
    def whole() -> list[str]:
        parts = cell(page, FIGURE).locator("pre, .cell_output")
        return [part.evaluate("part => part.outerHTML") for part in parts.all()]

    page.reload()
    page.evaluate(OPEN)
    go_through(page)
    before = whole()
    text = "print(1)\n" * 3
    press(page, "Edit", FIGURE)
    page.get_by_role("textbox", name=f"Code of cell {FIGURE}").fill(text)
    press(page, "Run", FIGURE)
    wait(page, FIGURE)
    assert whole() != before
    press(page, "Reset", FIGURE)
    assert whole() == before
    expect(page.get_by_role("textbox", name=f"Code of cell {FIGURE}")).to_have_count(0)


def test_reset_removes_the_output_of_a_cell_without_one(page: Page):
    assert cell(page, STARTER).locator(".cell_output").count() == 0
    run(page, STARTER, "1")
    press(page, "Reset", STARTER)
    assert cell(page, STARTER).locator(".cell_output").count() == 0
    expect(page.get_by_role("button", name=f"Run cell {STARTER}", exact=True)).to_be_focused()


# --- interrupting ------------------------------------------------------------------------------------


@pytest.mark.parametrize("loop", ["while True: pass", "while True: print('again')"])
def test_an_endless_loop_can_be_stopped(page: Page, loop: str):
    run(page, STARTER, "kept = 1")
    press(page, "Edit", STARTER)
    page.get_by_role("textbox", name=f"Code of cell {STARTER}").fill(f"print('begins')\n{loop}")
    press(page, "Run", STARTER)
    expect(cell(page, STARTER).locator(".live-text")).to_contain_text("begins", timeout=MINUTE)
    expect(cell(page, STARTER).locator(".cell_output")).not_to_have_attribute(
        "inert", ""
    )  # what is seen is of this run
    press(page, "Run", STARTER + 2)  # waits in line, and is not run either
    press(page, "Stop", STARTER)
    expect(status(page, STARTER)).to_have_text("Stopped. Python begins afresh at the next run.")
    expect(status(page, STARTER + 2)).to_have_text("Not run.")
    assert run(page, STARTER, "'kept' in globals(), np.pi > 3").startswith("Done")
    assert output(page, STARTER).strip() == "(False, True)"


def test_what_was_printed_before_is_not_taken_for_new(page: Page):
    assert run(page, STARTER, "print('old')").startswith("Done")
    page.get_by_role("textbox", name=f"Code of cell {STARTER}").fill("while True: pass")
    press(page, "Run", STARTER)
    expect(status(page, STARTER)).to_have_text("Running …")
    expect(cell(page, STARTER).locator(".cell_output")).to_have_css("opacity", "0.5")
    assert cell(page, STARTER).locator(".cell_output").evaluate("output => output.inert")
    press(page, "Stop", STARTER)
    expect(cell(page, STARTER).locator(".cell_output")).to_be_empty()
    expect(cell(page, STARTER).locator(".cell_output")).not_to_have_attribute("inert", "")
    assert run(page, STARTER, "1").startswith("Done")  # Python begins afresh


def test_a_long_cell_is_edited_from_its_first_line(page: Page):
    press(page, "Edit", SETUP)
    area = page.get_by_role("textbox", name=f"Code of cell {SETUP}")
    assert area.evaluate("area => area.selectionStart") == 0
    assert area.evaluate("area => area.getBoundingClientRect().top") >= 0


def test_restart_forgets_names(page: Page):
    run(page, STARTER, "kept = 1")
    restart(page)
    run(page, STARTER, "'kept' in globals()")
    assert output(page, STARTER).strip() == "False"


def test_a_set_up_cell_that_fails_is_told_and_run_again(page: Page):
    run(page, STARTER, "1")
    press(page, "Edit", SETUP)
    editor = page.get_by_role("textbox", name=f"Code of cell {SETUP}", exact=True)
    editor.fill("1 / 0")
    restart(page)
    assert "set-up cell failed" in run(page, STARTER, "mended")
    expect(cell(page, SETUP).locator(".live-error")).to_contain_text("ZeroDivisionError")
    editor.fill("mended = 'yes'")
    assert run(page, STARTER, "mended").startswith("Done")
    restart(page)


# --- for everyone ------------------------------------------------------------------------------------


def test_the_keyboard_is_enough(page: Page):
    page.get_by_role("button", name=f"Run cell {STARTER}", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    editor = page.get_by_role("textbox", name=f"Code of cell {STARTER}", exact=True)
    expect(editor).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("for k in range(2):  # twice")
    page.keyboard.press("Enter")
    page.keyboard.type("print(k)")
    assert editor.input_value() == "for k in range(2):  # twice\n    print(k)"
    page.keyboard.press("Control+z")
    assert editor.input_value() != "for k in range(2):  # twice\n    print(k)"
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+Enter")
    assert wait(page, STARTER).startswith("Done")
    assert output(page, STARTER).split() == ["0", "1"]
    page.keyboard.press("Tab")
    expect(editor).not_to_be_focused()  # Tab is no trap
    while page.evaluate("document.activeElement.textContent") != "Reset":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Run cell {STARTER}", exact=True)).to_be_focused()


def test_the_edited_code_is_coloured_and_lies_on_its_text(page: Page):
    press(page, "Edit", STARTER)
    editor = page.get_by_role("textbox", name=f"Code of cell {STARTER}", exact=True)
    editor.fill("None if x else 'a # b'  # c\n" + "x = 1\n" * 9)
    code = cell(page, STARTER).locator(".cell_input pre")
    kinds = [(span.get_attribute("class"), span.text_content()) for span in code.locator("span").all()[:5]]
    assert kinds == [("kc", "None"), ("k", "if"), ("k", "else"), ("s1", "'a # b'"), ("c1", "# c")]
    box = "e => [e.getBoundingClientRect().x, e.getBoundingClientRect().width, e.scrollHeight]"
    assert editor.evaluate(box) == pytest.approx(code.evaluate(box), abs=2)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_that_a_run_shows_is_accessible(page: Page, scheme: str, width: int):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    run(page, STARTER, "import warnings\nwarnings.warn('w' * 300)\nprint('long ' * 60)\nsp.Symbol('x') ** 99")
    run(page, STARTER + 2, "plt.plot([1, 2])\nplt.show()\nundefined = nowhere + 'long' * 9 + 'long' * 9")
    press(page, "Run", FIGURE)
    wait(page, FIGURE)
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    go_through(page)
    assert violations(page) == []
    page.emulate_media(color_scheme="light")


def test_the_question_before_loading_is_accessible(context: BrowserContext, server: str):
    page = visit(context, f"{server}/book/networks.html")
    press(page, "Run", 1)
    assert violations(page) == []


def test_nothing_else_was_asked_and_no_script_failed(live_page: tuple[Page, list[str], list[str]], server: str):
    _, asked, wrong = live_page
    assert [url for url in asked if not url.startswith((server, "data:", "blob:"))] == []
    assert wrong == []


# --- all cells ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_cell_runs(context: BrowserContext, server: str, chapter: str):
    page = visit(context, f"{server}/book/{chapter}.html")
    page.evaluate("sessionStorage.setItem('live', location.host)")
    count = page.locator("div.cell").count()
    notebook = json.loads((live.ROOT / "book" / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    assert count == sum(cell["cell_type"] == "code" for cell in notebook["cells"])
    page.evaluate("document.querySelectorAll('.live-button:first-child').forEach(button => button.click())")
    said = {number: wait(page, number) for number in range(1, count + 1)}
    assert {number: text for number, text in said.items() if not text.startswith("Done in")} == {}
