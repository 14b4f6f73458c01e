"""Sphinx extension: pages ask only for what they show, and the site has only files that something asks for.

The theme and the extensions load all that they have on every page: the index of the search, the styles of parts that
the book doesn't use. What stands here takes away; no page looks or works otherwise for it.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image
from pygments.formatters import HtmlFormatter
from pygments.token import Name, Punctuation, Text, Token
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge

# Scripts, and what a page has that needs them.
NEEDS = {
    r"searchtools|language_data|searchindex": 'id="search-results"',
    r"clipboard|copybutton": '<div class="highlight',
    r"togglebutton": r'class="[^"]*\b(?:toggle|dropdown)\b',
    r"design-tabs": "sd-tab-set",
}
ASSET = re.compile(r"[ \t]*<script [^>]*src=\"[^\"]*?([\w.-]+)(?:\?[^\"]*)?\"[^>]*></script>\n?")
STYLE = re.compile(r"[ \t]*<link (?=[^>]*\brel=\"stylesheet\")[^>]*\bhref=\"([^\"?]*)[^>]*>\n?")
# The theme asks early for scripts that do nothing before the page is there: on a slow line the text waits for them.
EARLY = re.compile(r"[ \t]*<link rel=\"preload\" as=\"script\"[^>]*>\n?")
IMPORT = re.compile(r"@import \"([^\"]*)\";")
ADDRESS = re.compile(r"\burl\((?!['\"]?(?:data:|#))['\"]?([^'\")]*)['\"]?\)")
PICTURE = re.compile(r'<img (?![^>]*\bloading=)([^>]*\bsrc="([^"]*_images/[^"]*\.png)"[^>]*)>')
# The theme finds out whether it is dark only when the page is there; until then both logos would show.
THEME = 'dataset.theme = localStorage.getItem("theme") || "auto"'
NOW = THEME.replace('"auto"', '(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")')
RULE = re.compile(r"((?:[^{}\"']|\"[^\"]*\"|'[^']*')*)\{")
BRACE = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|url\([^\"')]*\)|[{}]")
# The theme measures every box that may scroll, and so has the whole page laid out. book.js does it near the window.
SCROLLING = re.compile(r'document\.querySelectorAll\(\["pre",[^()]*\]\.join\(", "\)\)')
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*\n?", re.M)


class PlainNames(HtmlFormatter):  # type: ignore[type-arg]
    """Code in colours, without a mark for what has none: the words, the points and the space between."""

    def _get_css_class(self, ttype: Any) -> str:
        return "" if ttype in (Name, Punctuation, Text, Text.Whitespace, Token) else super()._get_css_class(ttype)


def light_page(text: str, folder: Path) -> str:
    """Take out what a page doesn't need; pictures are loaded when they come near, and have their place until then."""

    def asked(found: re.Match[str]) -> str:
        needs = next((needs for name, needs in NEEDS.items() if re.match(name, found[1])), "")
        if needs and not re.search(needs, text):
            return ""
        script = found[0].replace("<script src", "<script defer src") if "defer" not in found[0] else found[0]
        return script.replace("<script data-sd", "<script defer data-sd") if "defer" not in script else script

    def placed(found: re.Match[str]) -> str:
        with Image.open(folder / found[2]) as picture:
            width, height = picture.size
        return f'<img loading="lazy" width="{width}" height="{height}" {found[1]}>'

    return PICTURE.sub(placed, ASSET.sub(asked, EARLY.sub("", text))).replace(THEME, NOW)


def light_script(script: str) -> str:
    """Leave out what has the whole page laid out at once, and the address of a file that is not there."""
    return SCROLLING.sub("[]", SOURCE_MAP.sub("", script))


