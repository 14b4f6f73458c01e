"""Pages and style sheets without what nothing asks for."""

from pathlib import Path

import light
import pydata_sphinx_theme
from PIL import Image

SEARCH = '<script src="../searchindex.js"></script>\n'
COPY = '<script src="../_static/copybutton.js?v=1"></script>\n'


def test_page_keeps_what_it_needs(tmp_path: Path):
    assert light.light_page(SEARCH + COPY, tmp_path) == ""
    code = '<div class="highlight-default">'
    assert light.light_page(COPY + code, tmp_path) == COPY.replace("script src", "script defer src") + code
    early = '<link rel="preload" as="script" href="../_static/scripts/bootstrap.js" />\n'
    assert light.light_page(early + code, tmp_path) == code
    assert "searchindex" in light.light_page(SEARCH + '<div id="search-results">', tmp_path)


def test_pictures_have_their_place(tmp_path: Path):
    (tmp_path / "_images").mkdir()
    Image.new("L", (30, 20)).save(tmp_path / "_images" / "a.png")
    page = light.light_page('<img alt="A" src="_images/a.png" />', tmp_path)
    assert page == '<img loading="lazy" width="30" height="20" alt="A" src="_images/a.png" />'
    assert light.light_page(page, tmp_path) == page


def test_style_keeps_the_rules_for_what_is_there():
    css = (
        '@charset "utf-8";/* a comment { */a{b:c}.here,.gone{d:url("}\')")}.gone{e:f}'
        "@media print{.gone{g:h}.here:not(.gone){i:j}}@media screen{.gone{k:l}}@keyframes turn{to{m:n}}"
        ".gone .here,p.here>b,#here{o:p}@import 'a.css';"
    )
    kept = '@charset "utf-8";a{b:c}.here{d:url("}\')")}@media print{.here:not(.gone){i:j}}@keyframes turn{to{m:n}}'
    assert light.light_style(css, {"here"}) == kept + "p.here>b,#here{o:p}@import 'a.css';"


def test_pages_get_one_style_sheet_with_what_it_imports(tmp_path: Path):
    static = tmp_path / "_static"
    (static / "styles").mkdir(parents=True)
    (static / "basic.css").write_text("b{background:url(b.png)}.gone{c:d}")
    (static / "styles" / "theme.css").write_text('@charset "UTF-8";@import "../basic.css";p{e:url("data:,1")}')
    (static / "book.css").write_text("i{f:url('i.woff')}")
    theme, book = (
        '<link href="{}_static/styles/theme.css?v=1" rel="stylesheet" />\n',
        '<link rel="stylesheet" href="{}_static/book.css">\n',
    )
    icon = '<link rel="icon" href="a.svg">'
    pages = {
        tmp_path / "search.html": theme.format("") + icon,
        tmp_path / "book" / "a.html": f"<head>{theme.format('../')}{icon}{book.format('../')}",
        tmp_path / "index.html": "<p>moved</p>",
    }
    light.join_styles(pages, static, set())
    assert (static / "styles.css").read_text() == 'b{background:url(b.png)}p{e:url("data:,1")}i{f:url(i.woff)}'
    search, page, moved = pages.values()
    version = search.partition("?v=")[2][:8]
    assert search == f'<link rel="stylesheet" href="_static/styles.css?v={version}">\n{icon}'
    assert page == f'<head><link rel="stylesheet" href="../_static/styles.css?v={version}">\n{icon}'
    assert moved == "<p>moved</p>"


def test_the_theme_does_not_measure_the_whole_page():
    theme = Path(pydata_sphinx_theme.__file__).parent.glob("theme/*/static/scripts/pydata-sphinx-theme.js")
    (script,) = [path.read_text(encoding="utf-8") for path in theme]
    light_script = light.light_script(script)
    assert 'document.querySelectorAll(["pre"' in script
    assert 'document.querySelectorAll(["pre"' not in light_script
    assert "sourceMappingURL" not in light_script
    assert len(script) - len(light_script) < 300


def test_files_that_nothing_names_are_found(tmp_path: Path):
    static = tmp_path / "_static"
    for name in ("live/page.js", "fonts/LICENSE.txt", "old/LICENSE.txt"):
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text("")
    (tmp_path / "index.html").write_text('<link href="_static/a.css?v=1"><script src="_static/a.js">')
    (static / "a.css").write_text("p { background: url(fonts/a.woff2) }")
    (static / "fonts" / "a.woff2").write_bytes(b"\xff")
    (static / "a.js").write_text("")
    (static / "b.js").write_text("fetch('c.js')")
    (static / "c.js").write_text("")
    gone = {path.relative_to(static).as_posix() for path in light.unasked(tmp_path)}
    assert gone == {"b.js", "c.js", "old/LICENSE.txt"}
