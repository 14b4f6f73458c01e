"""Sphinx extension: every page says in its head what it is about; the texts are in `book/descriptions.yml`."""

from __future__ import annotations

import ast
from html import escape
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]
WRITTEN: dict[str, str] = yaml.safe_load((ROOT / "book" / "descriptions.yml").read_text(encoding="utf-8"))
META = """
<meta name="description" content="{description}">
<meta property="og:title" content="{title}">
<meta property="og:description" content="{description}">
"""


def of_page(name: str) -> str:
    """Return what is written about the page, or what the module says that it lists; a page without both is an error."""
    if name in WRITTEN or not name.startswith("_modules/"):
        return WRITTEN[name]
    module = name.removeprefix("_modules/")
    file = ROOT / f"{module}.py"
    file = file if file.exists() else ROOT / module / "__init__.py"
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    first = " ".join(docstring.partition("\n\n")[0].replace("`", "").split())
    return f"Code of {module.replace('/', '.')}. {first}"


def add_meta(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the description into the page, and the same for those who share a link to it."""
    if app.builder.name == "html":
        title = Markup(context.get("title") or app.config.html_title).striptags()
        context["metatags"] = context.get("metatags", "") + META.format(
            title=escape(title), description=escape(of_page(pagename))
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the step."""
    app.connect("html-page-context", add_meta)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
