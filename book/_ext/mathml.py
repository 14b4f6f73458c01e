"""TeX to MathML, by the MathJax that the site uses: what site and EPUB show comes from one program.

MathJax is written for browsers. It runs in V8 (the package mini-racer) beside a page that has nothing in it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from py_mini_racer import JSEvalException, MiniRacer

MATHJAX = Path(__file__).resolve().parents[1] / "_static" / "mathjax" / "tex-chtml.js"

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
var MathJax = {startup: {typeset: false}, options: {enableMenu: false}};
"""

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
ElementTree.register_namespace("", NAMESPACE)

# Alphabets: variant -> where A, a, alpha's capital, alpha and 0 stand in Unicode; "" where there is none.
_ALPHABETS = {
    "bold": ("\U0001d400", "\U0001d41a", "\U0001d6a8", "\U0001d6c2", "\U0001d7ce"),
    "bold-italic": ("\U0001d468", "\U0001d482", "\U0001d71c", "\U0001d736", ""),
    "double-struck": ("\U0001d538", "\U0001d552", "", "", "\U0001d7d8"),
    "script": ("\U0001d49c", "\U0001d4b6", "", "", ""),
    "fraktur": ("\U0001d504", "\U0001d51e", "", "", ""),
    "sans-serif": ("\U0001d5a0", "\U0001d5ba", "", "", "\U0001d7e2"),
    "monospace": ("\U0001d670", "\U0001d68a", "", "", "\U0001d7f6"),
}
# Letters that were in Unicode before the alphabets, so that these have holes.
_OLD = {
    "double-struck": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
}


def in_alphabet(text: str, variant: str) -> str | None:
    """Write `text` in Unicode's letters of a variant, which all readers know; None if one letter has none."""
    result = []
    for letter in text:
        found = _OLD.get(variant, {}).get(letter, "")
        for first, last, place in zip("AaΑα0", "ZzΩω9", _ALPHABETS[variant], strict=True):
            if not found and place and first <= letter <= last:
                found = chr(ord(place) + ord(letter) - ord(first))
        if not found:
            return None
        result.append(found)
    return "".join(result)


@cache
def _mathjax() -> MiniRacer:
    engine = MiniRacer()
    engine.eval(PAGE)
    engine.eval(MATHJAX.read_text(encoding="utf-8"))
    engine.eval("MathJax.startup.getComponents()")
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
        written = _mathjax().call("MathJax.tex2mml", tex, {"display": display})
    except JSEvalException:
        # It wants to load an extension that the site doesn't have either.
        raise ValueError(f"MathJax can't read {tex!r} without a further extension") from None
    root = ElementTree.fromstring(written)
    _space(root)
    for node in root.iter():
        if node.get("mathcolor") == "red" or node.tag.endswith("merror"):
            raise ValueError(f"MathJax can't read {tex!r}: {''.join(node.itertext()).strip()}")
        for name in [name for name in node.attrib if name.startswith("data-")]:
            del node.attrib[name]
        variant = node.get("mathvariant", "").removeprefix("-tex-").replace("calligraphic", "script")
        if variant in _ALPHABETS and (letters := in_alphabet((node.text or "").strip(), variant)):
            node.text = letters
            del node.attrib["mathvariant"]
    root.set("alttext", re.sub(r"\s+", " ", tex).strip())
    _tidy(root)
    return ElementTree.tostring(root, encoding="unicode")


def _space(root: ElementTree.Element) -> None:
    """Say in the words of MathML what TeX knows about a sign: that it opens or closes, or stands like a letter."""
    for node in root.iter():
        role = node.get("data-mjx-texclass")
        inner = list(node) if node.tag == f"{{{NAMESPACE}}}mrow" else [node]
        if len(inner) == 1 and inner[0].tag == f"{{{NAMESPACE}}}mo":
            if role in {"OPEN", "CLOSE"}:
                inner[0].set("form", "prefix" if role == "OPEN" else "postfix")
            elif role == "ORD":
                inner[0].set("lspace", "0")
                inner[0].set("rspace", "0")


def _tidy(node: ElementTree.Element) -> None:
    """Remove the white space between elements."""
    if len(node) and not (node.text or "").strip():
        node.text = None
    for child in node:
        if not (child.tail or "").strip():
            child.tail = None
        _tidy(child)
