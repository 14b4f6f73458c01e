"""The site builds strictly, and every page is whole: no leaks, no dead links, no request to another host.

All in one file, so that the site is built once: xdist gives a file to one worker.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import light
import live
import notebooks
import pytest
import site_gates as gates
from notebooks import ROOT


@dataclass(frozen=True)
class Built:
    root: Path
    log: str
    code: int
    site: gates.Site
    files: set[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Built:
    """The site, built from the repository into a folder of its own."""
    out = tmp_path_factory.mktemp("site")
    jupyter_book = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", jupyter_book, "build", str(ROOT)]
    done = subprocess.run(
        [*command, "--path-output", str(out), "-W", "-n", "--keep-going"],
        cwd=out,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "default"},
    )
    html = out / "_build" / "html"
    files = {path.relative_to(html).as_posix() for path in html.rglob("*") if path.is_file()}
    pages = {
        name: (html / name).read_text(encoding="utf-8")
        for name in sorted(files)
        if name.endswith(".html") and not name.startswith("_static/")
    }
    return Built(html, done.stdout + done.stderr, done.returncode, gates.parse(pages), files)


def report(objections: list[str]) -> None:
    assert not objections, "\n" + "\n".join(objections)


def test_builds_without_a_warning(built: Built):
    lines = built.log.splitlines()
    report([line for line in lines if "WARNING" in line or "ERROR" in line])
    assert built.code == 0, "\n".join(lines[-40:])


def test_has_all_pages(built: Built):
    expected = {path.relative_to(ROOT).with_suffix(".html").as_posix() for path in notebooks.paths()}
    assert expected | {"index.html", "book/ledger.html"} <= set(built.site)


def test_ledger_lists_every_statement(built: Built):
    targets = {tag["href"] for tag in built.site["book/ledger.html"].find_all("a", href=True)}
    missing = [
        statement.label
        for notebook in notebooks.book()
        for statement in notebook.statements
        if f"{notebook.name}.html#{statement.label}" not in targets
    ]
    assert not missing


def test_no_leaks(built: Built):
    report(gates.leaks(built.site))


def test_links(built: Built):
    report(gates.links(built.site, built.files))


def test_names(built: Built):
    report(gates.names(built.site))


def test_heads(built: Built):
    report(gates.heads(built.site, "Neural Networks: Proofs and Programs"))


def test_outline(built: Built):
    report(gates.outline(built.site))


def test_alt_texts(built: Built):
    report(gates.alt_texts(built.site))


def test_no_page_asks_another_host(built: Built):
    report(gates.foreign_in_page(built.site))


def test_no_file_asks_another_host(built: Built):
    report(gates.foreign_in_files(built.root))


def test_live_code_asks_one_host_only(built: Built):
    report(gates.asked_by_live_code(built.root, live.PUBLIC))
    assert live.PUBLIC in (built.root / "_static" / "live" / "live.json").read_text(encoding="utf-8")


def signs_without_a_shape(site: gates.Site) -> set[str]:
    """Find the signs in formulas that the font of the site was made without, by the command in CONTRIBUTING.md."""
    command = re.search(r'--unicodes="([^"]*)"', (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert command
    ends = [part.partition("-") for part in command[1].replace("\\\n", "").split(",")]
    drawn = {chr(code) for low, _, high in ends for code in range(int(low, 16), int(high or low, 16) + 1)}
    formulas = [formula.get_text() for page in site.values() for formula in page.find_all("math")]
    return {sign for sign in "".join(formulas) if not sign.isspace()} - drawn


def test_the_font_has_every_sign(built: Built):
    assert signs_without_a_shape(built.site) == set()


def test_a_sign_that_the_font_lacks_is_found():
    assert signs_without_a_shape(page("<math><mi>x</mi><mo>⨊</mo></math>")) == {"⨊"}


def test_formulas_are_mathml(built: Built):
    formulas = [formula for page in built.site.values() for formula in page.select(".math")]
    assert len(formulas) > 5000
    report([str(formula)[:80] for formula in formulas if not formula.find("math") or formula.find("code")])
    report([path for path, page in built.site.items() if page.find("script", src=re.compile("mathjax"))])


def test_pages_are_light(built: Built):
    """No page loads the index of the search but that of the search, and nothing is there that no page asks for."""
    report(
        [
            path
            for path, page in built.site.items()
            if page.find("script", src=re.compile("index")) and path != "search.html"
        ]
    )
    assert built.site["search.html"].find("script", src=re.compile("searchindex"))
    assert list(light.unasked(built.root)) == []
    report(
        [
            path
            for path, page in built.site.items()
            for picture in page.select("article img[src*=_images]")
            if not picture.get("width")
        ]
    )


def test_icons_are_light(built: Built):
    assert 1000 < (built.root / "_static" / "icons.woff").stat().st_size < 8000
    report([path for path, page in built.site.items() if page.find("script", src=re.compile("fontawesome"))])


def test_downloads(built: Built):
    names = tuple(p.relative_to(ROOT).with_suffix("").as_posix() for p in notebooks.paths())
    report(gates.downloads(built.site, built.files, names))


# --- the gates: planted defects ---------------------------------------------------------------------


def page(body: str, path: str = "book/a.html") -> gates.Site:
    return gates.parse({path: f"<html><head></head><body>{body}</body></html>"})


@pytest.mark.parametrize(
    "text",
    [
        ":::{prf:theorem} Title",
        "Let :::",
        "see {prf:ref}`thm-a`",
        "see {cite}`key`",
        "{numref}",
        "$$ a = b $$",
        r"for \begin{aligned} a",
        r"in $\mathbb R$",
        r"the sum $\sum a$",
        r"<span class='math'>\begin{aligned} a</span>",
        "Theorem ??",
        "as in [?]",
        "```{code-cell}",
        ":label: thm-a",
        "## Heading",
        "this is **bold** print",
    ],
)
def test_leak_is_caught(text: str):
    assert gates.leaks(page(f"<p>{text}</p>"))


@pytest.mark.parametrize(
    "body",
    [
        "<p>Do not write <code>:::</code>, it costs $5.</p>",
        "<pre>## $$ **a** ::: {prf:ref}`a`</pre>",
        "<script>a ?? b</script><!-- ::: -->",
        "<p>Why? # and 2 ** 3 ** 4 {x : x}</p>",
    ],
)
def test_no_leak(body: str):
    assert gates.leaks(page(body)) == []


@pytest.mark.parametrize(
    "body",
    [
        "<a href='b.html'>gone</a>",
        "<a href='#gone'>gone</a>",
        "<a href='../index.html#gone'>gone</a>",
        "<a href='../../index.html'>above the site</a>",
        "<img src='gone.png'>",
        "<link rel='stylesheet' href='../_static/gone.css'>",
        "<a href='../c/'>a folder without a page</a>",
    ],
)
def test_dead_link_is_caught(body: str):
    site = {**page(body), **page("<p id='here'></p>", "index.html")}
    assert gates.links(site, {"book/a.html", "index.html"})


def test_living_links():
    body = (
        "<p id='x'></p><a href='#x'>x</a><a href='#top'>top</a><a href='../index.html?q=1#h%C3%A9'>h</a>"
        "<a href='https://example.org/gone'>elsewhere</a><a href='mailto:a@example.org'>m</a>"
    )
    site = {**page(body), **page("<p id='hé'></p>", "index.html")}
    assert gates.links(site, {"book/a.html", "index.html"}) == []


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("", "<p>Text</p>"),
        (" \u2014 Neural Networks", "<p>Text</p>"),
        ("Losses", "<p>See <a href='b.html'> </a>.</p>"),
    ],
)
def test_missing_name_is_caught(title: str, body: str):
    text = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    assert gates.names(gates.parse({"book/a.html": text}))


def test_names_that_will_do():
    text = "<html><head><title>Losses</title></head><body><article><a href='b.html'>b</a></article></body></html>"
    assert gates.names(gates.parse({"book/a.html": text})) == []


def head(title: str, *descriptions: str) -> str:
    meta = "".join(f"<meta name='description' content='{text}'>" for text in descriptions)
    return f"<html><head><title>{title}</title>{meta}</head></html>"


@pytest.mark.parametrize(
    "text",
    [
        head("Losses - Book", "a" * 50),
        head(" — Book", "a" * 50),
        head("Losses — Book"),
        head("Losses — Book", "a" * 49),
        head("Losses — Book", "a" * 161),
        head("Losses — Book", "a" * 50, "b" * 50),
        head("Losses — Book", "taken " * 10),
    ],
)
def test_bad_head_is_caught(text: str):
    other = {"book/b.html": head("Networks — Book", "taken " * 10)}
    assert len(gates.heads(gates.parse({"book/a.html": text, **other}), "Book")) == 1


def test_heads_that_will_do():
    pages = {"index.html": head("Book", "a" * 50), "book/a.html": head("Losses — Book", "b" * 160)}
    assert gates.heads(gates.parse(pages), "Book") == []


BOX = "<div class='proof theorem'><p class='admonition-title' role='heading' aria-level='{}'>Theorem</p></div>"


@pytest.mark.parametrize(
    "body",
    [
        "<h2>Losses</h2>",
        "<h1>Losses</h1><h1>Again</h1>",
        "<h1>Losses</h1><h3>Softmax</h3>",
        "<h1>Losses</h1><div class='exercise'><p class='admonition-title'>Exercise 1</p></div>",
        "<h1>Losses</h1>" + BOX.format(3),
        "<h1>Losses</h1><div class='cell'></div>",
        "<h1>Losses</h1><details><summary aria-label='Toggle'>Show the code</summary></details>",
        "<h1 id='a'>Losses</h1><p id='a'></p>",
    ],
)
def test_bad_outline_is_caught(body: str):
    assert len(gates.outline(page(body))) == 1


def test_outline_that_will_do():
    body = "<h1 class='onlyprint'>Paper</h1><article><h1 id='a'>Losses</h1>{}<h2 id='b'>Softmax</h2>{}{}</article>"
    cell = "<div class='cell' role='group' aria-label='Code cell 1'></div>"
    assert gates.outline(page(body.format(BOX.format(2), BOX.format(3), cell))) == []


@pytest.mark.parametrize(
    "body",
    [
        "<img src='a.png'>",
        "<img src='a.png' alt=' '>",
        "<a href='#'><img src='a.png' alt=''></a>",
        "<a href='#'><img src='a.png'>Home</a>",
    ],
)
def test_missing_alt_text_is_caught(body: str):
    assert gates.alt_texts(page(body))


def test_alt_texts_that_will_do():
    body = "<img src='a.png' alt='A line'><a href='#'><img src='logo.svg' alt=''>Home</a>"
    assert gates.alt_texts(page(body)) == []


@pytest.mark.parametrize(
    "body",
    [
        "<script src='https://cdn.example.org/a.js'></script>",
        "<script src='//cdn.example.org/a.js'></script>",
        "<link rel='stylesheet' href='https://fonts.example.org/a.css'>",
        "<link rel='preload' href='https://fonts.example.org/a.woff'>",
        "<img src='http://example.org/a.png' alt='a'>",
        "<img srcset='a.png 1x, https://example.org/a.png 2x' alt='a'>",
        "<iframe src='https://example.org'></iframe>",
        "<style>@import 'https://example.org/a.css';</style>",
        "<style>p {background: url(//example.org/a.png)}</style>",
        "<p style='background: url(\"https://example.org/a.png\")'></p>",
        "<script type='module'>import a from 'https://example.org/a.js'</script>",
        '<script>import("https://example.org/a.js")</script>',
        "<script>fetch('https://example.org/a.json')</script>",
    ],
)
def test_foreign_host_is_caught(body: str):
    assert gates.foreign_in_page(page(body))


def test_own_files_and_mere_links_are_fine():
    body = (
        "<a href='https://example.org'>see</a><script src='../_static/a.js'></script>"
        "<link rel='canonical' href='https://example.org/a.html'><style>p {background: url(a.png)}</style>"
        "<script>const a = 'https://example.org'; import('./b.js')</script><img src='data:image/png;base64,A'>"
    )
    assert gates.foreign_in_page(page(body)) == []


def test_foreign_host_in_a_file_is_caught(tmp_path):
    (tmp_path / "a.css").write_text("@import url('https://example.org/a.css');")
    (tmp_path / "b.js").write_text('import x from "https://example.org/x.js";')
    (tmp_path / "c.js").write_text("// see https://example.org")
    assert len(gates.foreign_in_files(tmp_path)) == 2


def test_foreign_host_of_live_code_is_caught(tmp_path):
    folder = tmp_path / "_static" / "live"
    folder.mkdir(parents=True)
    (folder / "live.json").write_text('{"address": "https://example.org/a/"}')
    (folder / "page.js").write_text("// http://localhost:8000, a // b, import('./c.js')")
    assert gates.asked_by_live_code(tmp_path, "https://example.org/a/") == []
    assert gates.asked_by_live_code(tmp_path, "https://example.org/b/")
    for planted in [
        "import(base + 'https://example.org/a/')",
        "fetch('//example.org/a')",
        "`http://localhost.example.org`",
    ]:
        (folder / "page.js").write_text(planted)
        assert gates.asked_by_live_code(tmp_path, "https://example.org/a/")


def test_missing_download_is_caught():
    linked = page("<a href='../_sources/book/a.ipynb'>download</a>")
    files = {"_sources/book/a.ipynb"}
    assert gates.downloads(linked, files, ("book/a",)) == []
    assert gates.downloads(linked, set(), ("book/a",))
    assert gates.downloads(page("<p>none</p>"), files, ("book/a",))
    assert gates.downloads(linked, files, ("book/b",))