def light_style(css: str, words: set[str]) -> str:
    """Leave out the rules for classes that no page and no script names."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    return _rules(css, 0, words)[0]


def _rules(css: str, at: int, words: set[str]) -> tuple[str, int]:
    """Read rules up to the end of a block; return those that stay, and where the block ends."""
    kept = []
    while found := RULE.match(css, at):
        head, at = found[1], found.end()
        statements, semicolon, selectors = head.rpartition(";")  # such as @charset
        if selectors.lstrip().startswith(("@media", "@supports", "@layer", "@container")):
            body, at = _rules(css, at, words)
        else:
            end = _end(css, at)
            body, at = css[at:end], end + 1
            if selectors.lstrip().startswith("@font-face") and "fontawesome" in body:
                continue  # `icons` has a font of its own
            if not selectors.lstrip().startswith("@"):
                selectors = ",".join(s for s in _selectors(selectors) if _used(s, words))
        kept.append(statements + semicolon)
        if body.strip() and selectors.strip():
            kept.append(f"{selectors}{{{body}}}")
    end = css.find("}", at)
    end = end if end >= 0 else len(css)
    return "".join(kept) + css[at:end].strip(), end + 1


def _end(css: str, at: int) -> int:
    """Find the end of a block; strings and addresses may have braces."""
    depth = 1
    for found in BRACE.finditer(css, at):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if not depth:
            return found.start()
    return len(css)


def _selectors(text: str) -> list[str]:
    """Split a list of selectors at its commas, but not at those in brackets."""
    return re.split(r",(?![^()]*\))(?![^\[\]]*\])", text)


def _used(selector: str, words: set[str]) -> bool:
    plain = re.sub(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)", "", selector)  # they may name what is not there
    return {name.replace("\\", "") for name in re.findall(r"[.#]((?:[\w-]|\\.)+)", plain)} <= words


def whole_style(paths: Iterable[Path], folder: Path) -> str:
    """Join style sheets, with those that they import, into one for a folder."""
    texts = []
    for path in paths:
        text = path.read_text(encoding="utf-8").removeprefix('@charset "UTF-8";')

        def moved(found: re.Match[str], path: Path = path) -> str:
            return f"url({Path(os.path.relpath(path.parent / found[1], folder)).as_posix()})"

        imports = [path.parent / name for name in IMPORT.findall(text)]
        texts += [whole_style(imports, folder), ADDRESS.sub(moved, IMPORT.sub("", text))]
    return "".join(texts)


def join_styles(pages: dict[Path, str], static: Path, words: set[str]) -> None:
    """Give all pages one style sheet in place of a dozen: on a slow line each costs as long as its way."""
    named = [[(path.parent / name).resolve() for name in STYLE.findall(text)] for path, text in pages.items()]
    order = dict.fromkeys(path for paths in sorted(named, key=len, reverse=True) for path in paths)
    style = static / "styles.css"
    style.write_text(light_style(whole_style(order, static), words), encoding="utf-8")
    version = hashlib.sha256(style.read_bytes()).hexdigest()[:8]
    for path, text in pages.items():
        if first := STYLE.search(text):
            address = Path(os.path.relpath(style, path.parent)).as_posix()
            link = f'<link rel="stylesheet" href="{address}?v={version}">\n'
            pages[path] = text[: first.start()] + link + STYLE.sub("", text[first.start() :])


def unasked(root: Path) -> Iterable[Path]:
    """Find the files in `_static` that no page, and no file that is asked for, names."""
    files = {path for path in (root / "_static").rglob("*") if path.is_file() and "live" not in path.parts}
    kept: set[Path] = set()
    new = {path for path in root.rglob("*.html") if "_static" not in path.parts}
    new |= set((root / "_static" / "live").glob("*.js"))
    while new:
        texts = [path.read_text(encoding="utf-8") for path in new if path.suffix in {".html", ".css", ".js"}]
        named = {name for text in texts for name in re.findall(r"[\w.@-]+\.\w+", text)}
        kept |= new
        new = {path for path in files - kept if path.name in named}
    folders = {path.parent for path in kept}
    licences = {path for path in files if path.stem.startswith(("LICENSE", "OFL")) and path.parent in folders}
    return files - kept - licences


def lighten(app: Sphinx, exception: Exception | None) -> None:
    """Do all that when the site is built."""
    if exception or app.builder.name not in ("html", "dirhtml"):
        return
    root, static = Path(app.outdir).resolve(), Path(app.outdir, "_static").resolve()
    pages = {path: path.read_text(encoding="utf-8") for path in root.rglob("*.html") if static not in path.parents}
    pages = {path: light_page(text, path.parent) for path, text in pages.items()}
    words: set[str] = set()
    for text in pages.values():
        for value in re.findall(r'\b(?:class|id)="([^"]*)"', text):
            words.update(value.split())
    for path in static.rglob("*.js"):
        script = path.read_text(encoding="utf-8")
        words.update(re.findall(r"[\w-]+", script))
        lighter = light_script(script)
        if lighter != script:
            path.write_text(lighter, encoding="utf-8")
    join_styles(pages, static, words)
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
    for path in unasked(root):
        path.unlink()
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the step, after those of other extensions."""
    PygmentsBridge.html_formatter = PlainNames
    app.connect("build-finished", lighten, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
