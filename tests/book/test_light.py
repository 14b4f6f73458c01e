"""Pages and style sheets without what nothing asks for."""

from pathlib import Path

import light
from PIL import Image

SEARCH = '<script src="../searchindex.js"></script>\n'
COPY = '<script src="../_static/copybutton.js?v=1"></script>\n'


def test_page_keeps_what_it_needs(tmp_path: Path):
    assert light.light_page(SEARCH + COPY, tmp_path) == ""
    code = '<div class="highlight-default">'
    assert light.light_page(COPY + code, tmp_path) == COPY.replace("script src", "script defer src") + code
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
