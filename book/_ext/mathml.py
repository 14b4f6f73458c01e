"""Sphinx extension: TeX becomes MathML when the book is built, so that the formulas of site and EPUB need no script.

MathJax is written for browsers. It runs in V8 (the package mini-racer) beside a page that has nothing in it. The
changes that make its MathML fit for browsers stand in `mathml.js`, because formulas that are made in the page need
them too.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parents[1] / "_static" / "mathjax"

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
SMALL_TABLE = re.compile(r'<mtable( scriptlevel="[^"]*")([^>]*>.*?</mtable>)', re.S)
TAG = re.compile(r"\\tag\{((?:[^{}]|\{[^{}]*\})*)\}")

# As much of a browser as MathJax touches before it is asked for MathML.
PAGE = """
var window = globalThis, self = globalThis, navigator = {userAgent: "", appVersion: "", platform: ""};
var location = {protocol: "file:", href: "file:///"}, localStorage = {getItem: () => null};
var console = {log() {}, warn() {}, error() {}};
var HTMLCollection = class {}, NodeList = class {};
class Empty {
  constructor(name) {
    Object.assign(this, {nodeName: name, childNodes: [], style: {}, classList: {add() {}}});
    this.sheet = {cssRules: [], insertRule() {}};
  }
  appendChild(child) { this.childNodes.push(child); child.parentNode = this; return child; }
  insertBefore(child) { return this.appendChild(child); }
  setAttribute() {} getAttribute() { return null; } removeChild() {} addEventListener() {}
  querySelector() { return null; } querySelectorAll() { return []; } getElementsByTagName() { return []; }
}
class Nowhere {}
globalThis.HTMLElement = Empty;
globalThis.Document = Nowhere;
globalThis.DocumentFragment = class {};
globalThis.DOMParser = class { parseFromString() { return document; } };
globalThis.XMLSerializer = class { serializeToString() { return ""; } };
globalThis.document = Object.assign(new Nowhere(), {
  nodeName: "#document", head: new Empty("head"), body: new Empty("body"), documentElement: new Empty("html"),
  createElement: (name) => new Empty(name), createTextNode: (text) => ({nodeName: "#text", nodeValue: text}),
  querySelector: () => null, querySelectorAll: () => [], getElementById: () => null, getElementsByTagName: () => [],
  addEventListener() {}, readyState: "complete", doctype: null,
});
var MathJax = {startup: {typeset: false}};
"""


@cache
def _engine() -> MiniRacer:
    engine = MiniRacer()
    engine.eval(PAGE)
    for name in ("mathjax.js", "mathml.js"):
        engine.eval((FOLDER / name).read_text(encoding="utf-8"))
    return engine


@cache
def convert(tex: str, *, display: bool) -> str:
    """Return a formula as MathML.

    Raises
    ------
    ValueError
        If MathJax can't read the formula.
    """
    try:
        return str(_engine().call("texToMathML", tex, display))
    except JSEvalException as error:
        said = str(error).split("Error: ", 1)[-1].split("\n", 1)[0]
        if said == "MathJax retry":  # it wants to load an extension that the book doesn't have
            said = "it needs a further extension"
        raise ValueError(f"MathJax can't read {tex!r}: {said}") from None


def _write(translator: HTML5Translator, node: nodes.Element, tex: str, *, display: bool) -> str:
    """Convert a formula of a page; one that can't be read is a warning, and so an error of the build."""
    try:
        written = convert(tex, display=display)
    except ValueError as error:
        logger.warning(str(error), location=node)
        return f"<code>{escape(tex)}</code>"
    return for_epub(written, tex) if translator.builder.name == "epub" else written


def for_epub(written: str, tex: str) -> str:
    """Make a formula fit for an EPUB: XHTML names its dialects, and some e-readers read TeX to their readers.

    In MathML 3, by which EPUBs are checked, not a table but what is around it has a `scriptlevel`.
    """
    said = escape(re.sub(r"\s+", " ", tex))
    written = SMALL_TABLE.sub(r"<mstyle\1><mtable\2</mstyle>", written)
    return written.replace("<math", f'<math xmlns="{NAMESPACE}" alttext="{said}"', 1)


def visit_math(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a line."""
    written = _write(translator, node, node.astext().strip(), display=False)
    translator.body.append(f'<span class="math">{written}</span>')
    raise nodes.SkipNode


def visit_math_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed formula in a box, which scrolls if it is too narrow, and its number beside the box."""
    tex = node.astext().strip()
    written = _write(translator, node, TAG.sub("", tex), display=True)
    translator.body.append(translator.starttag(node, "div", "", CLASS="math"))
    translator.body.append(f"<div>{written}</div>")
    if node.get("number"):
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    elif tag := TAG.search(tex):
        text = re.fullmatch(r"\$(.*)\$", tag[1])
        said = _write(translator, node, text[1], display=False) if text else escape(tag[1])
        translator.body.append(f'<span class="eqno">({said})</span>')
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer; `html_math_renderer` names it."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
