"""Sphinx extension: the pages carry the dozen icons that they show, not the theme's two copies of Font Awesome.

The theme loads a script of 1.5 MB (540 KB compressed), for icons that its style sheet draws from a font already, and a
font of 156 KB. The script is dropped from the pages. A font with the icons in use goes before the theme's, which a
browser then asks for only if one is missing.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from fontTools import subset
from sphinx.application import Sphinx

SCRIPT = re.compile(r"[ \t]*<script [^>]*\bfontawesome\.js[^>]*></script>\n?")
ICON = re.compile(r'((?:\.fa-[\w-]+:before,?)+)\{content:"\\([0-9a-f]+)"\}')
FACE = """@font-face {
  font-display: block;
  font-family: "Font Awesome 6 Free";
  font-weight: 900;
  src: url(icons.woff) format("woff");
}
.theme-switch-button .theme-switch { font-size: inherit; }
"""


def in_use(names: set[str], css: str) -> dict[str, str]:
    """Look up the characters of icons, as hexadecimal numbers, by their names."""
    return {name: code for many, code in ICON.findall(css) for name in re.findall(r"fa-[\w-]+", many) if name in names}


def code_points(names: set[str], css: str) -> set[int]:
    """Look up the characters of icons, and of those that the style sheet itself shows."""
    own = re.findall(r'--pst-icon-[\w-]+:\s*"\\([0-9a-f]+)', css)
    return {int(code, 16) for code in [*own, *in_use(names, css).values()]}


def slim(app: Sphinx, exception: Exception | None) -> None:
    """Drop the script from all pages, and write the font of the icons in use."""
    if exception or app.builder.name not in ("html", "dirhtml"):
        return
    root = Path(app.outdir)
    names = {"fa-xmark"}  # a script of the theme adds it
    for path in root.rglob("*.html"):
        if "_static" not in path.parts:
            text = path.read_text(encoding="utf-8")
            names |= set(re.findall(r"\bfa-[a-z][\w-]*", text))
            slimmer = SCRIPT.sub("", text)
            if slimmer != text:
                path.write_text(slimmer, encoding="utf-8")
    static = root / "_static"
    css = (static / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    options = subset.Options(flavor="woff", layout_features=[], hinting=False)
    font = subset.load_font(str(static / "vendor/fontawesome/webfonts/fa-solid-900.ttf"), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=code_points(names, css))
    subsetter.subset(font)
    subset.save_font(font, str(static / "icons.woff"), options)
    silent = [f'html .{name}:before{{content:"\\{code}"/""}}' for name, code in in_use(names, css).items()]
    (static / "icons.css").write_text(FACE + "\n".join(silent), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the style sheet and the step."""
    app.add_css_file("icons.css", priority=900)
    app.connect("build-finished", slim)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
